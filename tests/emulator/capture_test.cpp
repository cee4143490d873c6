// The shutter, on a camera of no brand: docs/protocol.md §4.1.
#include <filesystem>

#include "tests/emulator/play.h"
#include "tests/emulator/storage_testing.h"

namespace stuntcam::tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr u16 still_capture_mode = 0x5013, burst_number = 0x5018, exposure_time = 0x500D, capture_delay = 0x5012;

struct CaptureStage : Stage {
  CaptureStage() {
    profile.timing.capture = milliseconds(100);
    profile.timing.burst_interval = milliseconds(500);
    profile.timing.autofocus = milliseconds(50);
    profile.storages.at(0).capacity = 100u << 20;
    profile.storages.at(1).capacity = 100u << 20;
  }
  void set(u16 code, i64 value) { options.set.emplace_back(code, ptp::Value(profile.property(code)->type, value)); }
  void advance(int ms) { clock.advance(milliseconds(ms)); }
};

std::vector<u32> added(const std::vector<EventOut>& events) {
  std::vector<u32> handles;
  for (const auto& each : events)
    if (each.code == static_cast<u16>(Event::ObjectAdded)) handles.push_back(each.params[0]);
  return handles;
}

// ExposureTime of the test profile is 10 ms.
TEST(Capture, PictureComesWhenTheCameraHasMadeIt) {
  CaptureStage stage;
  Play client(stage.camera());
  const u32 transaction = client.transaction_id;
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.advance(109);
  EXPECT_THAT(client.events(), IsEmpty());
  stage.advance(1);
  const auto events = client.events();
  ASSERT_THAT(events, SizeIs(2));
  const u32 handle = events[0].params[0];
  EXPECT_THAT(events, ElementsAre(event(Event::ObjectAdded, {handle}, transaction),
                                  event(Event::CaptureComplete, {transaction}, transaction)));
  const auto info = client.info(handle);
  EXPECT_EQ(info.object_format, 0x3801);
  EXPECT_EQ(info.storage_id, card);
  EXPECT_EQ(info.filename, "DSC_0002.JPG");  // one picture is there
  EXPECT_EQ(info.capture_date, stage.camera().now().to_string());
  EXPECT_EQ(info.image_pix_width, 160u);
  EXPECT_EQ(client.ask(Op::GetObject, {handle}), Code::OK);
  ASSERT_EQ(client.data().size(), info.object_compressed_size);
  EXPECT_EQ(client.data()[0], 0xFF);
  EXPECT_EQ(client.data()[1], 0xD8);
  EXPECT_EQ(client.ask(Op::GetThumb, {handle}), Code::OK);
  EXPECT_EQ(client.data().size(), info.thumb_compressed_size);
}

TEST(Capture, LongExposureTakesItsTime) {
  CaptureStage stage;
  stage.set(exposure_time, 20000);  // 2 s
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.advance(2099);
  EXPECT_THAT(client.events(), IsEmpty());
  stage.advance(1);
  EXPECT_THAT(client.events(), SizeIs(2));
}

TEST(Capture, NumbersGoOn) {
  CaptureStage stage;
  Play client(stage.camera());
  for (const auto* const name : {"DSC_0002.JPG", "DSC_0003.JPG", "DSC_0004.JPG"}) {
    EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
    stage.advance(200);
    const auto handles = added(client.events());
    ASSERT_THAT(handles, SizeIs(1));
    EXPECT_EQ(client.info(handles[0]).filename, name);
  }
  EXPECT_EQ(stage.camera().shutter().shots_taken(), 3u);
}

TEST(Capture, OtherStoreGetsItsOwnFolder) {
  CaptureStage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0x00020001}), Code::OK);
  stage.advance(200);
  const auto handles = added(client.events());
  ASSERT_THAT(handles, SizeIs(3));  // DCIM, the folder in it, the picture
  EXPECT_EQ(client.info(handles[0]).filename, "DCIM");
  EXPECT_EQ(client.info(handles[1]).parent_object, handles[0]);
  EXPECT_EQ(client.info(handles[2]).parent_object, handles[1]);
  EXPECT_EQ(client.info(handles[2]).storage_id, 0x00020001u);
}

TEST(Capture, RefusesWhatMakesNoSense) {
  CaptureStage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0x00090001}), Code::InvalidStorageId);
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0x00030000}), Code::StoreNotAvailable);
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0, 0x3808}), Code::InvalidObjectFormatCode);
  stage.advance(1000);
  EXPECT_THAT(client.events(), IsEmpty());
}

TEST(Capture, NoCardNoPicture) {
  CaptureStage stage;
  for (auto& storage : stage.profile.storages) storage.present = false;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::StoreNotAvailable);
}

TEST(Capture, BusyUntilItIsDone) {
  CaptureStage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::DeviceBusy);
  EXPECT_EQ(client.ask(Op::FormatStore, {card}), Code::DeviceBusy);
  stage.advance(110);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
}

TEST(Capture, BurstIsManyPicturesAndOneCaptureComplete) {
  CaptureStage stage;
  stage.set(still_capture_mode, 2);
  stage.set(burst_number, 3);
  Play client(stage.camera());
  const u32 transaction = client.transaction_id;
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.advance(110);
  EXPECT_THAT(client.events(), SizeIs(1));
  stage.advance(499);
  EXPECT_THAT(client.events(), IsEmpty());
  stage.advance(1);
  EXPECT_THAT(client.events(), SizeIs(1));
  stage.advance(500);
  const auto events = client.events();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[1], event(Event::CaptureComplete, {transaction}, transaction));
}

TEST(Capture, SelfTimerWaits) {
  CaptureStage stage;
  stage.set(capture_delay, 3000);
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.advance(3109);
  EXPECT_THAT(client.events(), IsEmpty());
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::DeviceBusy);
  stage.advance(1);
  EXPECT_THAT(client.events(), SizeIs(2));
}

TEST(Capture, EveryoneHearsOfIt) {
  CaptureStage stage;
  Play client(stage.camera(), 1), other(stage.camera(), 2);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.advance(200);
  const auto events = other.events();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].transaction_id, ptp::no_transaction);  // the transaction is another's
}

TEST(Capture, FinishesWithoutTheSessionThatBeganIt) {
  CaptureStage stage;
  Play other(stage.camera(), 2);
  {
    Play client(stage.camera(), 1);
    EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  }
  stage.advance(200);
  EXPECT_THAT(other.events(), SizeIs(2));
}

TEST(Capture, FullCardSaysSo) {
  CaptureStage stage;
  stage.profile.storages.at(0).capacity = 1;
  stage.profile.storages.at(0).objects.clear();
  Play client(stage.camera());
  stage.advance(1000);
  const u32 transaction = client.transaction_id;
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);  // how large it will be, nobody knows yet
  stage.advance(1000);
  const auto events = client.events();
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back(), event(Event::StoreFull, {card}, transaction));
  for (const auto& each : events) EXPECT_NE(each.code, static_cast<u16>(Event::CaptureComplete));
  EXPECT_FALSE(stage.camera().shutter().busy());
}

TEST(Capture, WhatCannotBeStoredEndsAsOnAFullCard) {
  CaptureStage stage;
  emulator::Directory media;
  stage.options.media = media.string();
  std::vector<std::string> log;
  stage.options.log = [&](const std::string& line) { log.push_back(line); };
  stage.options.writable = true;
  Play client(stage.camera());
  const u32 transaction = client.transaction_id;
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  std::filesystem::remove_all(media.string());
  stage.advance(1000);
  const auto events = client.events();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events.back(), event(Event::StoreFull, {card}, transaction));
  EXPECT_FALSE(stage.camera().shutter().busy());
  ASSERT_THAT(log, SizeIs(1));
  EXPECT_THAT(log[0], testing::HasSubstr("DSC_0001.JPG cannot be stored"));
}

TEST(Capture, CardFullInTheMiddleEndsABurst) {
  CaptureStage stage;
  stage.set(still_capture_mode, 2);
  stage.set(burst_number, 99);
  stage.profile.storages.at(0).capacity = 100'000;
  Play client(stage.camera());
  const u32 transaction = client.transaction_id;
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.clock.advance(seconds(60));
  const auto events = client.events();
  ASSERT_GE(events.size(), 2u);
  EXPECT_LT(events.size(), 99u);
  EXPECT_EQ(events.back(), event(Event::StoreFull, {card}, transaction));
  for (const auto& each : events) EXPECT_NE(each.code, static_cast<u16>(Event::CaptureComplete));
}

TEST(Capture, OpenCaptureGoesOnUntilTerminated) {
  CaptureStage stage;
  Play client(stage.camera());
  const u32 transaction = client.transaction_id;
  EXPECT_EQ(client.ask(Op::InitiateOpenCapture), Code::OK);
  stage.advance(300);
  const auto so_far = client.events().size();
  EXPECT_GE(so_far, 1u);
  EXPECT_EQ(client.ask(Op::TerminateOpenCapture, {transaction + 100}), Code::InvalidTransactionID);
  EXPECT_EQ(client.ask(Op::TerminateOpenCapture, {transaction}), Code::OK);
  stage.clock.advance(seconds(10));
  for (const auto& each : client.events()) EXPECT_EQ(each.code, static_cast<u16>(Event::ObjectAdded));
  EXPECT_EQ(client.ask(Op::TerminateOpenCapture, {transaction}), Code::InvalidTransactionID);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
}

TEST(Capture, OpenCaptureOfAnotherCannotBeTerminated) {
  CaptureStage stage;
  Play client(stage.camera(), 1), other(stage.camera(), 2);
  const u32 transaction = client.transaction_id;
  EXPECT_EQ(client.ask(Op::InitiateOpenCapture), Code::OK);
  EXPECT_EQ(other.ask(Op::TerminateOpenCapture, {transaction}), Code::InvalidTransactionID);
  EXPECT_TRUE(stage.camera().shutter().busy());
}

TEST(Capture, OpenCaptureEndsWithItsSession) {
  CaptureStage stage;
  Play other(stage.camera(), 2);
  {
    Play client(stage.camera(), 1);
    EXPECT_EQ(client.ask(Op::InitiateOpenCapture), Code::OK);
    stage.advance(50);
  }
  stage.clock.advance(seconds(60));
  EXPECT_THAT(other.events(), SizeIs(1));  // the exposure that was under way
  EXPECT_FALSE(stage.camera().shutter().busy());
}

TEST(Capture, OpenCaptureThatFilledTheCardHasTerminatedAlready) {
  CaptureStage stage;
  stage.profile.storages.at(0).capacity = 100'000;
  Play client(stage.camera());
  const u32 transaction = client.transaction_id;
  EXPECT_EQ(client.ask(Op::InitiateOpenCapture), Code::OK);
  stage.clock.advance(seconds(60));
  const auto events = client.events();
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back(), event(Event::StoreFull, {card}, transaction));
  EXPECT_EQ(client.ask(Op::TerminateOpenCapture, {transaction}), Code::CaptureAlreadyTerminated);
}

TEST(Capture, BulbLastsUntilTerminated) {
  CaptureStage stage;
  stage.set(exposure_time, 0xFFFFFFFF);
  Play client(stage.camera());
  const u32 transaction = client.transaction_id;
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.clock.advance(seconds(100));
  EXPECT_TRUE(stage.camera().shutter().bulb_open());
  EXPECT_THAT(client.events(), IsEmpty());
  EXPECT_EQ(client.ask(Op::TerminateOpenCapture, {transaction}), Code::OK);
  stage.advance(99);
  EXPECT_THAT(client.events(), IsEmpty());
  stage.advance(1);
  EXPECT_THAT(client.events(), SizeIs(2));
}

TEST(Capture, AbortLeavesNothingBehind) {
  CaptureStage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.camera().shutter().abort();
  EXPECT_FALSE(stage.camera().shutter().busy());
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);  // the old release must not take this one's picture
  stage.advance(105);
  EXPECT_THAT(client.events(), IsEmpty());
  stage.advance(5);
  EXPECT_THAT(client.events(), SizeIs(2));
}

TEST(Capture, CameraMayGoInTheMiddle) {
  FakeClock clock;
  {
    emulator::Camera camera(test_profile(), {}, clock);
    Play client(camera);
    EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  }
  clock.advance(seconds(10));  // under ASan this would show a callback that outlived its camera
}

TEST(Capture, SamePicturesForTheSameSeed) {
  const auto picture = [](u64 seed) {
    CaptureStage stage;
    stage.options.seed = seed;
    Play client(stage.camera());
    EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
    stage.advance(200);
    EXPECT_EQ(client.ask(Op::GetObject, {client.find("DSC_0002.JPG")}), Code::OK);
    return client.data();
  };
  EXPECT_EQ(picture(1), picture(1));
  EXPECT_NE(picture(1), picture(2));
}

}  // namespace
}  // namespace stuntcam::tests
