// What a good profile becomes: merging, overrides, values, and the way back to TOML.
#include "profiles/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "profiles/show.h"

namespace stuntcam::profiles {
namespace {

using ptp::DataType;
using ptp::Value;
using testing::HasSubstr;
using namespace std::chrono_literals;

const std::string device = R"([device]
manufacturer = "Maker"
model = "Model"
version = "1"
serial = "#"
operations = ["GetDeviceInfo"]
)";

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
  EXPECT_EQ(profile.presets.at("calm").front().second, Value(DataType::int8, 0));
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
  EXPECT_EQ(profile.canned[0].data, (Bytes{0x74, 0xBF, 0xC0, 0x11, 0x22, 0x33}));
  EXPECT_EQ(profile.canned[0].response, 0x2002);
  EXPECT_EQ(profile.canned[0].response_params, (std::vector<u32>{1, 0xFFFFFFFF}));
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

TEST(Critique, FindsWhatIsLegalAndOdd) {
  const auto profile = good(device + R"(
[quirks]
push_events = false
[[operation]]
code = 0x9033
[[storage]]
id = 1
capacity = 10
[[storage.objects]]
name = "A%u"
count = 2
size = 6
format = "EXIF_JPEG"
[[property]]
code = "FNumber"
type = "uint16"
access = "rw"
default = 5
current = 4
enum = [4]
)");
  std::string all;
  for (const auto& warning : critique(profile)) all += warning.to_string() + '\n';
  EXPECT_EQ(all,
            "my.toml: there is no friendly_name: clients see a camera without a name\n"
            "my.toml: FNumber: the default 5 is outside its form; allowed: 4\n"
            "my.toml: storage 0x00000001 has objects of format 0x3801, which is not among the image_formats\n"
            "my.toml: storage 0x00000001 has 12 bytes of objects and room for 10\n"
            "my.toml: operation 0x9033 has an answer but is not among the operations: nobody gets it\n"
            "my.toml: the quirks neither push nor queue events: nobody hears of any\n"
            "my.toml: there are properties, but GetDevicePropDesc is not among the operations\n");
}

}  // namespace
}  // namespace stuntcam::profiles
