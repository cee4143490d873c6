// A Canon takes pictures: onto the card, or for the host.
#include "tests/emulator/canon.h"

namespace stuntcam::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
namespace op = canon::operation;
namespace event = canon::event;
namespace property = canon::property;

constexpr u32 to_host = 4, room = 0x04FFFFFF, cluster = 0x1000;  // as gphoto2 announces it
constexpr u32 first_new_handle = 0x5190D502;  // number 3408, a JPEG: behind that of the raw file, D501

std::vector<u32> types(const std::vector<Record>& records) {
  std::vector<u32> types;
  for (const Record& record : records) types.push_back(record.type);
  return types;
}

struct HostStage : CanonStage {
  void begin(CanonPlay& client) {
    client.take_over();
    EXPECT_EQ(client.set(property::CaptureDestination, to_host), Code::OK);
    EXPECT_EQ(client.ask(op::PCHDDCapacity, {room, cluster, 1}), Code::OK);
    client.poll();
  }
};

TEST(CanonCapture, ToTheCard) {
  CanonStage stage;
  stage.set(property::ImageFormat, "RAW + Smaller JPEG");
  CanonPlay client(stage.camera());
  client.take_over();
  EXPECT_EQ(client.press(), Code::OK);
  EXPECT_THAT(types(client.poll()), ElementsAre(event::CameraStatusChanged));
  stage.advance(310);
  const auto records = client.poll();
  ASSERT_THAT(types(records), ElementsAre(event::ObjectAddedEx, event::ObjectAddedEx, event::PropValueChanged,
                                          event::CameraStatusChanged));
  EXPECT_EQ(records[0].word(0), 0x5190D501u);
  EXPECT_EQ(records[0].word(2), 0xB108u);
  EXPECT_EQ(records[1].word(0), first_new_handle);
  EXPECT_EQ(records[1].word(1), card);
  EXPECT_EQ(records[1].word(6), 0x51900000u);
  EXPECT_EQ(records[3].payload, words({0}));
  const auto info = client.info(first_new_handle);
  EXPECT_EQ(info.filename, "2U4A3408.JPG");
  EXPECT_EQ(info.object_compressed_size, records[1].word(5));
  EXPECT_EQ(info.image_pix_width, 2400u);
  EXPECT_EQ(client.info(0x5190D501).filename, "2U4A3408.CR3");
}

TEST(CanonCapture, ForTheHost) {
  HostStage stage;
  CanonPlay client(stage.camera());
  stage.begin(client);
  EXPECT_EQ(client.press(), Code::OK);
  stage.advance(310);
  const auto requests = client.poll(event::RequestObjectTransfer);
  ASSERT_THAT(requests, SizeIs(1));
  const u32 handle = requests[0].word(0), size = requests[0].word(3);
  EXPECT_EQ(requests[0].word(1), 0x3801u);
  EXPECT_EQ(client.ask(op::GetPartialObject, {handle, 0, 100}), Code::OK);
  EXPECT_THAT(client.data(), SizeIs(100));
  EXPECT_EQ(client.data()[0], 0xFF);
  EXPECT_EQ(client.ask(op::GetPartialObject, {handle, 100, size - 100}), Code::OK);
  EXPECT_THAT(client.data(), SizeIs(size - 100));
  EXPECT_EQ(client.ask(op::TransferComplete, {handle}), Code::OK);
  EXPECT_EQ(client.ask(op::GetPartialObject, {handle, 0, 100}), Code::InvalidObjectHandle);
  EXPECT_EQ(client.find("2U4A3408.JPG"), 0u);
}

TEST(CanonCapture, NothingForAHostWithoutRoom) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  EXPECT_EQ(client.set(property::CaptureDestination, to_host), Code::OK);
  EXPECT_EQ(stage.camera().properties().integer(property::AvailableShots), 0);
  EXPECT_EQ(client.press(), Code::StoreFull);
  EXPECT_EQ(client.ask(op::PCHDDCapacity, {room, cluster, 1}), Code::OK);
  EXPECT_GT(stage.camera().properties().integer(property::AvailableShots), 1000);
  EXPECT_EQ(client.press(), Code::OK);
}

TEST(CanonCapture, WhatTheHostHasNotFetchedStays) {
  HostStage stage;
  CanonPlay client(stage.camera());
  stage.begin(client);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(client.press(), Code::OK);
    stage.advance(310);
  }
  const auto requests = client.poll(event::RequestObjectTransfer);
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_NE(requests[0].word(0), requests[1].word(0));
  for (const Record& request : requests) EXPECT_EQ(client.ask(op::GetPartialObject, {request.word(0), 0, 1}), Code::OK);
}

TEST(CanonCapture, ItsMemoryIsFiniteThough) {
  HostStage stage;
  CanonPlay client(stage.camera());
  stage.begin(client);
  int taken = 0;
  while (taken < 1000 && client.press() == Code::OK) {
    stage.advance(310);
    ++taken;
  }
  EXPECT_EQ(taken, 32);
  const u32 handle = client.poll(event::RequestObjectTransfer)[0].word(0);
  EXPECT_EQ(client.ask(op::CancelTransfer, {handle}), Code::OK);
  EXPECT_EQ(client.press(), Code::OK);
}

TEST(CanonCapture, SettingsShowInThePicture) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  EXPECT_EQ(client.set(property::IsoSpeed, 0x58), Code::OK);         // 400
  EXPECT_EQ(client.set(property::Aperture, 0x38), Code::OK);         // f/8
  EXPECT_EQ(client.set(property::ShutterSpeed, 0x3D), Code::OK);     // 0.6 s
  EXPECT_EQ(client.set(property::ExpCompensation, 0xF3), Code::OK);  // -1 2/3
  EXPECT_EQ(client.set(property::WhiteBalance, 2), Code::OK);
  const auto plan = stage.camera().vendor().plan(stage.camera(), {});
  EXPECT_EQ(plan.shot.iso, 400u);
  EXPECT_EQ(plan.shot.f_number_hundredths, 800u);
  EXPECT_EQ(plan.shot.exposure_numerator, 6u);
  EXPECT_EQ(plan.shot.exposure_denominator, 10u);
  EXPECT_EQ(plan.shot.bias_thousandths, -1667);
  EXPECT_EQ(plan.shot.white_balance, "Cloudy");
  EXPECT_EQ(plan.shot.software, "Firmware Version 1.5.0");
  EXPECT_EQ(plan.exposure, std::chrono::milliseconds(900));
  EXPECT_EQ(plan.name_prefix, "2U4A");
  EXPECT_EQ(client.set(property::ColorSpace, 2), Code::OK);
  EXPECT_EQ(stage.camera().vendor().plan(stage.camera(), {}).name_prefix, "_U4A");
}

TEST(CanonCapture, HalfWayFocusesAllTheWayShoots) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  client.take_over();
  EXPECT_EQ(client.ask(op::RemoteReleaseOn, {1, 0}), Code::OK);
  EXPECT_THAT(client.poll(), IsEmpty());
  stage.advance(210);
  EXPECT_THAT(types(client.poll()), ElementsAre(event::OLCInfoChanged));
  EXPECT_EQ(client.press(), Code::OK);
  EXPECT_EQ(client.ask(op::RemoteReleaseOff, {1}), Code::OK);
  stage.advance(310);
  EXPECT_THAT(client.poll(event::ObjectAddedEx), SizeIs(1));
}

TEST(CanonCapture, APictureThatWaitsForTheFocusIsTaken) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  client.take_over();
  EXPECT_EQ(client.ask(op::RemoteReleaseOn, {3, 0}), Code::OK);
  EXPECT_EQ(client.ask(op::RemoteReleaseOff, {3}), Code::OK);
  EXPECT_FALSE(stage.camera().shutter().busy());
  stage.advance(210);
  EXPECT_TRUE(stage.camera().shutter().busy());
  stage.advance(310);
  EXPECT_THAT(client.poll(event::ObjectAddedEx), SizeIs(1));
}

TEST(CanonCapture, WithoutFocusNoPicture) {
  CanonStage stage;
  stage.profile.quirks.out_of_focus = true;
  CanonPlay client(stage.camera());
  client.take_over();
  EXPECT_EQ(client.ask(op::RemoteReleaseOn, {1, 0}), Code::OK);
  stage.advance(210);
  const auto records = client.poll();
  ASSERT_THAT(records, SizeIs(3));
  EXPECT_EQ(Bytes(records[0].payload.begin() + 8, records[0].payload.end()), (Bytes{0, 0, 0, 0, 2, 2, 0}));
  EXPECT_EQ(client.press(), Code::OK);
  stage.advance(5000);
  EXPECT_EQ(stage.camera().shutter().shots_taken(), 0u);
  EXPECT_EQ(client.ask(op::RemoteRelease), Code::OK);
  EXPECT_THAT(client.params(), ElementsAre(1u));
  // Without the autofocus there is nothing that could fail.
  EXPECT_EQ(client.ask(op::RemoteReleaseOff, {3}), Code::OK);
  EXPECT_EQ(client.ask(op::RemoteReleaseOn, {3, 1}), Code::OK);
  stage.advance(310);
  EXPECT_EQ(stage.camera().shutter().shots_taken(), 1u);
}

TEST(CanonCapture, InOneGo) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  client.take_over();
  EXPECT_EQ(client.ask(op::RemoteRelease), Code::OK);
  EXPECT_THAT(client.params(), ElementsAre(0u));
  EXPECT_EQ(client.ask(op::RemoteRelease), Code::DeviceBusy);
  stage.advance(520);
  EXPECT_THAT(client.poll(event::ObjectAddedEx), SizeIs(1));
}

TEST(CanonCapture, ABurstLastsAsLongAsTheButtonIsDown) {
  CanonStage stage;
  stage.set(property::DriveMode, "Continuous high speed");
  CanonPlay client(stage.camera());
  client.take_over();
  EXPECT_EQ(client.ask(op::RemoteReleaseOn, {2, 0}), Code::OK);
  stage.advance(310 + 2 * 820);
  EXPECT_EQ(client.ask(op::RemoteReleaseOff, {2}), Code::OK);
  stage.advance(5000);
  EXPECT_EQ(stage.camera().shutter().shots_taken(), 3u);
  EXPECT_THAT(client.poll(event::ObjectAddedEx), SizeIs(3));
}

TEST(CanonCapture, ABurstEndsWithTheSessionThatHoldsTheButton) {
  CanonStage stage;
  stage.set(property::DriveMode, "Continuous high speed");
  CanonPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::RemoteReleaseOn, {2, 0}), Code::OK);
  client.disconnect();
  stage.advance(10'000);
  EXPECT_EQ(stage.camera().shutter().shots_taken(), 1u);
}

TEST(CanonCapture, BulbLastsAsLongAsTheButtonIsDown) {
  CanonStage stage;
  stage.set(property::AutoExposureMode, "Bulb");
  CanonPlay client(stage.camera());
  client.take_over();
  EXPECT_EQ(client.ask(op::RemoteReleaseOn, {2, 0}), Code::OK);
  stage.advance(60'000);
  EXPECT_TRUE(stage.camera().shutter().busy());
  EXPECT_EQ(client.ask(op::RemoteReleaseOff, {2}), Code::OK);
  stage.advance(310);
  EXPECT_THAT(client.poll(event::ObjectAddedEx), SizeIs(1));
}

TEST(CanonCapture, TimersWait) {
  CanonStage stage;
  stage.set(property::DriveMode, "Timer 2 sec");
  CanonPlay client(stage.camera());
  EXPECT_EQ(client.press(), Code::OK);
  stage.advance(2000);
  EXPECT_EQ(stage.camera().shutter().shots_taken(), 0u);
  stage.advance(320);
  EXPECT_EQ(stage.camera().shutter().shots_taken(), 1u);
}

TEST(CanonCapture, AFullCardSaysSo) {
  CanonStage stage;
  stage.profile.storages[0].free = 1000;
  CanonPlay client(stage.camera());
  client.take_over();
  EXPECT_EQ(client.press(), Code::StoreFull);
  EXPECT_THAT(types(client.poll()), ElementsAre(event::CameraStatusChanged));
}

TEST(CanonCapture, WrongButtons) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  for (const u32 how : {0u, 4u, 0xFFFFFFFFu}) {
    EXPECT_EQ(client.ask(op::RemoteReleaseOn, {how, 0}), Code::InvalidParameter);
    EXPECT_EQ(client.ask(op::RemoteReleaseOff, {how}), Code::InvalidParameter);
  }
}

TEST(CanonLiveView, IsOnWhileTheHostIsTheOutput) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  client.take_over();
  EXPECT_EQ(client.ask(op::GetViewFinderData, {0x200000}), canon::response::ObjectNotReady);
  EXPECT_EQ(client.set(property::EVFOutputDevice, 2), Code::OK);
  EXPECT_EQ(client.ask(op::GetViewFinderData, {0x200000}), canon::response::ObjectNotReady);
  stage.advance(110);
  EXPECT_EQ(client.ask(op::GetViewFinderData, {0x200000}), Code::OK);
  const auto records = records_of(client.data());
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].type, 1u);
  EXPECT_EQ(Bytes(records[0].payload.begin(), records[0].payload.begin() + 3), (Bytes{0xFF, 0xD8, 0xFF}));
  EXPECT_EQ(Bytes(records[0].payload.end() - 2, records[0].payload.end()), (Bytes{0xFF, 0xD9}));
  EXPECT_EQ(client.ask(op::DriveLens, {0x8003}), Code::OK);
  EXPECT_EQ(client.ask(op::DriveLens, {4}), Code::InvalidParameter);
  EXPECT_EQ(client.ask(Op::CloseSession), Code::OK);
  EXPECT_FALSE(stage.camera().live_view().on());
}

TEST(CanonLiveView, TheLensMovesOnlyThen) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::DriveLens, {1}), canon::response::ObjectNotReady);
  EXPECT_EQ(client.ask(op::Zoom, {5}), canon::response::ObjectNotReady);
}

}  // namespace
}  // namespace stuntcam::tests
