// What a good profile becomes: merging, overrides, values, and the way back to TOML.
#include "profiles/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "profiles/show.h"

namespace stuntcam::profiles {
namespace {

using ptp::DataType;
using ptp::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

const std::string device = R"([device]
manufacturer = "Maker"
model = "Model"
version = "1"
serial = "#"
operations = ["GetDeviceInfo"]
)";

// A directory with profiles that extend each other, gone at the end.
class Folder {
 public:
  Folder() {
    auto path = (std::filesystem::temp_directory_path() / "stuntcam-profiles-XXXXXX").string();
    path_ = ::mkdtemp(path.data()) == nullptr ? "" : path;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name) << text; }

 private:
  std::filesystem::path path_;
};

Profile good(const std::string& text) {
  auto profile = parse(text, "my.toml");
  if (!profile) throw std::runtime_error(profile.error().front().to_string());
  return std::move(*profile);
}

TEST(Load, TablesMergeAndArraysReplace) {
  const auto profile = good(R"(
extends = "nikon-d5300"
[device]
model = "D5301"
events = ["ObjectAdded"]
[timing]
capture = "1s"
)");
  EXPECT_EQ(profile.name, "my");
  EXPECT_EQ(profile.origin, "my.toml");
  EXPECT_EQ(profile.device.model, "D5301");
  EXPECT_EQ(profile.device.manufacturer, "Nikon Corporation") << "from the base's base";
  EXPECT_EQ(profile.device.events, std::vector<u16>{0x4002});
  EXPECT_EQ(profile.timing.capture, 1s);
  EXPECT_EQ(profile.timing.self_timer, 10s);
  EXPECT_EQ(profile.properties.size(), 120u);
}

TEST(Load, OverridesChangeOneProperty) {
  const auto profile = good(R"(
extends = "nikon-d5300"
[override.ExposureIndex]
current = 200
[override.0xD100]
access = "r"
[override.BurstNumber]
enum = [1, 5]
)");
  const auto base = load("nikon-d5300").value();
  EXPECT_EQ(profile.property(0x500F)->current, Value(DataType::uint16, 200));
  EXPECT_EQ(profile.property(0x500F)->form, base.property(0x500F)->form);
  EXPECT_FALSE(profile.property(0xD100)->writable);
  EXPECT_EQ(std::get<ptp::EnumerationForm>(profile.property(0x5018)->form).values.size(), 2u);
  EXPECT_EQ(profile.properties.size(), base.properties.size());
}

TEST(Load, AnOverrideNeedsItsProperty) {
  const auto profile = parse("extends = \"generic\"\n[override.LensID]\ncurrent = 2\n", "my.toml");
  ASSERT_FALSE(profile);
  EXPECT_EQ(profile.error().front().to_string(), "my.toml:2:11: there is no property 'LensID' to override");
}

TEST(Load, DefaultsOfWhatIsNotSaid) {
  const auto profile = good(device);
  EXPECT_EQ(profile.dialect, "ptpip");
  EXPECT_EQ(profile.port, 15740);
  EXPECT_EQ(profile.protocol_version, 0x00010000u);
  EXPECT_EQ(profile.data_packet, 16u << 20);
  EXPECT_EQ(profile.timing, Timing{});
  EXPECT_EQ(profile.quirks, Quirks{});
}

TEST(Load, NamesOfTheProfilesOwnAreCodesToo) {
  const auto profile = good("assumed = [\"Wobble\"]\n" + device + R"(
[[property]]
code = 0xD7A1
name = "Wobble"
type = "int8"
access = "rw"
default = -3
range = [-5, 5]
[presets.calm]
wobble = 0
)");
  EXPECT_EQ(profile.assumed, std::vector<u16>{0xD7A1});
  EXPECT_EQ(profile.presets.at("calm").values.front().second, Value(DataType::int8, 0));
  EXPECT_EQ(std::get<ptp::RangeForm>(profile.property(0xD7A1)->form).step, Value(DataType::int8, 1));
}

TEST(Load, ValuesOfEveryKind) {
  const auto profile = good(device + R"(
[[property]]
code = 0xD001
type = "uint64"
access = "r"
default = "18446744073709551615"
[[property]]
code = 0xD002
type = "int128"
access = "r"
default = "-0x80000000000000000000000000000000"
[[property]]
code = 0xD003
type = "array_of_int16"
access = "rw"
default = [1, -2, 0x7FFF]
[[property]]
code = 0xD004
type = "uint128"
access = "rw"
default = "340282366920938463463374607431768211455"
)");
  EXPECT_EQ(profile.property(0xD001)->current, Value(DataType::uint64, static_cast<i128>(~u64{0})));
  EXPECT_EQ(profile.property(0xD002)->current.bits(), u128{1} << 127);
  EXPECT_EQ(profile.property(0xD003)->current.array(), (std::vector<i128>{1, -2, 0x7FFF}));
  EXPECT_EQ(profile.property(0xD004)->current.bits(), ~u128{0});
  EXPECT_EQ(good(to_toml(profile)), profile);
}

TEST(Load, WhatNoDataTypeDescribes) {
  const auto profile = good(device + R"([[property]]
code = 0x5003
type = "string"
access = "r"
default = "x"
dormant = "y"
raw_value = "0102 ff"
raw_description = """
  03
  50 """
)");
  EXPECT_EQ(profile.properties.at(0).dormant, Value("y"));
  EXPECT_EQ(profile.properties.at(0).raw_value, (Bytes{1, 2, 0xFF}));
  const auto wrong = parse(device + R"([[property]]
code = 0x5003
type = "uint8"
access = "r"
default = 1
dormant = 256
raw_value = "0"
)",
                           "my.toml");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().size(), 2u);
}

TEST(Load, CannedOperations) {
  const auto profile = good(device + R"(
[[operation]]
code = 0x9033
data = "74bf c011 2233"
response = "GeneralError"
params = [1, 0xFFFFFFFF]
delay = "5ms"
[[operation]]
code = 0x9034
takes_data = true
)");
  ASSERT_EQ(profile.canned.size(), 2u);
  EXPECT_EQ(profile.canned[0].data, (Template{Bytes{0x74, 0xBF, 0xC0, 0x11, 0x22, 0x33}}));
  EXPECT_EQ(profile.canned[0].response, 0x2002);
  ASSERT_EQ(profile.canned[0].response_params.size(), 2u);
  EXPECT_EQ(profile.canned[0].response_params[1].value, Value(DataType::uint32, 0xFFFFFFFF));
  EXPECT_EQ(profile.canned[0].delay, 5ms);
  EXPECT_FALSE(profile.canned[1].data);
  EXPECT_TRUE(profile.canned[1].takes_data);
}

TEST(Show, LeadsBackForEveryCamera) {
  for (const auto& name : cameras()) {
    const auto profile = load(name).value();
    auto again = parse(to_toml(profile), name + ".toml");
    if (!again) FAIL() << again.error().front().to_string();
    again->origin = profile.origin;
    EXPECT_EQ(*again, profile) << name;
  }
}

// What every test of overlays begins with.
const std::string iris = R"(
[[property]]
code = "FNumber"
type = "uint16"
access = "rw"
default = 350
enum = [350, 400]
)";

TEST(Load, AddPutsMoreIntoTheListsOfTheBase) {
  const Folder folder;
  folder.write("base.toml", device + iris + "[[operation]]\ncode = 0x9001\n[[operation]]\ncode = 0x9002\n");
  folder.write("middle.toml", "extends = \"base\"\n[add]\noperations = [0x9003]\n[[add.operation]]\ncode = 0x9003\n");
  folder.write("child.toml", R"(
extends = "middle"
[override.BatteryLevel]
current = 7
[add]
operations = ["OpenSession"]
events = ["ObjectAdded"]
[[add.property]]
code = "BatteryLevel"
type = "uint8"
access = "r"
default = 5
[[add.operation]]
code = 0x9002
response = "GeneralError"
[[add.storage]]
id = 1
present = false
)");
  const auto profile = load(folder.path("child.toml")).value();
  EXPECT_THAT(profile.device.operations, ElementsAre(0x1001, 0x9003, 0x1002));
  EXPECT_THAT(profile.device.events, ElementsAre(0x4002));
  ASSERT_EQ(profile.properties.size(), 2u);
  EXPECT_EQ(profile.property(0x5001)->current.integer(), 7);
  ASSERT_EQ(profile.canned.size(), 3u);
  EXPECT_EQ(profile.canned[1].response, 0x2002);
  EXPECT_EQ(profile.canned[2].code, 0x9003);
  EXPECT_EQ(profile.storages.size(), 1u);
}

TEST(Load, PresetsAreSmallProfilesOnTopOfTheirs) {
  const auto profile = good(device + iris + R"(
[[operation]]
code = 0x9001
[presets.open]
FNumber = 400
[presets.later]
FNumber = 280
BatteryLevel = 3
[presets.later.device]
version = "2"
[presets.later.quirks]
five_response_parameters = true
[presets.later.timing]
capture = "2s"
[presets.later.override.FNumber]
enum = [280]
current = 280
[presets.later.add]
operations = [0x9400]
[[presets.later.add.operation]]
code = 0x9400
[[presets.later.add.operation]]
code = 0x9001
response = "GeneralError"
[[presets.later.add.property]]
code = "BatteryLevel"
type = "uint8"
access = "r"
default = 5
)");
  EXPECT_EQ(under_preset(profile, ""), profile);
  EXPECT_EQ(under_preset(profile, "open"), profile);
  EXPECT_THROW(under_preset(profile, "closed"), std::invalid_argument);
  const auto later = under_preset(profile, "later");
  EXPECT_EQ(later.name, profile.name);
  EXPECT_EQ(later.presets, profile.presets);
  EXPECT_EQ(under_preset(later, "later"), later);
  EXPECT_EQ(later.device.version, "2");
  EXPECT_EQ(later.device.model, profile.device.model);
  EXPECT_THAT(later.device.operations, ElementsAre(0x1001, 0x9400));
  EXPECT_TRUE(later.quirks.five_response_parameters);
  EXPECT_EQ(later.timing.capture, 2s);
  ASSERT_EQ(later.canned.size(), 2u);
  EXPECT_EQ(later.canned[0].response, 0x2002);
  EXPECT_EQ(later.property(0x5007)->current.integer(), 280);
  EXPECT_EQ(later.presets.at("later").values.size(), 2u);
  EXPECT_EQ(good(to_toml(profile)), profile);
}

TEST(Load, ObjectsWithHandlesOfTheirOwn) {
  const auto profile = good(device + R"(
[[storage]]
id = 1
capacity = "1GiB"
free = "1MiB"
[[storage.objects]]
name = "DCIM"
format = "Association"
handle = 0x50000000
[[storage.objects]]
folder = "DCIM/100CANON"
name = "2U4A%04u.CR3"
first = 3378
count = 2
format = 0xB108
size = 100
date = "20240131T120000"
handle = 0x5190D321
handle_step = 16
[storage.handles]
folder_step = 0x40000
file_step = 16
file_offset = 1
)");
  const auto& storage = profile.storages.at(0);
  EXPECT_EQ(storage.free, 1u << 20);
  EXPECT_EQ(storage.handles, (HandlePattern{0x40000, 16, 1}));
  EXPECT_EQ(storage.objects.at(0).count, 1u);
  EXPECT_EQ(storage.objects.at(0).handle, 0x50000000u);
  EXPECT_EQ(storage.objects.at(1).handle_step, 16u);
  EXPECT_EQ(storage.objects.at(1).date->to_string(), "20240131T120000");
  EXPECT_EQ(good(to_toml(profile)), profile);
}

TEST(Show, LeadsBackForOddThings) {
  const auto profile =
      good("guid = \"00112233445566778899aabbccddeeff\"\nfriendly_name = \"a\\\"\\\\\\u0001é\"\n" + device + R"(
vendor_extension_desc = 'back\slash "quote"'
[[storage]]
id = 2
present = false
free_images = 0xFFFFFFFF
[[operation]]
code = 0x9033
data = ""
delay = "1.5ms"
[[property]]
code = "Artist"
type = "string"
access = "rw"
default = "\tübel"
labels = { "\tübel" = "a label" }
[presets."with space"]
Artist = "Ansel"
)");
  EXPECT_EQ(good(to_toml(profile)), profile);
}

Property property() {
  return good(device + R"(
[[property]]
code = "WhiteBalance"
type = "uint16"
access = "rw"
default = 2
enum = [2, 4, 0x8010]
labels = { 2 = "auto", 0x8010 = "cloudy" }
)")
      .properties.front();
}

TEST(ParseValue, LabelsNumbersAndWhatIsAllowed) {
  const auto white_balance = property();
  EXPECT_EQ(parse_value(white_balance, "Cloudy").value(), Value(DataType::uint16, 0x8010));
  EXPECT_EQ(parse_value(white_balance, "0x8010").value(), Value(DataType::uint16, 0x8010));
  EXPECT_EQ(parse_value(white_balance, "4").value(), Value(DataType::uint16, 4));
  EXPECT_EQ(parse_value(white_balance, "5").error(), "5 is not allowed; allowed: 2 (auto), 4, 32784 (cloudy)");
  EXPECT_EQ(parse_value(white_balance, "sunny").error(), "'sunny' is no number; allowed: 2 (auto), 4, 32784 (cloudy)");
  EXPECT_THAT(parse_value(white_balance, "65536").error(), HasSubstr("65536 does not fit uint16 (0 to 65535)"));
}

TEST(ParseValue, RangesStringsAndArrays) {
  const auto d5300 = load("nikon-d5300").value();
  EXPECT_EQ(parse_value(*d5300.property(0xD109), "-30").value(), Value(DataType::int8, -30));
  EXPECT_EQ(parse_value(*d5300.property(0xD109), "-29").error(),
            "-29 is not allowed; allowed: -30 to 30 in steps of 2");
  EXPECT_EQ(parse_value(*d5300.property(0x5003), "4496x3000").value(), Value("4496x3000"));
  EXPECT_FALSE(parse_value(*d5300.property(0x5003), "1x1"));
  EXPECT_EQ(parse_value(*d5300.property(0xD090), "any text").value(), Value("any text"));

  Property list;
  list.type = DataType::array_of_uint8;
  EXPECT_EQ(parse_value(list, "[1, 0x02 3]").value(), Value(DataType::array_of_uint8, std::vector<i128>{1, 2, 3}));
  EXPECT_EQ(parse_value(list, "").value(), Value::zero(DataType::array_of_uint8));
  EXPECT_FALSE(parse_value(list, "1, 256"));
}

// Nothing else is known of it, and nothing else is made up.
TEST(Load, APropertyThatIsOnlyRefused) {
  const auto profile = good(device + "[[property]]\ncode = 0xD0F5\nrefuse = \"AccessDenied\"\nlisted = \"vendor\"\n");
  ASSERT_EQ(profile.properties.size(), 1u);
  const auto& refused = profile.properties[0];
  EXPECT_EQ(refused.refusal, static_cast<u16>(ptp::ResponseCode::AccessDenied));
  EXPECT_FALSE(refused.described());
  EXPECT_TRUE(refused.vendor_list);
  const auto text = to_toml(profile);
  EXPECT_THAT(text, HasSubstr("code = 0xD0F5\nlisted = \"vendor\"\nrefuse = \"AccessDenied\"\n"));
  EXPECT_EQ(text.find("type = \"\""), std::string::npos);
  EXPECT_EQ(good(text), profile);
  EXPECT_THAT(parse_value(refused, "1").error(), HasSubstr("has no value"));
}

}  // namespace
}  // namespace stuntcam::profiles
