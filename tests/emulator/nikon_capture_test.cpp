// Releases on a D5300: docs/cameras.md §1.
#include <set>

#include "emulator/imaging/exif.h"
#include "tests/emulator/nikon.h"
#include "tests/emulator/tiff_reader.h"

namespace stuntcam::tests {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
namespace op = nikon::operation;

constexpr u16 added = 0x4002, complete = 0x400D, store_full = 0x400A, in_sdram = 0xC101, sdram_complete = 0xC102;

TEST(NikonCapture, ToSdram) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.release(without_autofocus, to_sdram), Code::OK);
  EXPECT_EQ(client.ready(), Code::DeviceBusy);
  EXPECT_THAT(client.poll(), IsEmpty());
  stage.advance(301);
  EXPECT_EQ(client.ready(), Code::OK);
  EXPECT_THAT(client.poll(), ElementsAre(Pair(in_sdram, first_in_sdram), Pair(sdram_complete, 0)));
  EXPECT_THAT(client.poll(), IsEmpty());
  EXPECT_THAT(client.events(), IsEmpty());  // nothing on the event connection
  const auto info = client.info(first_in_sdram);
  EXPECT_EQ(info.parent_object, 0u);
  EXPECT_EQ(info.storage_id, 0u);
  EXPECT_EQ(info.object_format, 0x3801);
  EXPECT_EQ(client.object(first_in_sdram).size(), info.object_compressed_size);
  EXPECT_EQ(client.find("DSC_0008.JPG"), 0u);  // not on the card
}

TEST(NikonCapture, PictureInSdramGoesByEitherDelete) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  for (const bool standard : {true, false}) {
    EXPECT_EQ(client.release(without_autofocus, to_sdram), Code::OK);
    stage.advance(301);
    EXPECT_EQ(
        standard ? client.ask(Op::DeleteObject, {first_in_sdram, 0}) : client.ask(op::DelImageSDRAM, {first_in_sdram}),
        Code::OK);
    EXPECT_EQ(client.ask(Op::GetObjectInfo, {first_in_sdram}), Code::InvalidObjectHandle);
    EXPECT_EQ(client.ask(op::DelImageSDRAM, {first_in_sdram}), Code::InvalidObjectHandle);
    EXPECT_EQ(client.ask(op::DelImageSDRAM, {0}), Code::OK);
  }
}

TEST(NikonCapture, OlderWaysToSdram) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::InitiateCaptureRecInSdram, {0xFFFFFFFF}), Code::OK);
  stage.advance(301);
  EXPECT_THAT(client.poll(), SizeIs(2));
  EXPECT_EQ(client.ask(op::AfCaptureSDRAM), Code::OK);
  stage.advance(301);
  EXPECT_THAT(client.poll(), IsEmpty());  // it focuses first
  stage.advance(200);
  EXPECT_THAT(client.poll(), SizeIs(2));
  EXPECT_EQ(client.ask(op::InitiateCaptureRecInSdram, {7}), Code::InvalidParameter);
}

TEST(NikonCapture, RawAndJpegInSdramHaveHandlesOfTheirOwn) {
  NikonStage stage;
  stage.set(0x5004, "7");
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.release(without_autofocus, to_sdram), Code::OK);
  stage.advance(301);
  EXPECT_THAT(client.poll(),
              ElementsAre(Pair(in_sdram, first_in_sdram), Pair(in_sdram, first_in_sdram + 1), Pair(sdram_complete, 0)));
}

TEST(NikonCapture, NextReleaseToSdramReplacesThePicture) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(client.release(without_autofocus, to_sdram), Code::OK);
    stage.advance(301);
    EXPECT_THAT(client.poll(), ElementsAre(Pair(in_sdram, first_in_sdram), Pair(sdram_complete, 0)));
  }
  EXPECT_THAT(stage.camera().memory(), SizeIs(1));
}

TEST(NikonCapture, ToCard) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.release(without_autofocus, to_card), Code::OK);
  stage.advance(301);
  const auto events = client.poll();
  ASSERT_THAT(events, ElementsAre(Pair(added, testing::_), Pair(complete, testing::_)));
  const auto info = client.info(events[0].second);
  EXPECT_EQ(info.filename, "DSC_0008.JPG");  // seven are there
  EXPECT_EQ(info.image_pix_width, 2992u);
  EXPECT_EQ(info.image_pix_height, 2000u);
  EXPECT_EQ(client.info(info.parent_object).object_format, 0x3001);
}

TEST(NikonCapture, QualityDecidesTheFiles) {
  struct Row {
    const char* setting;
    std::vector<std::string> names;
  };
  std::vector<u32> sizes;
  for (const auto& [setting, names] : std::vector<Row>{{"0", {"DSC_0008.JPG"}},
                                                       {"1", {"DSC_0008.JPG"}},
                                                       {"2", {"DSC_0008.JPG"}},
                                                       {"4", {"DSC_0008.NEF"}},
                                                       {"5", {"DSC_0008.NEF", "DSC_0008.JPG"}},
                                                       {"6", {"DSC_0008.NEF", "DSC_0008.JPG"}},
                                                       {"7", {"DSC_0008.NEF", "DSC_0008.JPG"}}}) {
    NikonStage stage;
    stage.set(0x5004, setting);
    NikonPlay client(stage.camera());
    EXPECT_EQ(client.release(without_autofocus, to_card), Code::OK);
    stage.advance(301);
    std::vector<std::string> seen;
    for (const auto& [code, param] : client.poll()) {
      if (code != added) continue;
      const auto info = client.info(param);
      seen.push_back(info.filename);
      const bool raw = info.filename.ends_with("NEF");
      EXPECT_EQ(info.object_format, raw ? 0x3000 : 0x3801);
      EXPECT_EQ(info.image_pix_width, raw ? 6000u : 2992u);
      EXPECT_EQ(info.thumb_format, 0x3808);
      if (!raw) sizes.push_back(info.object_compressed_size);
    }
    EXPECT_EQ(seen, names) << setting;
  }
  ASSERT_THAT(sizes, SizeIs(6));
  EXPECT_LT(sizes[0], sizes[1]);
  EXPECT_LT(sizes[1], sizes[2]);
  EXPECT_THAT((std::vector{sizes[3], sizes[4], sizes[5]}), ElementsAre(sizes[0], sizes[1], sizes[2]));
}

TEST(NikonCapture, StandardReleaseGoesWhereRecordingMediaSays) {
  for (const bool sdram : {false, true}) {
    NikonStage stage;
    stage.set(0xD10B, sdram ? "1" : "0");
    NikonPlay client(stage.camera());
    EXPECT_EQ(client.ask(Op::InitiateCapture, {0, 0}), Code::OK);
    stage.advance(301);
    EXPECT_THAT(client.poll(), ElementsAre(Pair(sdram ? in_sdram : added, testing::_),
                                           Pair(sdram ? sdram_complete : complete, testing::_)));
  }
}

TEST(NikonCapture, VendorReleaseGoesWhereItSays) {
  NikonStage stage;
  stage.set(0xD10B, "1");
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.release(without_autofocus, to_card), Code::OK);
  stage.advance(301);
  EXPECT_THAT(client.poll(), ElementsAre(Pair(added, testing::_), Pair(complete, testing::_)));
}

TEST(NikonCapture, RefusesUnknownParameters) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.release(0, to_card), Code::InvalidParameter);
  EXPECT_EQ(client.release(0xFFFFFFFD, to_card), Code::InvalidParameter);
  EXPECT_EQ(client.release(without_autofocus, 2), Code::InvalidParameter);
}

TEST(NikonCapture, ContinuousModesTakeAsManyAsBurstNumberSays) {
  for (const auto* const mode : {"0x2", "0x8010"}) {
    NikonStage stage;
    stage.set(0x5013, mode);
    stage.set(0x5018, "3");
    NikonPlay client(stage.camera());
    EXPECT_EQ(client.release(without_autofocus, to_card), Code::OK);
    stage.advance(301);
    EXPECT_THAT(client.poll(), ElementsAre(Pair(added, testing::_)));
    EXPECT_EQ(client.ready(), Code::DeviceBusy);
    stage.advance(1000);
    EXPECT_THAT(client.poll(),
                ElementsAre(Pair(added, testing::_), Pair(added, testing::_), Pair(complete, testing::_)));
    EXPECT_NE(client.find("DSC_0010.JPG"), 0u);
  }
}

TEST(NikonCapture, SelfTimer) {
  NikonStage stage;
  stage.set(0x5013, "0x8011");
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.release(without_autofocus, to_card), Code::OK);
  stage.advance(10300);
  EXPECT_THAT(client.poll(), IsEmpty());
  EXPECT_EQ(client.ready(), Code::DeviceBusy);
  stage.advance(1);
  EXPECT_THAT(client.poll(), SizeIs(2));
}

TEST(NikonCapture, ExposureTimeCounts) {
  NikonStage stage;
  stage.set(0x500D, "40000");  // 4 s
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.release(without_autofocus, to_card), Code::OK);
  stage.advance(4299);
  EXPECT_EQ(client.ready(), Code::DeviceBusy);
  stage.advance(1);
  EXPECT_EQ(client.ready(), Code::OK);
}

TEST(NikonCapture, BulbUntilTerminateCapture) {
  for (const auto& [speed, busy] : {std::pair{"0xFFFFFFFF", nikon::response::BulbReleaseBusy},
                                    std::pair{"0xFFFFFFFD", nikon::response::ShutterSpeedTime}}) {
    NikonStage stage;
    stage.set(0x500D, speed);
    NikonPlay client(stage.camera());
    EXPECT_EQ(client.ask(op::TerminateCapture, {0, 0}), nikon::response::InvalidStatus);
    EXPECT_EQ(client.release(without_autofocus, to_card), Code::OK);
    stage.clock.advance(seconds(30));
    EXPECT_EQ(client.ready(), busy);
    EXPECT_EQ(client.ask(op::TerminateCapture, {0, 0}), Code::OK);
    EXPECT_EQ(client.ready(), Code::DeviceBusy);
    stage.advance(301);
    EXPECT_EQ(client.ready(), Code::OK);
    EXPECT_THAT(client.poll(), SizeIs(2));
  }
}

TEST(NikonCapture, FullCard) {
  NikonStage stage;
  stage.profile.storages.at(0).objects.clear();
  stage.profile.storages.at(0).capacity = 1'000'000;  // less than one picture
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.release(without_autofocus, to_card), Code::StoreFull);
  stage.advance(1000);
  EXPECT_THAT(client.poll(), ElementsAre(Pair(store_full, card)));
  EXPECT_EQ(client.release(without_autofocus, to_sdram), Code::OK);  // needs no card
}

TEST(NikonCapture, CardFullInABurst) {
  NikonStage stage;
  stage.set(0x5013, "2");
  stage.set(0x5018, "10");
  stage.profile.storages.at(0).objects.clear();
  stage.profile.storages.at(0).capacity = 7'000'000;  // two pictures
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.release(without_autofocus, to_card), Code::OK);
  stage.clock.advance(seconds(10));
  auto events = client.poll();
  ASSERT_FALSE(events.empty());
  EXPECT_THAT(events.back(), Pair(store_full, card));
  EXPECT_EQ(std::ranges::count(events, complete, &std::pair<u16, u32>::first), 0);
  EXPECT_NE(client.find("DSC_0002.JPG"), 0u);
  EXPECT_EQ(client.find("DSC_0003.JPG"), 0u);
  EXPECT_EQ(client.ready(), Code::OK);
}

TEST(NikonCapture, EachSessionHasItsOwnQueue) {
  NikonStage stage;
  NikonPlay client(stage.camera(), 1), other(stage.camera(), 2);
  EXPECT_EQ(client.release(without_autofocus, to_card), Code::OK);
  stage.advance(301);
  EXPECT_THAT(client.poll(), SizeIs(2));
  EXPECT_THAT(other.poll(), SizeIs(2));
  EXPECT_THAT(other.poll(), IsEmpty());
}

TEST(NikonCapture, QueueKeepsTheNewest) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  for (u32 i = 0; i < 300; ++i) stage.camera().announce(Event::ObjectRemoved, {i});
  const auto events = client.poll();
  ASSERT_THAT(events, SizeIs(emulator::max_queued_events));
  EXPECT_THAT(events.back(), Pair(0x4003, 299u));
}

TEST(NikonCapture, DriveTheFocus) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::AfDrive), Code::OK);
  EXPECT_EQ(client.ready(), Code::DeviceBusy);
  EXPECT_EQ(client.ask(op::AfDrive), Code::DeviceBusy);
  EXPECT_EQ(client.release(without_autofocus, to_card), Code::DeviceBusy);
  stage.advance(200);
  EXPECT_EQ(client.ready(), Code::OK);
  EXPECT_EQ(client.ask(op::AfDrive), Code::OK);
  EXPECT_EQ(client.ask(op::AfDriveCancel), Code::OK);
  EXPECT_EQ(client.ready(), Code::OK);
}

TEST(NikonCapture, OutOfFocusIsToldOnce) {
  NikonStage stage;
  stage.profile.quirks.out_of_focus = true;
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::AfDrive), Code::OK);
  stage.advance(200);
  EXPECT_EQ(client.ready(), nikon::response::OutOfFocus);
  EXPECT_EQ(client.ready(), Code::OK);
  EXPECT_EQ(client.release(with_autofocus, to_card), Code::OK);
  EXPECT_EQ(client.ready(), Code::DeviceBusy);
  stage.advance(1000);
  EXPECT_EQ(client.ready(), nikon::response::OutOfFocus);
  EXPECT_THAT(client.poll(), IsEmpty());  // no picture
  EXPECT_EQ(client.release(without_autofocus, to_card), Code::OK);
  stage.advance(1000);
  EXPECT_THAT(client.poll(), SizeIs(2));
}

TEST(NikonCapture, AdobeRgbNamesBeginWithAnUnderscore) {
  NikonStage stage;
  stage.set(0xD032, "1");
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.release(without_autofocus, to_card), Code::OK);
  stage.advance(301);
  EXPECT_NE(client.find("_DSC0001.JPG"), 0u);
}

TEST(NikonCapture, ExifSaysTheShotsNumberAndItsColourSpace) {
  for (const bool adobe : {false, true}) {
    NikonStage stage;
    stage.set(0xD032, adobe ? "1" : "0");
    auto shot = stage.camera().vendor().plan(stage.camera(), {}).shot;
    shot.number = 7;
    const Bytes segment = emulator::exif_segment(shot, 640, 480, {});
    const TiffFile tiff(View(segment).subspan(6));  // behind "Exif"
    const auto exif = tiff.directory(static_cast<u32>(tiff.directory().at(0x8769).number()));
    EXPECT_EQ(exif.at(0x9211).number(), 7u);
    EXPECT_EQ(exif.at(0xA001).number(), adobe ? 0xFFFFu : 1u);
  }
}

TEST(NikonCapture, PlanSaysWhatIsInForce) {
  NikonStage stage;
  stage.set(0x500D, "333");
  stage.set(0x5007, "560");
  stage.set(0x500F, "800");
  stage.set(0x5010, "-1333");
  const auto shot = stage.camera().vendor().plan(stage.camera(), {}).shot;
  EXPECT_EQ(shot.title, "NIKON D5300");
  EXPECT_EQ(shot.manufacturer, "NIKON CORPORATION");
  EXPECT_EQ(shot.software, "Ver.1.03");
  EXPECT_EQ(shot.exposure_numerator, 1u);
  EXPECT_EQ(shot.exposure_denominator, 30u);
  EXPECT_EQ(shot.f_number_hundredths, 560u);
  EXPECT_EQ(shot.iso, 800u);
  EXPECT_EQ(shot.bias_thousandths, -1333);
  EXPECT_EQ(shot.focal_length_hundredths, 1800u);
  EXPECT_FALSE(shot.white_balance.empty());
}

}  // namespace
}  // namespace stuntcam::tests
