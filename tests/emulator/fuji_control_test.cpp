// How a Fujifilm X-T1 comes under control, and what it does then: pictures, dials, movies (docs/cameras.md).
#include "tests/emulator/fuji.h"

namespace stuntcam::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;
namespace op = fuji::operation;
namespace property = fuji::property;

TEST(FujiControl, RefusalsOfWhatAsksForDataHaveAnEmptyDataPhase) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetObjectInfo, {77}), Code::InvalidObjectHandle);
  EXPECT_TRUE(client.had_data());
  EXPECT_EQ(client.ask(op::GetCapturePreview), Code::DeviceBusy);
  EXPECT_TRUE(client.had_data());
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::DeviceBusy);
  EXPECT_FALSE(client.had_data());
}

TEST(FujiControl, RemoteControlWantsItsSequence) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::InitiateOpenCapture), Code::DeviceBusy);
  EXPECT_EQ(client.set(property::ClientState, bytes<u16>(3)), Code::OK) << "taken, and of no use";
  EXPECT_EQ(client.ask(Op::InitiateOpenCapture), Code::DeviceBusy);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::DeviceBusy);
  EXPECT_EQ(client.session().frame(), nullptr);
  EXPECT_EQ(client.remote(), Code::OK);
  EXPECT_NE(client.session().frame(), nullptr);
  EXPECT_EQ(client.ask(Op::TerminateOpenCapture, {1}), Code::OK);
  EXPECT_EQ(client.session().frame(), nullptr);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::DeviceBusy);
}

// How long the camera lets a client wait that asks for remote control, and what it says then.
std::pair<Code, transport::Duration> ask_the_person(FujiPlay& client) {
  ptp::Message request;
  request.code = static_cast<u16>(Op::SetDevicePropValue);
  request.count = 1;
  request.params[0] = property::ClientState;
  auto answer = client.raw().request(request);
  auto& intake = *std::get<std::unique_ptr<transport::Intake>>(answer);
  intake.begin(2);
  intake.write(bytes<u16>(5));
  const auto reply = intake.finish(true);
  return {static_cast<Code>(reply.code), reply.before_response};
}

TEST(FujiControl, ANewClientWaitsForThePersonAndAnOldOneDoesNot) {
  XT1 stage;
  stage.options.confirm = 3s;
  FujiPlay first(stage.camera());
  EXPECT_EQ(ask_the_person(first), std::pair(Code::OK, transport::Duration(3s)));
  EXPECT_EQ(first.remote(), Code::OK);
  first.disconnect();
  FujiPlay again(stage.camera());
  EXPECT_EQ(ask_the_person(again), std::pair(Code::OK, transport::Duration(0s))) << "its name is stored";
}

TEST(FujiControl, ThePersonWhoTakesTooLongRefuses) {
  XT1 stage;
  stage.options.confirm = 60s;
  FujiPlay client(stage.camera());
  const std::pair refused(Code::DeviceBusy, transport::Duration(30s));
  EXPECT_EQ(ask_the_person(client), refused);
  EXPECT_EQ(client.get(property::ClientState), bytes<u16>(0)) << "as if it had not asked";
  EXPECT_EQ(client.set(property::RemoteVersion, bytes<u32>(0x00020001)), Code::OK);
  EXPECT_EQ(ask_the_person(client), refused) << "the last step alone stores no name";
  EXPECT_EQ(client.ask(Op::InitiateOpenCapture, {0, 0}), Code::DeviceBusy);
}

TEST(FujiControl, TheLastStepFirstDoesNotGoPastThePerson) {
  XT1 stage;
  stage.options.confirm = 3s;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.set(property::RemoteVersion, bytes<u32>(0x00020001)), Code::OK);
  EXPECT_EQ(client.set(property::ClientState, bytes<u16>(2)), Code::OK) << "to view pictures";
  EXPECT_EQ(client.set(property::RemoteVersion, bytes<u32>(0x00020001)), Code::OK);
  EXPECT_EQ(ask_the_person(client), std::pair(Code::OK, transport::Duration(3s)));
}

TEST(FujiControl, OnlyTheClientThatItKnows) {
  XT1 stage;
  stage.options.only_client = "phone";
  struct Nobody final : transport::Outlet {
    void event(const EventOut&) override {}
    void close() override {}
  } outlet;
  ptp::Identity identity;
  identity.name = "stranger";
  EXPECT_FALSE(stage.camera().open(identity, outlet));
  identity.name = "phone";
  EXPECT_TRUE(stage.camera().open(identity, outlet));
}

TEST(FujiControl, ACaptureIsToldInOrderAndEndsWithItsPreview) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.remote(), Code::OK);
  const u32 tid = client.transaction_id;
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0, 0}), Code::OK);
  EXPECT_THAT(client.events(), IsEmpty());
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0, 0}), Code::DeviceBusy);
  stage.clock.advance(1s);
  const auto told = client.events();
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(told[0], event(0xC004, {tid, 0, 0}, tid));
  EXPECT_EQ(told[1].code, 0xC001);
  const u32 size = told[1].params[1];
  EXPECT_EQ(told[1], event(0xC001, {tid, size, 0}, tid));
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0, 0}), Code::DeviceBusy) << "before the preview was fetched";
  EXPECT_EQ(client.ask(op::GetCapturePreview), Code::OK);
  EXPECT_EQ(client.data().size(), size);
  EXPECT_EQ(Bytes(client.data().begin(), client.data().begin() + 3), hex("FFD8FF"));
  EXPECT_THAT(client.events(), ElementsAre(event(0x400D, {tid, 0, 0}, tid)));
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0, 0}), Code::OK);
}

TEST(FujiControl, APreviewThatNobodyFetchesIsGivenUp) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.remote(), Code::OK);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.clock.advance(20s);
  const auto told = client.events();
  ASSERT_THAT(told, SizeIs(3));
  EXPECT_EQ(told[2].code, 0x400D);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
}

TEST(FujiControl, HalfPressedItFocusesOnly) {
  for (const bool out_of_focus : {false, true}) {
    XT1 stage;
    stage.profile.quirks.out_of_focus = out_of_focus;
    FujiPlay client(stage.camera());
    EXPECT_EQ(client.remote(), Code::OK);
    EXPECT_EQ(client.set(property::ReleaseMode, bytes<u16>(0x0200)), Code::OK);
    EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
    EXPECT_EQ(client.get(property::FocusLock), bytes<u16>(1));
    stage.clock.advance(5s);
    EXPECT_EQ(client.get(property::FocusLock), bytes<u16>(out_of_focus ? 3 : 2));
    EXPECT_THAT(client.events(), IsEmpty());
    EXPECT_EQ(client.ask(Op::GetObjectHandles, {all, 0, 0}), Code::OK);
    EXPECT_THAT(client.handles(), ElementsAre(1, 2, 3));
    EXPECT_EQ(client.set(property::ReleaseMode, bytes<u16>(0x0304)), Code::OK);
    EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
    stage.clock.advance(5s);
    EXPECT_EQ(client.ask(Op::GetObjectHandles, {all, 0, 0}), Code::OK);
    EXPECT_EQ(client.handles().size(), out_of_focus ? 3u : 4u);
  }
}

TEST(FujiControl, QualityAndSizeMakeTheFiles) {
  XT1 stage;
  stage.set(property::ImageQuality, "5");
  stage.set(property::ImageAspectRatio, "3");
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.remote(), Code::OK);
  EXPECT_EQ(client.set(property::EnableCorrectFileSize, bytes<u16>(1)), Code::OK);
  const auto left = client.get(property::CapturesRemaining);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.clock.advance(2s);
  EXPECT_THAT(client.events(), SizeIs(2)) << "one ObjectAdded for both files";
  EXPECT_EQ(client.ask(Op::GetObjectHandles, {all, 0, 0}), Code::OK);
  EXPECT_THAT(client.handles(), ElementsAre(1, 2, 3, 4, 5));
  const auto raw = client.info(4), jpeg = client.info(5);
  EXPECT_EQ(raw.filename, "DSCF0004.RAF");
  EXPECT_EQ(raw.object_format, 0xB103);
  EXPECT_EQ(jpeg.filename, "DSCF0004.JPG");
  EXPECT_EQ(jpeg.image_pix_width, 2496u);
  EXPECT_EQ(jpeg.image_pix_height, 1408u);
  EXPECT_NE(client.get(property::CapturesRemaining), left);
  EXPECT_EQ(client.ask(Op::GetObject, {5}), Code::OK);
  EXPECT_EQ(client.data().size(), jpeg.object_compressed_size);
}

TEST(FujiControl, ObjectsHaveTwoSizesAndFieldsOfTheirOwn) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetObjectInfo, {1}), Code::OK);
  EXPECT_EQ(Bytes(client.data().begin() + 8, client.data().begin() + 26),
            hex("A0860100 00001000 00 A0860100 0000000000"));
  EXPECT_EQ(client.info(1).filename, "DSCF0001.JPG");
  EXPECT_EQ(client.info(1).parent_object, 0u);
  EXPECT_EQ(client.info(1).image_pix_width, 4896u);
  EXPECT_EQ(client.set(property::EnableCorrectFileSize, bytes<u16>(1)), Code::OK);
  EXPECT_EQ(client.info(1).object_compressed_size, 5u << 20);
  EXPECT_EQ(client.ask(Op::GetPartialObject, {1, 0x100000, 0x100000}), Code::OK);
  EXPECT_EQ(client.data().size(), 0x100000u);
  EXPECT_THAT(client.params(), IsEmpty());
  EXPECT_EQ(client.ask(Op::GetThumb, {1}), Code::OK);
  EXPECT_EQ(Bytes(client.data().begin(), client.data().begin() + 2), hex("FFD8"));
  for (const u32 nobody : {0u, 4u, all}) {
    EXPECT_EQ(client.ask(Op::GetObjectInfo, {nobody}), Code::InvalidObjectHandle);
    EXPECT_EQ(client.ask(Op::GetObject, {nobody}), Code::InvalidObjectHandle);
  }
  EXPECT_EQ(client.ask(Op::DeleteObject, {2}), Code::OK);
  EXPECT_EQ(client.ask(Op::GetObjectHandles, {all, 0, 0}), Code::OK);
  EXPECT_THAT(client.handles(), ElementsAre(1, 3)) << "a number stays with its object";
}

TEST(FujiControl, ObjectsAreCountedForWhoeverViewsThem) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.get(property::ObjectCount), bytes<u32>(0));
  EXPECT_EQ(client.set(property::ClientState, bytes<u16>(2)), Code::OK);
  EXPECT_EQ(client.get(property::ObjectCount), bytes<u32>(3));
  EXPECT_EQ(client.get(property::ObjectCount2), bytes<u32>(3));
}

TEST(FujiControl, FocusPointAndDials) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.remote(), Code::OK);
  EXPECT_EQ(client.ask(op::SetFocusPoint, {2, 6, 2, 3}), Code::OK);
  EXPECT_EQ(client.get(property::FocusPoint), bytes<u32>(0x03020602));
  EXPECT_EQ(client.get(property::FocusLock), bytes<u16>(1));
  EXPECT_EQ(client.ask(op::SetFocusPoint, {8, 6, 2, 3}), Code::InvalidParameter);
  EXPECT_EQ(client.ask(op::ReleaseFocusPoint), Code::OK);
  EXPECT_EQ(client.get(property::FocusLock), bytes<u16>(0));

  EXPECT_EQ(client.ask(op::StepExposureCompensation, {1}), Code::OK);
  EXPECT_EQ(client.get(property::ExposureBiasCompensation), bytes<i16>(333));
  for (int i = 0; i < 30; ++i) EXPECT_EQ(client.ask(op::StepExposureCompensation, {0}), Code::OK);
  EXPECT_EQ(client.get(property::ExposureBiasCompensation), bytes<i16>(-3000));
  EXPECT_EQ(client.ask(op::StepAperture, {1}), Code::OK);
  EXPECT_EQ(client.get(property::FNumber), bytes<u16>(350));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(client.ask(op::StepAperture, {1}), Code::OK);
  EXPECT_EQ(client.get(property::FNumber), bytes<u16>(1600)) << "none is no stop";
  EXPECT_EQ(client.ask(op::StepShutterSpeed, {1}), Code::OK);
  EXPECT_EQ(client.get(property::ShutterSpeed), bytes<u32>(0x80000000u + 80'000));
  EXPECT_EQ(client.ask(op::StepShutterSpeed, {0}), Code::OK);
  EXPECT_EQ(client.get(property::ShutterSpeed), bytes<u32>(0x80000000u + 60'000));
  for (const auto operation : {op::StepShutterSpeed, op::StepAperture, op::StepExposureCompensation})
    EXPECT_EQ(client.ask(operation, {2}), Code::InvalidParameter);
}

TEST(FujiControl, MoviesEndByTheTransactionThatBeganThem) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::InitiateMovieCapture), Code::DeviceBusy);
  EXPECT_EQ(client.remote(), Code::OK);
  const u32 tid = client.transaction_id;
  EXPECT_EQ(client.ask(op::InitiateMovieCapture), Code::OK);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::DeviceBusy);
  stage.clock.advance(10s);
  EXPECT_EQ(client.ask(op::TerminateMovieCapture, {tid + 77}), Code::InvalidTransactionID);
  EXPECT_EQ(client.ask(op::TerminateMovieCapture, {tid}), Code::OK);
  EXPECT_EQ(client.info(4).filename, "DSCF0004.MOV");
  EXPECT_EQ(client.get(property::MovieRemainingTime), bytes<u32>(0x68F - 10));
}

TEST(FujiControl, TheCameraIsItsOwnersAgainAfterwards) {
  XT1 stage;
  {
    FujiPlay client(stage.camera());
    EXPECT_EQ(client.remote(), Code::OK);
    EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
    stage.clock.advance(1s);
    FujiPlay rival(stage.camera());
    EXPECT_EQ(rival.set(property::ClientState, bytes<u16>(5)), Code::OK);
    EXPECT_EQ(rival.ask(Op::InitiateOpenCapture), Code::DeviceBusy);
  }
  FujiPlay next(stage.camera());
  EXPECT_EQ(next.get(property::ClientState), bytes<u16>(0));
  EXPECT_EQ(next.remote(), Code::OK);
  EXPECT_EQ(next.ask(Op::InitiateCapture), Code::OK);
  stage.clock.advance(60s);
}

}  // namespace
}  // namespace stuntcam::tests
