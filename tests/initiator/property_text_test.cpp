// Values by label and unit, there and back.
#include "initiator/property_text.h"

#include <gtest/gtest.h>

namespace stuntcam::tests {
namespace {

using initiator::value_by_text;
using initiator::value_text;
using ptp::DataType;
using ptp::PropertyCode;
using ptp::Value;

ptp::DevicePropDesc desc(PropertyCode code, DataType type, std::vector<i128> values = {}) {
  ptp::DevicePropDesc desc;
  desc.code = static_cast<u16>(code);
  desc.type = type;
  ptp::EnumerationForm form;
  for (const i128 value : values) form.values.emplace_back(type, value);
  if (!form.values.empty()) desc.form = form;
  return desc;
}

const initiator::Extension standard;

struct Case {
  PropertyCode code;
  DataType type;
  i64 value;
  std::string text;
};
class Text : public ::testing::TestWithParam<Case> {};

TEST_P(Text, IsShownAndReadBack) {
  const auto& [code, type, value, text] = GetParam();
  EXPECT_EQ(value_text(standard, static_cast<u16>(code), Value(type, value)), text);
  EXPECT_EQ(value_by_text(standard, desc(code, type), text), Value(type, value));
}

INSTANTIATE_TEST_SUITE_P(
    Units, Text,
    ::testing::Values(Case{PropertyCode::FNumber, DataType::uint16, 560, "f/5.6"},
                      Case{PropertyCode::FNumber, DataType::uint16, 1100, "f/11"},
                      Case{PropertyCode::ExposureTime, DataType::uint32, 40, "1/250"},
                      Case{PropertyCode::ExposureTime, DataType::uint32, 31, "1/320"},  // cut off from 31.25
                      Case{PropertyCode::ExposureTime, DataType::uint32, 25000, "2.5 s"},
                      Case{PropertyCode::ExposureTime, DataType::uint32, 0xFFFFFFFF, "bulb"},
                      Case{PropertyCode::ExposureBiasCompensation, DataType::int16, -300, "-0.3 EV"},
                      Case{PropertyCode::ExposureBiasCompensation, DataType::int16, 1700, "+1.7 EV"},
                      Case{PropertyCode::CaptureDelay, DataType::uint32, 2500, "2.5 s"},
                      Case{PropertyCode::FocalLength, DataType::uint32, 1850, "18.5 mm"},
                      Case{PropertyCode::BatteryLevel, DataType::uint8, 80, "80 %"},
                      Case{PropertyCode::WhiteBalance, DataType::uint16, 4, "daylight"},
                      Case{PropertyCode::ExposureProgramMode, DataType::uint16, 3, "aperture priority"}));

TEST(PropertyText, TakesOfAnEnumerationWhatWasShown) {
  const auto bias = desc(PropertyCode::ExposureBiasCompensation, DataType::int16, {-667, -333, 0, 333});
  EXPECT_EQ(value_text(standard, bias.code, Value(DataType::int16, -333)), "-0.3 EV");
  EXPECT_EQ(value_by_text(standard, bias, "-0.3 EV"), Value(DataType::int16, -333));
  EXPECT_EQ(value_by_text(standard, bias, "+0.3ev"), Value(DataType::int16, 333));
  auto size = desc(PropertyCode::ImageSize, DataType::string);
  size.form = ptp::EnumerationForm{{Value("640x480"), Value("2992x2000")}};
  EXPECT_EQ(value_by_text(standard, size, value_text(standard, size.code, Value("2992x2000"))), Value("2992x2000"));
  EXPECT_EQ(allowed_text(standard, bias), "-0.7 EV, -0.3 EV, +0.0 EV or +0.3 EV");
}

TEST(PropertyText, LeavesNumbersAndNonsenseAlone) {
  const auto time = desc(PropertyCode::ExposureTime, DataType::uint32);
  for (const auto* text : {"40", "", "1/", "1/0", "x", "1/x", "f/5.6", "-", "nan s", "1e300s"})
    EXPECT_EQ(value_by_text(standard, time, text), std::nullopt) << text;
  EXPECT_EQ(value_by_text(standard, desc(PropertyCode::Artist, DataType::string), "f/5.6"), std::nullopt);
}

TEST(PropertyText, ShowsWhatHasNoMeaningAsNumber) {
  EXPECT_EQ(value_text(standard, 0x500F, Value(DataType::uint16, 800)), "800");
  EXPECT_EQ(value_text(standard, 0x500D, Value(DataType::uint32, 0)), "0");
  EXPECT_EQ(value_text(standard, 0x5005, Value(DataType::uint16, 0x8010)), "32784");
}

TEST(PropertyText, KnowsTheVendorsWords) {
  ptp::DeviceInfo device;
  const auto nikon = initiator::make_extension(device, ptp::Vendor::nikon);
  EXPECT_EQ(value_text(*nikon, 0x5005, Value(DataType::uint16, 0x8010)), "cloudy");
  EXPECT_EQ(value_text(*nikon, 0x5005, Value(DataType::uint16, 2)), "auto");  // the standard's
  EXPECT_EQ(value_text(*nikon, 0xD100, Value(DataType::uint32, 0x000100FA)), "1/250");
  EXPECT_EQ(value_text(*nikon, 0xD100, Value(DataType::uint32, 0x000A000D)), "0.769231 s");
  EXPECT_EQ(value_by_text(*nikon, desc(static_cast<PropertyCode>(0xD100), DataType::uint32), "1/4000"),
            Value(DataType::uint32, 0x10FA0));
  const auto fuji = initiator::make_extension(device, ptp::Vendor::fuji);
  EXPECT_EQ(initiator::short_name(*fuji, "iso"), 0xD02A);
  EXPECT_EQ(initiator::short_name(*fuji, "exposure"), 0x500D);
  EXPECT_EQ(initiator::short_name(standard, "iso"), 0x500F);
  EXPECT_EQ(initiator::short_name(standard, "nothing"), std::nullopt);
  EXPECT_EQ(value_text(*fuji, 0x5001, Value(DataType::uint8, 3)), "3");  // bars, no percentage
  const auto olympus = initiator::make_extension(device, ptp::Vendor::olympus);
  EXPECT_EQ(value_text(*olympus, 0xD008, Value(DataType::uint16, 65203)), "-0.3 EV");
  EXPECT_EQ(value_text(*olympus, 0xD002, Value(DataType::uint16, 56)), "f/5.6");
}

TEST(JpegWithin, IsTheImageAlone) {
  const Bytes frame{0, 1, 0xFF, 0xD8, 0xFF, 7, 0xFF, 0xD9, 8, 0xFF, 0xD9, 0, 0};
  const View picture = initiator::jpeg_within(frame);
  EXPECT_EQ(Bytes(picture.begin(), picture.end()), Bytes(frame.begin() + 2, frame.begin() + 11));
  EXPECT_TRUE(initiator::jpeg_within(Bytes{1, 2, 3}).empty());
  EXPECT_TRUE(initiator::jpeg_within({}).empty());
  EXPECT_EQ(initiator::jpeg_within(Bytes{0xFF, 0xD8, 0xFF, 1}).size(), 4u);  // without its end
}

}  // namespace
}  // namespace stuntcam::tests
