// Live view on a D5300, and what works only in it.
#include "tests/emulator/nikon.h"

namespace stuntcam::tests {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
namespace op = nikon::operation;
namespace response = nikon::response;

constexpr u16 live_view_status = 0xD1A2;

struct LiveStage : NikonStage {
  void start(NikonPlay& client) {
    EXPECT_EQ(client.ask(op::StartLiveView), Code::OK);
    advance(100);
    client.poll();
  }
};

TEST(NikonLiveView, StartsAndStops) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::GetLiveViewImage), response::NotLiveView);
  EXPECT_EQ(client.get(live_view_status), 0);
  EXPECT_EQ(client.ask(op::StartLiveView), Code::OK);
  EXPECT_EQ(client.ready(), Code::DeviceBusy);
  EXPECT_EQ(client.ask(op::GetLiveViewImage), Code::DeviceBusy);
  stage.advance(100);
  EXPECT_EQ(client.ready(), Code::OK);
  EXPECT_EQ(client.get(live_view_status), 1);
  EXPECT_EQ(client.ask(op::GetLiveViewImage), Code::OK);
  EXPECT_EQ(client.ask(op::StartLiveView), Code::OK);
  EXPECT_EQ(client.ask(op::EndLiveView), Code::OK);
  EXPECT_EQ(client.get(live_view_status), 0);
  EXPECT_EQ(client.ask(op::GetLiveViewImage), response::NotLiveView);
  EXPECT_EQ(client.ask(op::EndLiveView), Code::OK);  // clients end with it always
}

TEST(NikonLiveView, FrameIsAJpegBehindTheHeader) {
  LiveStage stage;
  NikonPlay client(stage.camera());
  stage.start(client);
  EXPECT_EQ(client.ask(op::GetLiveViewImage), Code::OK);
  const Bytes first = client.data();
  ASSERT_GT(first.size(), 400u);
  EXPECT_EQ(Bytes(first.begin(), first.begin() + 384), Bytes(384, 0));
  EXPECT_EQ(first[384], 0xFF);
  EXPECT_EQ(first[385], 0xD8);
  EXPECT_EQ(first[first.size() - 2], 0xFF);
  EXPECT_EQ(first[first.size() - 1], 0xD9);
  stage.advance(100);
  EXPECT_EQ(client.ask(op::GetLiveViewImage), Code::OK);
  EXPECT_NE(client.data(), first);
}

TEST(NikonLiveView, ProhibitionIsRespected) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  stage.camera().properties().change(0xD1A4, 0x80);  // the battery
  EXPECT_EQ(client.ask(op::StartLiveView), response::InvalidStatus);
  EXPECT_FALSE(stage.camera().live_view().on());
}

TEST(NikonLiveView, PicturesCanBeTakenFromIt) {
  LiveStage stage;
  NikonPlay client(stage.camera());
  stage.start(client);
  EXPECT_EQ(client.release(without_autofocus, to_sdram), Code::OK);
  EXPECT_EQ(client.ask(op::GetLiveViewImage), Code::DeviceBusy);
  stage.advance(301);
  EXPECT_THAT(client.poll(), SizeIs(2));
  EXPECT_EQ(client.ask(op::GetLiveViewImage), Code::OK);
}

TEST(NikonLiveView, FocusIsDrivenByHand) {
  LiveStage stage;
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::MfDrive, {1, 100}), response::NotLiveView);
  stage.start(client);
  EXPECT_EQ(client.ask(op::MfDrive, {3, 100}), Code::InvalidParameter);
  EXPECT_EQ(client.ask(op::MfDrive, {1, 0}), response::MfDriveStepInsufficiency);
  EXPECT_EQ(client.ask(op::MfDrive, {1, 32767}), Code::OK);
  EXPECT_EQ(client.ask(op::MfDrive, {1, 1}), response::MfDriveStepEnd);
  EXPECT_EQ(client.ask(op::MfDrive, {2, 32767}), Code::OK);
  EXPECT_EQ(client.ask(op::MfDrive, {2, 0xFFFFFFFF}), response::MfDriveStepEnd);
}

TEST(NikonLiveView, AfAreaIsMoved) {
  LiveStage stage;
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::ChangeAfArea, {320, 212}), response::NotLiveView);
  stage.start(client);
  EXPECT_EQ(client.ask(op::ChangeAfArea, {320, 212}), Code::OK);
}

TEST(NikonMovie, IsAQuickTimeFileOnTheCard) {
  LiveStage stage;
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::StartMovieRec), response::NotLiveView);
  stage.start(client);
  EXPECT_EQ(client.ask(op::EndMovieRec), response::InvalidStatus);
  EXPECT_EQ(client.ask(op::StartMovieRec), Code::OK);
  EXPECT_EQ(client.ask(op::StartMovieRec), response::InvalidStatus);
  EXPECT_EQ(client.release(without_autofocus, to_card), response::InvalidStatus);
  stage.clock.advance(seconds(2));
  EXPECT_EQ(client.ask(op::EndMovieRec), Code::OK);
  const auto events = client.poll();
  ASSERT_THAT(events, ElementsAre(Pair(0x4002, testing::_)));
  const auto info = client.info(events[0].second);
  EXPECT_EQ(info.filename, "DSC_0008.MOV");
  EXPECT_EQ(info.object_format, 0x300D);
  EXPECT_GT(info.object_compressed_size, 1'000'000u);
  const Bytes movie = client.object(events[0].second);
  ASSERT_EQ(movie.size(), info.object_compressed_size);
  // The atoms must fill the file: ftyp, moov, mdat with a 64-bit size.
  const auto word = [&](std::size_t at) {
    return u32{movie[at]} << 24 | u32{movie[at + 1]} << 16 | u32{movie[at + 2]} << 8 | u32{movie[at + 3]};
  };
  const auto letters = [&](std::size_t at) { return std::string(movie.begin() + at, movie.begin() + at + 4); };
  EXPECT_EQ(letters(4), "ftyp");
  const std::size_t moov = word(0);
  EXPECT_EQ(letters(moov + 4), "moov");
  EXPECT_EQ(letters(moov + 12), "mvhd");
  EXPECT_EQ(word(moov + 8), word(moov) - 8);
  EXPECT_EQ(word(moov + 28), 1000u);  // time scale
  EXPECT_EQ(word(moov + 32), 2000u);  // duration
  const std::size_t mdat = moov + word(moov);
  EXPECT_EQ(letters(mdat + 4), "mdat");
  EXPECT_EQ(word(mdat), 1u);
  EXPECT_EQ((u64{word(mdat + 8)} << 32 | word(mdat + 12)) + mdat, movie.size());
}

TEST(NikonMovie, FullCardInterruptsIt) {
  LiveStage stage;
  stage.profile.storages.at(0).objects.clear();
  stage.profile.storages.at(0).capacity = 20'000'000;
  NikonPlay client(stage.camera());
  stage.start(client);
  EXPECT_EQ(client.ask(op::StartMovieRec), Code::OK);
  stage.clock.advance(seconds(60));
  const auto events = client.poll();
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back().first, 0xC105);
  EXPECT_EQ(client.ask(op::EndMovieRec), response::InvalidStatus);
  EXPECT_NE(client.find("DSC_0001.MOV"), 0u);
}

TEST(NikonMovie, EndsWithLiveView) {
  LiveStage stage;
  NikonPlay client(stage.camera());
  stage.start(client);
  EXPECT_EQ(client.ask(op::StartMovieRec), Code::OK);
  stage.clock.advance(seconds(1));
  EXPECT_EQ(client.ask(op::EndLiveView), Code::OK);
  EXPECT_NE(client.find("DSC_0008.MOV"), 0u);
  stage.clock.advance(std::chrono::hours(25));  // nothing is left to interrupt
  for (const auto& [code, param] : client.poll()) EXPECT_NE(code, 0xC105);
}

}  // namespace
}  // namespace stuntcam::tests
