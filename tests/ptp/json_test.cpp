#include "ptp/json.h"

#include <gtest/gtest.h>

namespace stuntcam::ptp {
namespace {

TEST(JsonTest, Values) {
  EXPECT_EQ(json(Value(DataType::int16, i128{-333})), Json(-333));
  EXPECT_EQ(json(Value(DataType::uint64, i128{-1})), Json(18446744073709551615u));
  EXPECT_EQ(json(Value(DataType::int64, i128{INT64_MIN})), Json(INT64_MIN));
  EXPECT_EQ(json(Value(DataType::uint128, i128{7})), Json(7));
  EXPECT_EQ(json(Value(DataType::int128, i128{-7})), Json(-7));
  EXPECT_EQ(json(Value(DataType::uint128, i128{1} << 64)), Json("0x10000000000000000"));
  EXPECT_EQ(json(Value(DataType::array_of_int8, std::vector<i128>{1, -2})), Json::array({1, -2}));
  EXPECT_EQ(json(Value(DataType::array_of_int8, std::vector<i128>{})), Json::array());
  EXPECT_EQ(json(Value("text")), Json("text"));
  EXPECT_EQ(json(Value()), Json(nullptr));
}

TEST(JsonTest, DeviceInfo) {
  const DeviceInfo info{.vendor_extension_id = 6, .operations_supported = {0x1001, 0x90C0}, .model = "M"};
  EXPECT_EQ(json(info).dump(),
            R"({"StandardVersion":100,"VendorExtensionID":6,"VendorExtensionVersion":0,"VendorExtensionDesc":"",)"
            R"("FunctionalMode":0,"OperationsSupported":[4097,37056],"EventsSupported":[],)"
            R"("DevicePropertiesSupported":[],"CaptureFormats":[],"ImageFormats":[],"Manufacturer":"","Model":"M",)"
            R"("DeviceVersion":"","SerialNumber":""})");
}

DevicePropDesc ranged() {
  const auto value = [](int integer) { return Value{DataType::int8, i128{integer}}; };
  return {0xD109, DataType::int8, 1, value(0), value(-2), RangeForm{value(-30), value(30), value(2)}};
}

TEST(JsonTest, DevicePropDesc) {
  EXPECT_EQ(json(ranged()).dump(),
            R"({"DevicePropCode":53513,"DataType":"int8","GetSet":1,"FactoryDefaultValue":0,"CurrentValue":-2,)"
            R"("FormFlag":1,"Form":{"MinimumValue":-30,"MaximumValue":30,"StepSize":2}})");
  const DevicePropDesc plain{0x5011, DataType::string, 1, Value{""}, Value{"20211121T153515"}, {}};
  EXPECT_FALSE(json(plain).contains("Form"));
  auto listed = plain;
  listed.form = EnumerationForm{{Value{"a"}, Value{"b"}}};
  EXPECT_EQ(json(listed)["Form"].dump(), R"({"SupportedValues":["a","b"]})");
}

TEST(JsonTest, ObjectPropList) {
  const ObjectPropList list{{{7, 0xDC07, Value{"name"}}}};
  EXPECT_EQ(json(list).dump(),
            R"({"Elements":[{"ObjectHandle":7,"ObjectPropCode":56327,"DataType":"string","Value":"name"}]})");
}

TEST(JsonTest, ObjectForms) {
  const ObjectPropDesc description{0xDC07, DataType::string, 0, Value{""}, 0, RegexForm{"[a-z]"}};
  EXPECT_EQ(json(description)["Form"].dump(), R"({"RegEx":"[a-z]"})");
  EXPECT_EQ(json(StreamInfo{36, 1, 2, 3, 4, 5, 6})["PacketAlignment"], Json(6));
}

TEST(JsonTest, TextThatIsNoUtf8IsReplaced) {
  const StorageInfo info{.volume_label = "a\xED\xA0\x80z\xFF"};
  EXPECT_EQ(json(info)["VolumeLabel"].dump(), "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\"");
}

TEST(TextPrintTest, OneFieldALine) {
  EXPECT_EQ(text(ranged()),
            "DevicePropCode: 0xD109\nDataType: int8\nGetSet: 1\nFactoryDefaultValue: 0\nCurrentValue: -2\n"
            "FormFlag: 1\nMinimumValue: -30\nMaximumValue: 30\nStepSize: 2\n");
  const DeviceInfo info{.operations_supported = {0x1001, 0x90C0}, .model = "M"};
  const auto lines = text(info);
  EXPECT_NE(lines.find("VendorExtensionID: 0x00000000\n"), std::string::npos);
  EXPECT_NE(lines.find("OperationsSupported: 0x1001 0x90C0\n"), std::string::npos);
  EXPECT_NE(lines.find("EventsSupported:\n"), std::string::npos);
  EXPECT_NE(lines.find("Model: \"M\"\n"), std::string::npos);
}

}  // namespace
}  // namespace stuntcam::ptp
