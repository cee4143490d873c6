#include "ptp/datasets.h"

#include <gtest/gtest.h>

#include "bytes_testing.h"
#include "ptp/json.h"

namespace stuntcam::ptp {
namespace {

// What decodes is printable, and encodes to something that decodes to the same.
template <class T>
void check_damage(const T& data_set) {
  for_each_damage(encode(data_set), [](const Bytes& damaged) {
    const auto decoded = decode<T>(damaged);
    if (!decoded) {
      ASSERT_FALSE(decoded.error().field.empty());
      ASSERT_LE(decoded.error().offset, damaged.size());
      return;
    }
    const auto again = decode<T>(encode(*decoded));
    ASSERT_TRUE(again);
    ASSERT_EQ(*again, *decoded);
  });
}

template <class T>
void expect_round_trip(const T& data_set) {
  auto bytes = encode(data_set);
  const auto decoded = decode<T>(bytes);
  ASSERT_TRUE(decoded) << decoded.error().to_string();
  EXPECT_EQ(*decoded, data_set);
  bytes.insert(bytes.end(), {1, 2, 3});
  EXPECT_EQ(decode<T>(bytes), data_set) << "surplus bytes are ignored";
}

DeviceInfo a_camera() {
  return {.standard_version = 100,
          .vendor_extension_id = 6,
          .vendor_extension_version = 100,
          .vendor_extension_desc = "microsoft.com: 1.0",
          .functional_mode = 0,
          .operations_supported = {0x1001, 0x90C0},
          .events_supported = {0x4002},
          .device_properties_supported = {0x5001, 0xD100},
          .capture_formats = {},
          .image_formats = {0x3801},
          .manufacturer = "Acme",
          .model =
              "\xC3\x89"
              "0",
          .device_version = "V1",
          .serial_number = "0000042"};
}

Value u16_value(int value) { return {DataType::uint16, i128{value}}; }

TEST(DeviceInfoTest, KnownBytes) {
  const DeviceInfo info{.vendor_extension_id = 0xA, .operations_supported = {0x1001}, .model = "M"};
  EXPECT_EQ(encode(info), hex("6400 0A000000 0000 00 0000 01000000 0110 00000000 00000000 00000000 00000000"
                              "00 02 4D00 0000 00 00"));
}
TEST(DeviceInfoTest, RoundTrip) { expect_round_trip(a_camera()); }
TEST(DeviceInfoTest, Damage) { check_damage(a_camera()); }

TEST(DeviceInfoTest, ErrorsNameFieldAndOffset) {
  auto bytes = encode(a_camera());
  bytes.resize(5);
  EXPECT_EQ(decode<DeviceInfo>(bytes).error().to_string(), "VendorExtensionID at byte 2: cut short");
  bytes = hex("6400 0A000000 0000 00 0000 FFFFFFFF 0110");
  const auto error = decode<DeviceInfo>(bytes).error();
  EXPECT_EQ(error.field, "OperationsSupported");
  EXPECT_EQ(error.offset, 11u);
  EXPECT_EQ(decode<DeviceInfo>({}).error().field, "StandardVersion");
}

TEST(StorageInfoTest, RoundTripAndDamage) {
  const StorageInfo card{4, 3, 2, 15923150848, ~u64{0}, 193, "", "ACME [Slot 1]"};
  EXPECT_EQ(encode(card).size(), 2 * 3 + 8 * 2 + 4 + 1 + (1 + 2 * 14u));
  expect_round_trip(card);
  check_damage(card);
}

TEST(ObjectInfoTest, FieldsAreWhereTheStandardPutsThem) {
  const ObjectInfo info{.storage_id = 0x00010001,
                        .object_format = 0x3801,
                        .protection_status = 1,
                        .object_compressed_size = 0xFFFFFFFF,
                        .thumb_format = 0x3808,
                        .thumb_compressed_size = 1,
                        .thumb_pix_width = 160,
                        .thumb_pix_height = 120,
                        .image_pix_width = 6000,
                        .image_pix_height = 4000,
                        .image_bit_depth = 24,
                        .parent_object = 0x29190000,
                        .association_type = 1,
                        .association_desc = 2,
                        .sequence_number = 3,
                        .filename = "DSC_0001.JPG",
                        .capture_date = "20211121T153515",
                        .modification_date = "20211121T153516",
                        .keywords = "k"};
  const auto bytes = encode(info);
  const auto at = [&](std::size_t offset, std::size_t size) {
    u32 value = 0;
    std::memcpy(&value, bytes.data() + offset, size);
    return value;
  };
  EXPECT_EQ(at(0, 4), 0x00010001u);
  EXPECT_EQ(at(8, 4), 0xFFFFFFFFu);
  EXPECT_EQ(at(26, 4), 6000u);
  EXPECT_EQ(at(38, 4), 0x29190000u);
  EXPECT_EQ(at(42, 2), 1u);
  EXPECT_EQ(at(48, 4), 3u);
  EXPECT_EQ(at(52, 1), 13u);
  expect_round_trip(info);
  check_damage(info);
}

TEST(StreamInfoTest, RoundTripAndDamage) {
  const StreamInfo info{36, 33333333, 8, 1048558, 6, 1048576, 1};  // of a Leica SL (docs/protocol.md §2.9)
  EXPECT_EQ(encode(info).size(), 36u);
  expect_round_trip(info);
  check_damage(info);
}

std::vector<DataType> all_types() {
  std::vector<DataType> types;
  for (u32 code = 0; code <= 0xFFFF; ++code) {
    if (known(static_cast<DataType>(code))) types.push_back(static_cast<DataType>(code));
  }
  return types;
}

// Some value of the type, another for each n.
Value sample(DataType type, int n) {
  if (type == DataType::string) return Value{std::string(static_cast<std::size_t>(n), 'x')};
  if (is_array(type)) return {type, std::vector<i128>(static_cast<std::size_t>(n), i128{n} - 2)};
  return {type, i128{n} - 2};
}

std::vector<DevicePropDesc> in_every_form(DataType type) {
  const Form forms[] = {{},
                        RangeForm{sample(type, 0), sample(type, 5), sample(type, 1)},
                        EnumerationForm{{sample(type, 0), sample(type, 1), sample(type, 4)}},
                        EnumerationForm{}};
  std::vector<DevicePropDesc> descriptions;
  for (const auto& form : forms) descriptions.push_back({0x5001, type, 1, sample(type, 1), sample(type, 3), form});
  return descriptions;
}

TEST(DevicePropDescTest, EveryTypeWithEveryForm) {
  for (const auto type : all_types()) {
    for (const auto& description : in_every_form(type)) {
      expect_round_trip(description);
      EXPECT_FALSE(json(description).dump().empty());
    }
  }
}

TEST(DevicePropDescTest, Damage) {
  using enum DataType;
  for (const auto type : {uint16, array_of_int128, string}) {
    for (const auto& description : in_every_form(type)) check_damage(description);
  }
}

TEST(DevicePropDescTest, KnownBytes) {
  const DevicePropDesc range{
      0x5001,
      DataType::uint8,
      0,
      {DataType::uint8, i128{100}},
      {DataType::uint8, i128{99}},
      RangeForm{{DataType::uint8, i128{0}}, {DataType::uint8, i128{100}}, {DataType::uint8, i128{1}}}};
  EXPECT_EQ(encode(range), hex("0150 0200 00 64 63 01 00 64 01"));
  const DevicePropDesc empty{0xD201, DataType::uint16, 0, u16_value(0), u16_value(0), EnumerationForm{}};
  EXPECT_EQ(encode(empty), hex("01D2 0400 00 0000 0000 02 0000"));
}

TEST(DevicePropDescTest, UnknownTypesAndFormsNameTheirField) {
  EXPECT_EQ(decode<DevicePropDesc>(hex("0150 0B00 00 64 63 00")).error().to_string(),
            "DataType at byte 2: unknown data type");
  EXPECT_EQ(decode<DevicePropDesc>(hex("0150 0000 00 00")).error().field, "DataType");
  EXPECT_EQ(decode<DevicePropDesc>(hex("0150 0200 00 64 63 07")).error().to_string(),
            "FormFlag at byte 7: unknown form");
  EXPECT_EQ(decode<DevicePropDesc>(hex("0150 0200 00 64 63 02 FFFF 01")).error().field, "SupportedValues");
}

TEST(ObjectPropDescTest, EveryForm) {
  const auto type = DataType::array_of_uint8;
  const ObjectForm forms[] = {{},
                              RangeForm{sample(type, 0), sample(type, 5), sample(type, 1)},
                              EnumerationForm{{sample(type, 1)}},
                              DateTimeForm{},
                              FixedLengthForm{16},
                              RegexForm{"[a-z]+"},
                              ByteArrayForm{0x10000},
                              LongStringForm{0xFFFFFFFF}};
  const u8 flags[] = {0, 1, 2, 3, 4, 5, 6, 0xFF};
  for (std::size_t i = 0; i < std::size(forms); ++i) {
    const ObjectPropDesc description{0xDC86, type, 0, Value::zero(type), 7, forms[i]};
    EXPECT_EQ(encode(description).at(2 + 2 + 1 + 4 + 4), flags[i]);
    expect_round_trip(description);
    check_damage(description);
  }
  EXPECT_EQ(decode<ObjectPropDesc>(hex("01DC 0200 00 00 00000000 07")).error().field, "FormFlag");
}

TEST(ObjectPropListTest, RoundTripAndDamage) {
  const ObjectPropList list{{{0x29190001, 0xDC01, {DataType::uint32, i128{0x00010001}}},
                             {0x29190001, 0xDC07, Value{"DSC_0001.JPG"}},
                             {0x29190002, 0xDC41, {DataType::uint128, (i128{1} << 100) + 1}},
                             {0x29190002, 0xDC86, {DataType::array_of_uint8, std::vector<i128>{1, 2}}}}};
  expect_round_trip(list);
  check_damage(list);
  EXPECT_EQ(encode(ObjectPropList{}), hex("00000000"));
  EXPECT_FALSE(decode<ObjectPropList>(hex("FFFFFFFF 0100 0000"))) << "a count that nothing covers";
}

TEST(ArraysTest, RoundTripAndLies) {
  const std::vector<u32> handles{1, 0x29190001, 0xFFFFFFFF};
  EXPECT_EQ(encode_array(handles), hex("03000000 01000000 01001929 FFFFFFFF"));
  EXPECT_EQ(decode_u32_array(encode_array(handles), "ObjectHandles"), handles);
  const std::vector<u16> codes{0x1001, 0x90C0};
  EXPECT_EQ(decode_u16_array(encode_array(codes), "Codes"), codes);
  EXPECT_EQ(encode_array(std::span<const u32>{}), hex("00000000"));
  EXPECT_EQ(decode_u32_array(hex("02000000 01000000"), "ObjectHandles").error().field, "ObjectHandles");
  EXPECT_FALSE(decode_u32_array(hex("FFFFFF3F 01000000"), "ObjectHandles"));
  EXPECT_FALSE(decode_u16_array({}, "Codes"));
}

TEST(FormTest, NoFormAllowsEverything) {
  EXPECT_TRUE(allows({}, u16_value(7)));
  EXPECT_TRUE(allows({}, Value{"text"}));
}

TEST(FormTest, RangesAllowTheirSteps) {
  const auto i8_value = [](int value) { return Value{DataType::int8, i128{value}}; };
  const Form range = RangeForm{i8_value(-30), i8_value(30), i8_value(2)};
  for (const int value : {-30, -28, 0, 30}) EXPECT_TRUE(allows(range, i8_value(value))) << value;
  for (const int value : {-32, -29, 1, 31, 127, -128}) EXPECT_FALSE(allows(range, i8_value(value))) << value;
  EXPECT_FALSE(allows(range, u16_value(0))) << "another type";
  const Form no_step = RangeForm{u16_value(0), u16_value(7530), u16_value(0)};
  EXPECT_TRUE(allows(no_step, u16_value(4711)));
  EXPECT_FALSE(allows(no_step, u16_value(7531)));
  const auto wide = [](i128 value) { return Value{DataType::uint128, value}; };
  EXPECT_TRUE(allows(RangeForm{wide(0), wide(-1), wide(1)}, wide(-2)));
}

TEST(FormTest, EnumerationsAllowTheirValues) {
  const Form list = EnumerationForm{{u16_value(2), u16_value(0x8010)}};
  EXPECT_TRUE(allows(list, u16_value(0x8010)));
  EXPECT_FALSE(allows(list, u16_value(3)));
  EXPECT_FALSE(allows(list, Value(DataType::uint32, i128{2}))) << "another type";
  EXPECT_FALSE(allows(EnumerationForm{}, u16_value(0)));
  const Form sizes = EnumerationForm{{Value{"6000x4000"}}};
  EXPECT_TRUE(allows(sizes, Value{"6000x4000"}));
  EXPECT_FALSE(allows(sizes, Value{"6000 x 4000"}));
}

}  // namespace
}  // namespace stuntcam::ptp
