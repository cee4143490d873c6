// What GetDeviceInfo and GetDevicePropDesc of the Leica SL and the Olympus E-M1 return is what is known of those
// bodies. The lists here and in known_properties.h are typed from the notes about them, not from the profiles. What a
// profile has besides is exempt by name, with its reason.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>
#include <string>

#include "profiles/load.h"
#include "tests/emulator/known_properties.h"
#include "tests/emulator/play.h"

namespace stuntcam::tests {
namespace {

using ptp::DataType;
using ptp::Value;

std::vector<u16> hex_list(const std::string& text) {
  std::istringstream in(text);
  std::vector<u16> out;
  for (std::string word; in >> word;) out.push_back(static_cast<u16>(std::stoul(word, nullptr, 16)));
  return out;
}

std::vector<u16> without(std::vector<u16> codes, const std::vector<u16>& exempt) {
  std::erase_if(codes, [&](u16 code) { return std::ranges::find(exempt, code) != exempt.end(); });
  return codes;
}

Value value(const std::string& text, DataType type) {
  return type == DataType::string ? Value(text == "\"\"" ? "" : text) : Value(type, std::stoll(text));
}

ptp::Form form(const std::string& text, DataType type) {
  if (text == "none") return {};
  if (text.starts_with("range ")) {
    const auto dots = text.find(".."), step = text.find(" step ");
    return ptp::RangeForm{value(text.substr(6, dots - 6), type), value(text.substr(dots + 2, step - dots - 2), type),
                          value(text.substr(step + 6), type)};
  }
  ptp::EnumerationForm list;
  std::istringstream in(text.substr(text.find(':') + 1));
  for (std::string word; in >> word;) list.values.push_back(value(word, type));
  return list;
}

// "5001|u8|R|75|range 0..100 step 1". No source has the factory defaults: they are the current values.
ptp::DevicePropDesc parse(std::string_view line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == '|')
      cells.emplace_back();
    else
      cells.back() += c;
  }
  const std::map<std::string, DataType> types = {{"u8", DataType::uint8},
                                                 {"u16", DataType::uint16},
                                                 {"u32", DataType::uint32},
                                                 {"i16", DataType::int16},
                                                 {"str", DataType::string}};
  ptp::DevicePropDesc desc;
  desc.code = static_cast<u16>(std::stoul(cells.at(0), nullptr, 16));
  desc.type = types.at(cells.at(1));
  desc.get_set = cells.at(2) == "RW" ? 1 : 0;
  desc.factory_default = desc.current = value(cells.at(3), desc.type);
  desc.form = form(cells.at(4), desc.type);
  return desc;
}

// A camera of a built-in profile that a client has a session with.
struct Known {
  explicit Known(const std::string& name) { stage.profile = profiles::load(name).value(); }
  Play& client() {
    if (!play) play = std::make_unique<Play>(stage.camera());
    return *play;
  }
  ptp::DeviceInfo info() {
    EXPECT_EQ(client().ask(Op::GetDeviceInfo), Code::OK);
    return client().decoded<ptp::DeviceInfo>();
  }
  Stage stage;
  std::unique_ptr<Play> play;
};

template <class Table>
void expect_properties(Known& camera, const Table& table, const std::vector<u16>& exempt) {
  std::vector<u16> codes;
  for (const auto line : table) {
    SCOPED_TRACE(line);
    auto known = parse(line);
    codes.push_back(known.code);
    ASSERT_EQ(camera.client().ask(Op::GetDevicePropDesc, {known.code}), Code::OK);
    auto desc = camera.client().template decoded<ptp::DevicePropDesc>();
    // The camera's clock goes on.
    if (known.code == static_cast<u16>(Prop::DateTime)) known.current = desc.current;
    EXPECT_EQ(desc, known);
  }
  EXPECT_EQ(without(camera.info().device_properties_supported, exempt), codes);
}

TEST(LeicaSl, DeviceInfo) {
  Known camera("leica-sl");
  const auto info = camera.info();
  EXPECT_EQ(info.manufacturer, "LEICA");
  EXPECT_EQ(info.model, "LEICA SL (Typ 601)");
  EXPECT_EQ(info.device_version, "3.7");
  EXPECT_EQ(info.standard_version, 100);
  EXPECT_EQ(info.vendor_extension_id, 6u);
  EXPECT_EQ(info.vendor_extension_version, 100);
  EXPECT_EQ(info.vendor_extension_desc, "");
  EXPECT_TRUE(info.capture_formats.empty());
  EXPECT_EQ(info.image_formats, hex_list("3001 3006 300D 3800 3802 3801"));
  // From the recorded packets (901D) and from a Q3 (the looks).
  EXPECT_EQ(without(info.operations_supported, {0x901D, 0x9033, 0x9035}),
            hex_list("1001 1002 1003 1004 1005 1006 1007 1008 1009 100A 100B 100E 100F 1010 1014 1015 1016 1017 1024 "
                     "9003 9004 9005 9006 9007 9008 9020 9025 9801 9802 9803 9805"));
  // gphoto2 waits for ever without CaptureComplete.
  EXPECT_EQ(without(info.events_supported, {0x400D}),
            hex_list("4002 4003 4004 4005 4006 4007 4009 400C C002 C006 C007 C008 C00A"));
}

TEST(LeicaSl, Properties) {
  Known camera("leica-sl");
  ASSERT_EQ(camera.client().ask(Op{0x9005}, {0xFF55}), Code::OK);
  expect_properties(camera, leica_sl_properties, {0x5023});
  EXPECT_EQ(camera.client().ask(Op::GetDevicePropDesc, {0x5023}), Code::InvalidDevicePropFormat);
}

TEST(LeicaSl, Storages) {
  Known camera("leica-sl");
  for (const auto& [id, capacity] : {std::pair(0x00010001u, 64139296768u), std::pair(0x00020001u, 63831015424u)}) {
    ASSERT_EQ(camera.client().ask(Op::GetStorageInfo, {id}), Code::OK);
    const auto storage = camera.client().decoded<ptp::StorageInfo>();
    EXPECT_EQ(storage.storage_type, 4);
    EXPECT_EQ(storage.filesystem_type, 3);
    EXPECT_EQ(storage.access_capability, 0);
    EXPECT_EQ(storage.max_capacity, capacity);
    EXPECT_EQ(storage.free_space_in_images, 0u);
  }
}

TEST(OlympusEM1, DeviceInfo) {
  Known camera("olympus-e-m1");
  const auto info = camera.info();
  EXPECT_EQ(info.manufacturer, "OLYMPUS");
  EXPECT_EQ(info.model, "E-M1");
  EXPECT_EQ(info.device_version, "1.00");
  EXPECT_EQ(info.standard_version, 100);
  EXPECT_EQ(info.vendor_extension_version, 100);
  EXPECT_EQ(info.vendor_extension_desc, "");
  EXPECT_EQ(info.capture_formats, hex_list("3008 300A B980 3800 3801 B101"));
  EXPECT_EQ(info.image_formats, hex_list("3000 3001 3006 3008 300A B980 3800 3801 B101"));
  EXPECT_EQ(info.operations_supported,
            hex_list("1001 1002 1003 1004 1005 1006 1007 1008 1009 100A 100B 100F 1014 1015 1016 101B 9481 9482 9483 "
                     "9484 9485 9486 9487 9488 9489 948A 948B 9801 9802 9803 9805"));
  EXPECT_EQ(info.events_supported, hex_list("4004 4005 4002 4009 4006 C101 C102 C103 C104 C105 C106 C108 C110 C111 "
                                            "C112 C113 C114"));
}

TEST(OlympusEM1, Properties) {
  Known camera("olympus-e-m1");
  expect_properties(camera, olympus_e_m1_properties, {0xD405});
  EXPECT_EQ(camera.client().ask(Op::GetDevicePropDesc, {0xD405}), Code::InvalidDevicePropFormat);
}

// The body describes its icon, which gphoto2 does not survive.
TEST(OlympusEM1, Icon) {
  Known camera("olympus-e-m1");
  camera.stage.options.preset = "icon";
  ASSERT_EQ(camera.client().ask(Op::GetDevicePropDesc, {0xD405}), Code::OK);
  const auto icon = camera.client().decoded<ptp::DevicePropDesc>();
  EXPECT_EQ(icon.type, DataType::array_of_uint8);
  EXPECT_EQ(icon.get_set, 0);
  EXPECT_EQ(icon.current.array().size(), 71680u);
  EXPECT_EQ(icon.current.array().at(4), 5) << "icons in the file";
}

TEST(OlympusEM1, Storage) {
  Known camera("olympus-e-m1");
  ASSERT_EQ(camera.client().ask(Op::GetStorageInfo, {0x00010001}), Code::OK);
  const auto storage = camera.client().decoded<ptp::StorageInfo>();
  EXPECT_EQ(storage.storage_type, 4);
  EXPECT_EQ(storage.filesystem_type, 3);
  EXPECT_EQ(storage.access_capability, 0);
  EXPECT_EQ(storage.max_capacity, 31902400512u);
  // Known to be 31902367744: of an empty card. This one has pictures.
  EXPECT_LT(storage.free_space_in_bytes, 31902367744u);
  EXPECT_EQ(storage.free_space_in_images, 0xFFFFFFFFu);
  EXPECT_EQ(storage.storage_description, "");
  EXPECT_EQ(storage.volume_label, "");
}

}  // namespace
}  // namespace stuntcam::tests
