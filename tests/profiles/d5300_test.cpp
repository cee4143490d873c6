// The D5300 must be exactly what was read from one: lists and tables here are typed from the reference, not from the
// profile.
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>
#include <string>

#include "profiles/load.h"
#include "tests/profiles/d5300_properties.h"

namespace stuntcam::profiles {
namespace {

using ptp::DataType;
using ptp::Value;

const Profile& d5300() {
  static const Profile profile = load("nikon-d5300").value();
  return profile;
}

std::vector<u16> hex_list(const std::string& text) {
  std::istringstream in(text);
  std::vector<u16> out;
  for (std::string word; in >> word;) out.push_back(static_cast<u16>(std::stoul(word, nullptr, 16)));
  return out;
}

struct Row {
  u16 code = 0;
  DataType type = DataType::undefined;
  bool writable = false;
  Value factory_default, current;
  ptp::Form form;
};

Value value(std::string text, DataType type, bool hex) {
  if (type == DataType::string) return Value(text.substr(1, text.size() - 2));
  if (text.ends_with('h')) {
    hex = true;
    text.pop_back();
  }
  if (text.size() == 8 && text.starts_with("FFFF")) hex = true;  // bulb and time, in a decimal list too
  return Value(type, std::stoll(text, nullptr, hex ? 16 : 10));
}

ptp::Form form(const std::string& text, DataType type) {
  if (text == "none") return {};
  if (text == "enum: (empty, count 0)") return ptp::EnumerationForm{};
  if (text.starts_with("range ")) {
    const auto dots = text.find("..");
    const auto step = text.find(" step ");
    return ptp::RangeForm{value(text.substr(6, dots - 6), type, false),
                          value(text.substr(dots + 2, step - dots - 2), type, false),
                          value(text.substr(step + 6), type, false)};
  }
  ptp::EnumerationForm list;
  std::istringstream in(text.substr(text.find(':') + 1));
  for (std::string word; in >> word;) {
    if (type == DataType::string) word = '"' + word + '"';
    list.values.push_back(value(word, type, text.starts_with("enum hex")));
  }
  return list;
}

Row parse_row(std::string_view line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == '|')
      cells.emplace_back();
    else
      cells.back() += c;
  }
  const std::map<std::string, DataType> types = {
      {"u8", DataType::uint8}, {"u16", DataType::uint16}, {"u32", DataType::uint32}, {"u64", DataType::uint64},
      {"i8", DataType::int8},  {"i16", DataType::int16},  {"str", DataType::string}};
  Row row;
  row.code = static_cast<u16>(std::stoul(cells.at(0), nullptr, 16));
  row.type = types.at(cells.at(1));
  row.writable = cells.at(2) == "RW";
  row.factory_default = value(cells.at(3), row.type, false);
  row.current = value(cells.at(4), row.type, false);
  row.form = form(cells.at(5), row.type);
  return row;
}

TEST(D5300, DeviceInfo) {
  const auto& device = d5300().device;
  EXPECT_EQ(device.standard_version, 100);
  EXPECT_EQ(device.vendor_extension_id, 6u);
  EXPECT_EQ(device.vendor_extension_version, 100);
  EXPECT_EQ(device.vendor_extension_desc, "microsoft.com: 1.0");
  EXPECT_EQ(device.functional_mode, 0);
  EXPECT_EQ(device.manufacturer, "Nikon Corporation");
  EXPECT_EQ(device.model, "D5300");
  EXPECT_EQ(device.version, "V1.03");
  EXPECT_EQ(device.serial, std::string(25, '0') + std::string(7, '#'));
  EXPECT_EQ(device.vendor, ptp::Vendor::nikon);
  EXPECT_EQ(device.capture_formats, hex_list("3801 3000"));
  EXPECT_EQ(device.image_formats, hex_list("3000 3001 3002 3006 300D 3801"));
  EXPECT_EQ(device.events, hex_list("4001 4002 4003 4004 4005 4006 4007 4008 4009 400A 400C 400D C101 C102 C105"));
  EXPECT_EQ(device.operations,
            hex_list("1001 1002 1003 1004 1005 1006 1007 1008 1009 100A 100B 100C 100D 100E 100F 1014 1015 1016 101B "
                     "90C0 90C1 90C2 90C3 90C4 90C7 90C8 90C9 90CA 90CB 90CC 90CD 90CE 90CF 9201 9202 9203 9204 9205 "
                     "9206 9207 9209 920A 920B 920C 9400 9407 9408 9409 940A 940B 9801 9802 9803 9805"));
}

TEST(D5300, EveryProperty) {
  const auto& properties = d5300().properties;
  ASSERT_EQ(properties.size(), d5300::properties.size());
  for (std::size_t i = 0; i < properties.size(); ++i) {
    const auto row = parse_row(d5300::properties.at(i));
    const auto& property = properties[i];
    SCOPED_TRACE(d5300::properties.at(i));
    EXPECT_EQ(property.code, row.code);
    EXPECT_EQ(property.type, row.type);
    EXPECT_EQ(property.writable, row.writable);
    EXPECT_EQ(property.factory_default, row.factory_default);
    EXPECT_EQ(property.current, row.current);
    EXPECT_EQ(property.form, row.form);
  }
}

TEST(D5300, DeviceInfoListsTheStandardPropertiesAndThreeMore) {
  for (const auto& property : d5300().properties) {
    const bool in_device_info =
        property.code < 0xD000 || property.code == 0xD303 || property.code == 0xD406 || property.code == 0xD407;
    EXPECT_EQ(property.vendor_list, !in_device_info) << property.name;
  }
}

TEST(D5300, SpotChecks) {
  const auto* shutter = d5300().property(0xD100);
  ASSERT_TRUE(shutter);
  EXPECT_EQ(shutter->name, "ShutterSpeed2");
  EXPECT_EQ(shutter->current.integer(), 0x10FA0);
  const auto& speeds = std::get<ptp::EnumerationForm>(shutter->form).values;
  ASSERT_EQ(speeds.size(), 54u);
  EXPECT_EQ(speeds.back().integer(), 0xFFFFFFFF);
  EXPECT_EQ(d5300().property(0xD090)->current.text(), std::string(36, ' '));
  EXPECT_EQ(d5300().property(0xD124)->factory_default.type(), DataType::int8);
}

TEST(D5300, LabelsAsTheyAreKnown) {
  const auto label = [](u16 code, const std::string& value) { return d5300().property(code)->labels.at(value); };
  EXPECT_EQ(label(0x5004, "4"), "RAW");
  EXPECT_EQ(label(0x5004, "7"), "RAW+fine");
  EXPECT_EQ(label(0x5005, "2"), "auto");
  EXPECT_EQ(label(0x5005, "32784"), "cloudy");
  EXPECT_EQ(label(0x500A, "32784"), "AF-S");
  EXPECT_EQ(label(0x500B, "3"), "matrix");
  EXPECT_EQ(label(0x500C, "32787"), "red-eye slow");
  EXPECT_EQ(label(0x500D, "4294967295"), "bulb");
  EXPECT_EQ(label(0x500D, "4294967293"), "time");
  EXPECT_EQ(label(0x500E, "32793"), "effects");
  EXPECT_EQ(label(0x5013, "32785"), "self timer");
  EXPECT_EQ(label(0x501C, "32786"), "3D tracking");
  EXPECT_EQ(label(0xD100, "4294967295"), "bulb");
  EXPECT_EQ(label(0xD10B, "1"), "SDRAM");
  EXPECT_EQ(label(0xD161, "4"), "MF selectable");
  EXPECT_EQ(label(0xD200, "209"), "custom 9");
  EXPECT_EQ(d5300().property(0x500A)->labels.count("32787"), 0u) << "nobody knows what 8013 is";
}

TEST(D5300, BehavesAsItsClientsSay) {
  const auto& profile = d5300();
  EXPECT_EQ(profile.dialect, "ptpip");
  EXPECT_EQ(profile.port, 15740);
  EXPECT_FALSE(profile.guid);
  EXPECT_TRUE(profile.quirks.poll_events);
  EXPECT_FALSE(profile.quirks.push_events);
  EXPECT_NE(profile.quirks.transaction_ids, Quirks::TransactionIds::strict);
  EXPECT_TRUE(profile.quirks.upload_to_read_only_store);
  EXPECT_EQ(profile.first_handle, 0x29190001u);
}

TEST(D5300, Storage) {
  ASSERT_EQ(d5300().storages.size(), 1u);
  const auto& card = d5300().storages.front();
  EXPECT_EQ(card.id, 0x00010001u);
  EXPECT_EQ(card.storage_type, 4);
  EXPECT_EQ(card.filesystem_type, 3);
  EXPECT_EQ(card.access_capability, 2);
  EXPECT_EQ(card.capacity, 15923150848u);
  EXPECT_FALSE(card.free_images);
  EXPECT_EQ(card.description, "");
  EXPECT_EQ(card.label, "NIKON D5300 [Slot 1]");
  EXPECT_EQ(card.media, "synthetic");
  EXPECT_GE(card.objects.size(), 2u);
}

TEST(D5300, WhatNobodyKnowsIsAdmitted) {
  for (const u16 code : hex_list("90C9 90CC 90CD 90CE 90CF 9407 9408 9409 940A 940B"))
    EXPECT_NE(std::ranges::find(d5300().assumed, code), d5300().assumed.end()) << std::hex << code;
}

}  // namespace
}  // namespace stuntcam::profiles
