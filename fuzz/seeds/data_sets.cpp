// Data sets with every field, form and type.
#include <string>

#include "fuzz/seeds/seeds.h"
#include "ptp/datasets.h"

namespace stuntcam::fuzz {
namespace {

using namespace ptp;

// The first byte of an input for `data_sets`.
enum : u8 { device, storage, object, property, object_property, property_list, stream, codes, handles, value, vendor };

template <class T>
void add(Seeds& seeds, const std::string& name, u8 which, const T& data_set) {
  seeds["data_sets/" + name] = Seed().number(which).bytes(encode(data_set));
}

DevicePropDesc described(DataType type, Form form) {
  DevicePropDesc prop;
  prop.code = 0x5001;
  prop.type = type;
  prop.get_set = 1;
  prop.factory_default = Value::zero(type);
  prop.current = Value::zero(type);
  prop.form = std::move(form);
  return prop;
}

void add_properties(Seeds& seeds) {
  const auto number = [](i128 of) { return Value(DataType::uint16, of); };
  add(seeds, "property_range", property, described(DataType::uint16, RangeForm{number(0), number(100), number(5)}));
  add(seeds, "property_enumeration", property, described(DataType::uint16, EnumerationForm{{number(1), number(2)}}));
  add(seeds, "property_text", property,
      described(DataType::string, EnumerationForm{{Value("640x480"), Value("\U0001F4F7")}}));
  for (const auto type :
       {DataType::int8, DataType::uint8, DataType::int16, DataType::int32, DataType::uint32, DataType::int64,
        DataType::uint64, DataType::int128, DataType::uint128, DataType::array_of_uint16, DataType::array_of_uint128})
    add(seeds, "property_" + std::string(name(type)), property, described(type, {}));
  ObjectPropDesc desc;
  desc.code = 0xDC07;
  desc.type = DataType::string;
  desc.factory_default = Value("");
  int number_of_form = 0;
  for (const ObjectForm& form : {ObjectForm{}, ObjectForm{EnumerationForm{{Value("a")}}}, ObjectForm{DateTimeForm{}},
                                 ObjectForm{FixedLengthForm{4}}, ObjectForm{RegexForm{"[A-Z]*"}},
                                 ObjectForm{ByteArrayForm{16}}, ObjectForm{LongStringForm{1000}}}) {
    desc.form = form;
    add(seeds, "object_property_form_" + std::to_string(number_of_form++), object_property, desc);
  }
  desc.type = DataType::uint16;
  desc.factory_default = number(0);
  desc.form = RangeForm{number(0), number(9), number(1)};
  add(seeds, "object_property_range", object_property, desc);
  ObjectPropList list;
  list.elements = {{1, 0xDC07, Value("DSC_0001.JPG")},
                   {1, 0xDC04, Value(DataType::uint64, 4096)},
                   {2, 0xDC01, Value(DataType::array_of_uint8, std::vector<i128>{1, 2, 3})}};
  add(seeds, "property_list", property_list, list);
}

void add_values(Seeds& seeds) {
  const auto add_value = [&](const Value& what) {
    seeds["data_sets/value_" + std::string(name(what.type()))] =
        Seed().number(value).number(static_cast<u16>(what.type())).bytes(what.bytes());
  };
  for (const auto type : {DataType::int8, DataType::uint8, DataType::int16, DataType::uint16, DataType::int32,
                          DataType::uint32, DataType::int64, DataType::uint64, DataType::int128, DataType::uint128})
    add_value(Value(type, -2));
  add_value(Value(DataType::array_of_int16, std::vector<i128>{-1, 0, 1}));
  add_value(Value(DataType::array_of_uint128, std::vector<i128>{-1}));
  add_value(Value("caf\u00E9"));
  seeds["data_sets/value_string_unterminated"] =
      Seed().number(value).number(u16{0xFFFF}).number(u8{1}).number(u16{'a'});
  const u16 some[] = {0x1001, 0x1002};
  const u32 more[] = {1, 2, 0xFFFFFFFF};
  seeds["data_sets/codes"] = Seed().number(codes).bytes(encode_array(some));
  seeds["data_sets/handles"] = Seed().number(handles).bytes(encode_array(more));
  seeds["data_sets/handles_too_many"] = Seed().number(handles).number(u32{0xFFFFFFFF}).number(u32{1});
  seeds["data_sets/vendor_row"] =
      Seed().number(vendor).number(u8{4}).number(u16{0x9203}).number(u32{3}).bytes(Bytes(12, 1));
  const auto battery = encode(described(DataType::uint16, {}));
  seeds["data_sets/vendor_descriptions"] = Seed()
                                               .number(vendor)
                                               .number(u8{3})
                                               .number(u16{0x902B})
                                               .number(u32{1})
                                               .number(static_cast<u32>(4 + battery.size()))
                                               .bytes(battery);
  const auto changed = [](u16 second) {
    return Seed()
        .number(vendor)
        .number(u8{3})
        .number(u16{0xD212})
        .number(u16{2})
        .number(u16{0x5007})
        .number(u32{560})
        .number(second)
        .number(u32{2});
  };
  seeds["data_sets/vendor_values"] = changed(0x5001);
  seeds["data_sets/vendor_value_twice"] = changed(0x5007);
}

}  // namespace

void add_data_sets(Seeds& seeds) {
  DeviceInfo info;
  info.vendor_extension_id = 10;
  info.vendor_extension_desc = "maker.com: 1.0; ";
  info.operations_supported = {0x1001, 0x1002, 0x1003, 0x90C7};
  info.events_supported = {0x4002};
  info.device_properties_supported = {0x5001, 0xD100};
  info.image_formats = {0x3801};
  info.manufacturer = "Maker";
  info.model = "Model";
  info.device_version = "V1.00";
  info.serial_number = "0000001";
  add(seeds, "device_info", device, info);
  add(seeds, "device_info_empty", device, DeviceInfo{});
  StorageInfo card;
  card.storage_type = 4;
  card.filesystem_type = 3;
  card.max_capacity = 16ull << 30;
  card.free_space_in_images = 1000;
  card.storage_description = "SD";
  add(seeds, "storage_info", storage, card);
  ObjectInfo photo;
  photo.storage_id = 0x00010001;
  photo.object_format = 0x3801;
  photo.object_compressed_size = 4096;
  photo.filename = "DSC_0001.JPG";
  photo.capture_date = "20240229T235959.0+0100";
  add(seeds, "object_info", object, photo);
  add(seeds, "stream_info", stream, StreamInfo{.dataset_size = 36, .frame_max_size = 1024});
  add_properties(seeds);
  add_values(seeds);

  // For `text`: what, vendor, then the words.
  const auto word = [&](const std::string& name, u8 what, u8 vendor, std::string_view text) {
    seeds["text/" + name] = Seed().number(what).number(vendor).text(text);
  };
  word("code_name", 0, 0, "GetDeviceInfo");
  word("code_lower_case", 0, 0, "devicebusy");
  word("code_near", 0, 0, "GetDeviceInfos");
  word("code_number", 0, 2, "0x90C7");
  word("code_decimal", 0, 3, "37155");
  word("code_of_a_vendor", 0, 2, "GetEvent");
  word("property", 0, 4, "BatteryLevel");
  word("property_mistyped", 0, 7, "BateryLevle");
  word("format", 0, 0, "EXIF_JPEG");
  word("event", 0, 0, "ObjectAdded");
  word("object_property", 0, 0, "ObjectFileName");
  word("date", 1, 0, "20240229T235959");
  word("date_tenths_zone", 1, 0, "19991231T235959.9-0930");
  word("date_utc", 1, 0, "20200101T000000Z");
  word("date_wrong_day", 1, 0, "20230229T000000");
  word("unicode_ascii", 2, 0, std::string_view("a\0b\0c\0", 6));
  word("unicode_surrogates", 2, 0, "\x3D\xD8\xF7\xDC");
  word("unicode_lone_surrogate", 2, 0,
       std::string_view("\x3D\xD8"
                        "a\0",
                        4));
  word("unicode_utf8", 2, 0, "\xF0\x9F\x93\xB7\xC3\xA9\xE2\x82\xAC!");
  word("unicode_long", 2, 0, std::string(520, 'x'));
  word("duration_fraction", 3, 0, "1.5s");
  word("duration_ms", 3, 0, "350ms");
  word("duration_too_long", 3, 0, "300000000h");
  word("size_fraction", 3, 0, "1.5KiB");
  word("size_of_thousands", 3, 0, "5kB");
  word("size_plain", 3, 0, "4096");
  word("size_fraction_of_a_byte", 3, 0, "0.3B");
  word("size_too_large", 3, 0, "17179869184GiB");
}

}  // namespace stuntcam::fuzz
