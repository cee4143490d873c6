// A camera as its profile and options make it.
#include "emulator/camera.h"

#include <stdexcept>

#include "profiles/load.h"
#include "tests/emulator/play.h"

namespace stuntcam::tests {
namespace {

using ptp::Value;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::ThrowsMessage;
using enum ptp::DataType;

TEST(DeviceInfo, IsTheProfiles) {
  Stage stage;
  stage.profile.device.vendor_extension_id = 6;
  stage.profile.device.vendor_extension_desc = "microsoft.com: 1.0";
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetDeviceInfo), Code::OK);
  const auto info = client.decoded<ptp::DeviceInfo>();
  EXPECT_EQ(info.vendor_extension_id, 6u);
  EXPECT_EQ(info.vendor_extension_desc, "microsoft.com: 1.0");
  EXPECT_EQ(info.manufacturer, "Test Corporation");
  EXPECT_EQ(info.operations_supported, stage.profile.device.operations);
  EXPECT_EQ(info.events_supported, stage.profile.device.events);
  EXPECT_EQ(info.capture_formats, stage.profile.device.capture_formats);
  EXPECT_EQ(info.image_formats, stage.profile.device.image_formats);
  EXPECT_EQ(info.device_properties_supported.size(), stage.profile.properties.size());
}

TEST(DeviceInfo, LeavesOutWhatTheVendorLists) {
  Stage stage;
  stage.profile.properties[0].vendor_list = true;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetDeviceInfo), Code::OK);
  EXPECT_THAT(client.decoded<ptp::DeviceInfo>().device_properties_supported, Not(Contains(0x5001)));
  EXPECT_EQ(client.ask(Op::GetDevicePropDesc, {0x5001}), Code::OK);
  EXPECT_THAT(stage.camera().properties().codes(true), ElementsAre(0x5001));
}

TEST(Seed, GivesSerialAndGuid) {
  Stage one, same, other;
  other.options.seed = 2;
  EXPECT_THAT(one.camera().serial_number(), MatchesRegex("SN-[0-9]{4}"));
  EXPECT_EQ(one.camera().serial_number(), same.camera().serial_number());
  EXPECT_NE(one.camera().serial_number(), other.camera().serial_number());
  EXPECT_EQ(one.camera().identity(), same.camera().identity());
  EXPECT_NE(one.camera().identity().guid, other.camera().identity().guid);
}

TEST(Seed, AGuidInTheProfileCounts) {
  Stage stage;
  stage.profile.guid = "000102030405060708090a0b0c0d0eff";
  const auto guid = stage.camera().identity().guid;
  EXPECT_THAT(guid, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255));
}

TEST(Title, IsBrandAndModel) {
  Stage stage;
  EXPECT_EQ(stage.camera().title(), "TEST T1");
  Stage named;
  named.profile.device.manufacturer = "Canon.Inc";
  named.profile.device.model = "Canon EOS R6";
  EXPECT_EQ(named.camera().title(), "Canon EOS R6");
}

TEST(Settings, PresetThenSet) {
  Stage stage;
  stage.profile.presets["dusk"].values = {{0x5007, Value(uint16, 350)}, {0x5018, Value(uint16, 5)}};
  stage.options.preset = "dusk";
  stage.options.set = {{0x5018, Value(uint16, 7)}, {0x5001, Value(uint8, 12)}};
  const auto& properties = stage.camera().properties();
  EXPECT_EQ(properties.integer(Prop::FNumber), 350);
  EXPECT_EQ(properties.integer(Prop::BurstNumber), 7);
  EXPECT_EQ(properties.integer(Prop::BatteryLevel), 12);
}

TEST(Settings, APresetMayBeAnotherFirmware) {
  Stage stage;
  auto later = std::make_shared<profiles::Profile>(stage.profile);
  later->device.version = "2.0";
  later->device.operations.push_back(0x9400);
  stage.profile.presets["later"].camera = std::move(later);
  EXPECT_EQ(Stage{}.camera().device_info().device_version, "1.0");
  stage.options.preset = "later";
  EXPECT_EQ(stage.camera().device_info().device_version, "2.0");
  EXPECT_TRUE(stage.camera().profile().advertises(Op{0x9400}));
  Stage wrong;
  wrong.options.preset = "sooner";
  EXPECT_THROW(wrong.camera(), std::invalid_argument);
}

TEST(Settings, HandlesThatTheProfileGivesAreDrawnByNobodyElse) {
  Stage stage;
  stage.profile.first_handle = 100;
  auto& files = stage.profile.storages.at(0).objects.at(1);
  files.handle = 102;
  const auto* const store = stage.camera().default_store();
  EXPECT_EQ(store->list(0), (std::vector<u32>{100, 101, 103, 104, 105, 102}));
}

TEST(Settings, TheDateCanBeSet) {
  Stage stage;
  stage.options.set = {{0x5011, Value("20200101T000000")}};
  EXPECT_EQ(stage.camera().now().year, 2020);
}

TEST(Settings, MistakesAreNamed) {
  Stage preset, unknown, type;
  preset.options.preset = "dawn";
  EXPECT_THAT([&] { preset.camera(); }, ThrowsMessage<std::invalid_argument>(HasSubstr("dawn")));
  unknown.options.set = {{0x5999, Value(uint8, 1)}};
  EXPECT_THAT([&] { unknown.camera(); }, ThrowsMessage<std::invalid_argument>(HasSubstr("0x5999")));
  type.options.set = {{0x5007, Value(uint8, 1)}};
  EXPECT_THAT([&] { type.camera(); }, ThrowsMessage<std::invalid_argument>(HasSubstr("uint16")));
}

TEST(BuiltInProfiles, AdvertiseNothingThatNobodyImplements) {
  for (const auto& each : profiles::built_in()) {
    Stage stage;
    auto profile = profiles::load(std::string(each.name));
    if (!profile || profile->device.model.empty()) continue;  // a base for others
    stage.profile = std::move(*profile);
    auto codes = stage.camera().unimplemented();
    std::erase_if(
        codes, [&](u16 code) { return std::ranges::find(stage.profile.assumed, code) != stage.profile.assumed.end(); });
    EXPECT_THAT(codes, testing::IsEmpty()) << each.name << " does not say that nobody knows them";
  }
}

TEST(Memory, KeepsAndDropsFiles) {
  Stage stage;
  auto& camera = stage.camera();
  emulator::Object object;
  object.handle = 0xFFFF0001;
  object.name = "one";
  camera.keep_in_memory(object);
  object.name = "two";
  camera.keep_in_memory(object);
  EXPECT_EQ(camera.find(0xFFFF0001)->name, "two");
  EXPECT_EQ(camera.store_of(0xFFFF0001), nullptr);
  EXPECT_TRUE(camera.drop_from_memory(0xFFFF0001));
  EXPECT_FALSE(camera.drop_from_memory(0xFFFF0001));
  EXPECT_FALSE(camera.drop_all_from_memory());
}

TEST(Memory, AnswersForItsFilesWithoutListingThem) {
  Stage stage;
  Play client(stage.camera());
  emulator::Object object;
  object.handle = 0xFFFF0001;
  object.name = "DSC_0001.JPG";
  stage.camera().keep_in_memory(object);
  EXPECT_EQ(client.ask(Op::GetObjectHandles, {all, 0, 0}), Code::OK);
  EXPECT_THAT(client.handles(), Not(Contains(0xFFFF0001)));
  const auto info = client.info(0xFFFF0001);
  EXPECT_EQ(info.storage_id, 0u);
  EXPECT_EQ(info.parent_object, 0u);
  EXPECT_EQ(client.ask(Op::DeleteObject, {0xFFFF0001, 0}), Code::OK);
  EXPECT_EQ(client.ask(Op::DeleteObject, {0xFFFF0001, 0}), Code::InvalidObjectHandle);
}

TEST(Shots, AreTheProfilesWhenItSays) {
  Stage stage;
  stage.profile.storages[0].free_images = 193;
  EXPECT_EQ(stage.camera().remaining_shots(), 193u);
}

TEST(Shots, NoneWithoutACard) {
  Stage stage;
  stage.profile.storages = {stage.profile.storages[2]};
  EXPECT_EQ(stage.camera().remaining_shots(), 0u);
}

emulator::CapturePlan plan(Stage& stage, emulator::Release release = {}) {
  return stage.camera().vendor().plan(stage.camera(), release);
}

TEST(Plan, FollowsTheStandardProperties) {
  Stage stage;
  const auto planned = plan(stage);
  EXPECT_EQ(planned.target, emulator::CaptureTarget::card);
  ASSERT_EQ(planned.files.size(), 1u);
  EXPECT_EQ(planned.files[0].format, 0x3801);
  EXPECT_EQ(planned.shot.width, 160u);
  EXPECT_EQ(planned.shot.height, 120u);
  EXPECT_EQ(planned.shot.f_number_hundredths, 400u);
  EXPECT_EQ(planned.shot.exposure_numerator, 100u);
  EXPECT_EQ(planned.shot.exposure_denominator, 10000u);
  EXPECT_EQ(planned.exposure, stage.profile.timing.capture + std::chrono::milliseconds(10));
  EXPECT_EQ(planned.shots, 1u);
  EXPECT_EQ(planned.delay, transport::Duration{});
}

TEST(Plan, PaysNoHeedToSizesThatAreNone) {
  for (const auto* const text : {"", "x", "large", "0x0", "160", "99999x99999"}) {
    Stage stage;
    stage.options.set = {{0x5003, Value(std::string_view(text))}};
    EXPECT_EQ(plan(stage).shot.width, emulator::Shot{}.width) << text;
    EXPECT_EQ(plan(stage).shot.height, emulator::Shot{}.height) << text;
  }
}

TEST(Plan, BurstCountsOnlyInBurstMode) {
  Stage stage;
  stage.options.set = {{0x5018, Value(uint16, 5)}};
  EXPECT_EQ(plan(stage).shots, 1u);
  stage.camera().properties().change(Prop::StillCaptureMode, 2);
  EXPECT_EQ(plan(stage).shots, 5u);
  EXPECT_EQ(plan(stage).interval, stage.profile.timing.burst_interval);
}

TEST(Plan, SelfTimerWaits) {
  Stage stage;
  stage.options.set = {{0x5012, Value(uint32, 2000)}};
  EXPECT_EQ(plan(stage).delay, std::chrono::seconds(2));
}

TEST(Plan, BulbLastsUntilTerminated) {
  Stage stage;
  stage.options.set = {{0x500D, Value(uint32, 0xFFFFFFFF)}};
  EXPECT_TRUE(plan(stage).bulb);
  EXPECT_EQ(plan(stage).exposure, stage.profile.timing.capture);
}

TEST(Plan, AutofocusTakesItsTimeAndMayFail) {
  Stage stage;
  stage.profile.timing.autofocus = std::chrono::milliseconds(300);
  stage.profile.quirks.out_of_focus = true;
  EXPECT_EQ(plan(stage).autofocus, transport::Duration{});
  EXPECT_FALSE(plan(stage).out_of_focus);
  emulator::Release release;
  release.autofocus = true;
  EXPECT_EQ(plan(stage, release).autofocus, std::chrono::milliseconds(300));
  EXPECT_TRUE(plan(stage, release).out_of_focus);
}

}  // namespace
}  // namespace stuntcam::tests
