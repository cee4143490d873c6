// EOS properties: how they are set, and what refuses them.
#include "tests/emulator/canon.h"

namespace stuntcam::tests {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
namespace op = canon::operation;
namespace property = canon::property;

i64 value(CanonStage& stage, u16 code) { return stage.camera().properties().integer(code, -1); }

TEST(CanonProperties, AreSetByAnOperationOfTheirOwn) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  EXPECT_EQ(client.set(property::IsoSpeed, 0x58), Code::OK);
  EXPECT_EQ(value(stage, property::IsoSpeed), 0x58);
  EXPECT_EQ(client.set(0xD10B, 0xFFFFFFF9), Code::OK);
  EXPECT_EQ(value(stage, 0xD10B), -7);
  EXPECT_EQ(client.set(0xD115, "Somebody"), Code::OK);
  EXPECT_EQ(stage.camera().properties().get(0xD115)->text(), "Somebody");
}

TEST(CanonProperties, WhatIsNoneIsRefused) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  EXPECT_EQ(client.set(property::IsoSpeed, 0x59), Code::InvalidDevicePropValue);
  EXPECT_EQ(client.set(property::AutoExposureMode, 0), Code::AccessDenied) << "it is a dial";
  EXPECT_EQ(client.set(0xD1AE, 0), Code::DevicePropNotSupported);
  EXPECT_EQ(client.set(0x5001, 0), Code::DevicePropNotSupported) << "no EOS property";
  EXPECT_EQ(client.set(0xD114, 30), Code::DeviceBusy) << "its list is empty";
  EXPECT_EQ(client.send(op::SetDevicePropValueEx, {}, {}), Code::InvalidDataSet);
  EXPECT_EQ(client.send(op::SetDevicePropValueEx, {}, words({12, 0xD103})), Code::InvalidDataSet);
  EXPECT_EQ(client.send(op::SetDevicePropValueEx, {}, words({7, 0xD103, 0x58})), Code::InvalidDataSet);
  EXPECT_EQ(client.send(op::SetDevicePropValueEx, {}, words({8, 0xD103, 0x58})), Code::InvalidDevicePropFormat);
  EXPECT_EQ(client.send(op::SetDevicePropValueEx, {}, words({0xFFFFFFFF, 0xD103, 0x58})), Code::InvalidDataSet);
  EXPECT_EQ(client.send(op::SetDevicePropValueEx, {}, words({12, 0x1D103, 0x58})), Code::DevicePropNotSupported);
  EXPECT_EQ(client.send(op::SetDevicePropValueEx, {}, Bytes(100'000)), Code::InvalidDataSet);
  EXPECT_EQ(value(stage, property::IsoSpeed), 0);
}

TEST(CanonProperties, SurplusBytesAreNotLookedAt) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  EXPECT_EQ(client.send(op::SetDevicePropValueEx, {}, words({12, 0xD103, 0x58, 0, 0})), Code::OK);
  EXPECT_EQ(value(stage, property::IsoSpeed), 0x58);
}

// So the 60D answered for an aperture in P.
TEST(CanonProperties, TheModeDialDecidesWhatCanBeSet) {
  struct Dial {
    std::string_view mode;
    Code aperture, speed;
  };
  const Dial dials[] = {{"P", Code::DeviceBusy, Code::DeviceBusy},
                        {"TV", Code::DeviceBusy, Code::OK},
                        {"AV", Code::OK, Code::DeviceBusy},
                        {"Manual", Code::OK, Code::OK},
                        {"Bulb", Code::OK, Code::DeviceBusy}};
  for (const auto& [mode, aperture, speed] : dials) {
    CanonStage stage;
    stage.set(property::AutoExposureMode, mode);
    CanonPlay client(stage.camera());
    EXPECT_EQ(client.set(property::Aperture, 0x38), aperture) << mode;
    EXPECT_EQ(client.set(property::ShutterSpeed, 0x78), speed) << mode;
  }
}

TEST(CanonProperties, TurningTheDialTellsTheLists) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  client.take_over();
  stage.camera().properties().change(property::AutoExposureMode, 0);
  const auto records = client.poll();
  ASSERT_THAT(records, SizeIs(4));
  EXPECT_EQ(records[0].payload, words({0xD105, 0}));
  EXPECT_EQ(records[1].payload, words({0xD138, 0}));
  EXPECT_EQ(records[2].payload, words({0xD102, 3, 0}));
  EXPECT_EQ(records[3].payload, words({0xD101, 3, 0}));
}

TEST(CanonProperties, BothCardsTakeTheSameFormat) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  client.take_over();
  EXPECT_EQ(client.set(property::ImageFormatSD, words({2, 16, 6, 0, 4, 16, 1, 0, 3})), Code::OK);
  for (const u16 code : {property::ImageFormat, property::ImageFormatCF, property::ImageFormatSD})
    EXPECT_EQ(value(stage, code), 0x0C03);
  EXPECT_EQ(client.set(property::ImageFormat, words({1, 16, 6, 1, 4})), Code::InvalidDevicePropValue);
}

TEST(CanonProperties, StandardOperationsKnowWhatDeviceInfoLists) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetDevicePropDesc, {0xD402}), Code::OK);
  EXPECT_EQ(client.ask(Op::GetDevicePropDesc, {property::IsoSpeed}), Code::DevicePropNotSupported);
  EXPECT_EQ(client.ask(Op::GetDevicePropValue, {0xD402}), Code::OperationNotSupported);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {0xD406}, bytes("a client")), Code::OK);
  EXPECT_EQ(stage.camera().properties().get(0xD406)->text(), "a client");
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {property::IsoSpeed}, bytes<u16>(0x58)), Code::DevicePropNotSupported);
}

// The 60D's bytes, with the R6's value: 64 00 4B 00 …
TEST(CanonProperties, EnumerationsOfBytesHave16Bits) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetDevicePropDesc, {0x5001}), Code::OK);
  const Bytes expected{0x01, 0x50, 0x02, 0x00, 0, 63, 63, 2, 5, 0, 100, 0, 75, 0, 50, 0, 25, 0, 0, 0};
  EXPECT_EQ(client.data(), expected);
}

TEST(CanonProperties, TheClockRuns) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  EXPECT_EQ(client.set(property::CameraTime, 1'700'000'000), Code::OK);
  stage.advance(5000);
  EXPECT_EQ(value(stage, property::CameraTime), 1'700'000'005);
  EXPECT_EQ(value(stage, property::UTCTime), 1'700'000'005);
}

TEST(CanonProperties, NothingCanBeSetWhileItShoots) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  EXPECT_EQ(client.press(), Code::OK);
  EXPECT_EQ(client.set(property::IsoSpeed, 0x58), Code::DeviceBusy);
  stage.advance(1000);
  EXPECT_EQ(client.set(property::IsoSpeed, 0x58), Code::OK);
}

}  // namespace
}  // namespace stuntcam::tests
