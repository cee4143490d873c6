// A D5300's properties that move together, its modes, and the settings that are no properties.
#include "tests/emulator/nikon.h"

namespace stuntcam::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
namespace op = nikon::operation;

constexpr u16 exposure_time = 0x500D, shutter_speed = 0xD100, iso = 0x500F, current_iso = 0xD0B5, focus_mode = 0x500A,
              af_mode = 0xD161, program_mode = 0x500E;

// tests/profiles/d5300_test.cpp compares the profile with what was read from a body; this, what a client is told with
// the profile.
TEST(NikonState, DescriptionsAreTheBodys) {
  BodyStage stage("nikon-d5300");
  NikonPlay client(stage.camera());
  EXPECT_EQ(stage.profile.properties.size(), 120u);
  for (const auto& property : stage.profile.properties) {
    SCOPED_TRACE(property.name);
    ASSERT_EQ(client.ask(Op::GetDevicePropDesc, {property.code}), Code::OK);
    const auto desc = client.decoded<ptp::DevicePropDesc>();
    EXPECT_EQ(desc.code, property.code);
    EXPECT_EQ(desc.type, property.type);
    EXPECT_EQ(desc.get_set, property.writable ? 1 : 0);
    EXPECT_EQ(desc.factory_default, property.factory_default);
    // The camera's clock goes on.
    if (property.code != static_cast<u16>(Prop::DateTime)) {
      EXPECT_EQ(desc.current, property.current);
    }
    EXPECT_EQ(desc.form, property.form);
  }
}

ptp::StorageInfo storage_info(NikonPlay& client) {
  EXPECT_EQ(client.ask(Op::GetStorageInfo, {card}), Code::OK);
  return client.decoded<ptp::StorageInfo>();
}

TEST(NikonState, TheCardIsTheBodys) {
  BodyStage stage("nikon-d5300");
  NikonPlay client(stage.camera());
  const auto info = storage_info(client);
  EXPECT_EQ(info.storage_type, 4);
  EXPECT_EQ(info.filesystem_type, 3);
  EXPECT_EQ(info.access_capability, 2);
  EXPECT_EQ(info.max_capacity, 15923150848u);
  EXPECT_EQ(info.free_space_in_bytes, info.max_capacity - (6 * 4 + 12) * (u64{1} << 20));
  EXPECT_EQ(info.storage_description, "");
  EXPECT_EQ(info.volume_label, "NIKON D5300 [Slot 1]");
}

TEST(NikonState, FreeSpaceInImagesIsThatOfTheQualityAndTheSize) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  const auto images = [&] { return storage_info(client).free_space_in_images; };
  const auto set = [&](u16 code, const ptp::Value& value) {
    EXPECT_EQ(client.send(Op::SetDevicePropValue, {code}, value.bytes()), Code::OK);
  };
  const auto small_and_fine = images();
  set(0x5003, ptp::Value("6000x4000"));
  const auto large_and_fine = images();
  EXPECT_LT(large_and_fine, small_and_fine);
  set(0x5004, ptp::Value(ptp::DataType::uint8, 0));  // basic
  const auto large_and_basic = images();
  EXPECT_GT(large_and_basic, large_and_fine);
  set(0x5004, ptp::Value(ptp::DataType::uint8, 7));  // RAW and fine
  EXPECT_LT(images(), large_and_fine);
}

TEST(NikonState, EveryPictureOnTheCardTakesItsRoom) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  const auto before = storage_info(client);
  EXPECT_EQ(client.release(without_autofocus, to_sdram), Code::OK);
  stage.advance(1000);
  EXPECT_EQ(storage_info(client), before) << "in memory it takes none";
  EXPECT_EQ(client.release(without_autofocus, to_card), Code::OK);
  stage.advance(1000);
  const u32 handle = client.find("DSC_0008.JPG");
  ASSERT_NE(handle, 0u);
  const auto after = storage_info(client);
  EXPECT_EQ(before.free_space_in_bytes - after.free_space_in_bytes, client.info(handle).object_compressed_size);
  EXPECT_EQ(after.free_space_in_images, before.free_space_in_images - 1);
}

TEST(NikonState, EveryShutterSpeedMovesWithItsExposureTime) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  const auto values = [&](u16 code) {
    return std::get<ptp::EnumerationForm>(stage.profile.property(code)->form).values;
  };
  const auto times = values(exposure_time), speeds = values(shutter_speed);
  ASSERT_EQ(times.size(), speeds.size());
  for (std::size_t i = 0; i < times.size(); ++i) {
    EXPECT_EQ(client.send(Op::SetDevicePropValue, {exposure_time}, times[i].bytes()), Code::OK);
    EXPECT_EQ(client.get(shutter_speed), static_cast<i64>(speeds[i].integer()));
  }
  for (std::size_t i = 0; i < times.size(); ++i) {
    EXPECT_EQ(client.send(Op::SetDevicePropValue, {shutter_speed}, speeds[i].bytes()), Code::OK);
    EXPECT_EQ(client.get(exposure_time), static_cast<i64>(times[i].integer()));
  }
}

TEST(NikonState, CurrentIsoFollows) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.get(current_iso), client.get(iso));
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {iso}, bytes<u16>(200)), Code::OK);
  EXPECT_EQ(client.get(current_iso), 200);
}

TEST(NikonState, FocusModeFollowsItsSwitch) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  const std::vector<std::pair<u8, i64>> pairs{{0, 0x8010}, {1, 0x8011}, {2, 0x8012}, {4, 1}, {3, 1}};
  for (const auto& [mode, standard] : pairs) {
    EXPECT_EQ(client.send(Op::SetDevicePropValue, {af_mode}, bytes(mode)), Code::OK);
    EXPECT_EQ(client.get(focus_mode), standard);
  }
}

TEST(NikonState, WhatMovedAlongIsToldToEveryone) {
  NikonStage stage;
  NikonPlay client(stage.camera(), 1), other(stage.camera(), 2);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {iso}, bytes<u16>(200)), Code::OK);
  EXPECT_THAT(client.poll(), ElementsAre(std::pair<u16, u32>{0x4006, current_iso}));
  EXPECT_THAT(other.poll(), testing::UnorderedElementsAre(std::pair<u16, u32>{0x4006, current_iso},
                                                          std::pair<u16, u32>{0x4006, iso}));
}

TEST(NikonState, ProgramModeCanBeSetInHostModeOnly) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {program_mode}, bytes<u16>(4)), Code::AccessDenied);
  EXPECT_EQ(client.ask(op::ChangeCameraMode, {1}), Code::OK);
  EXPECT_EQ(client.ask(Op::GetDevicePropDesc, {program_mode}), Code::OK);
  EXPECT_EQ(client.decoded<ptp::DevicePropDesc>().get_set, 1);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {program_mode}, bytes<u16>(4)), Code::OK);
  EXPECT_EQ(client.get(program_mode), 4);
  EXPECT_EQ(client.ask(op::ChangeCameraMode, {0}), Code::OK);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {program_mode}, bytes<u16>(3)), Code::AccessDenied);
  EXPECT_EQ(client.ask(op::ChangeCameraMode, {2}), Code::InvalidParameter);
}

TEST(NikonState, HostModeCannotBeTakenDuringACapture) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.release(without_autofocus, to_card), Code::OK);
  EXPECT_EQ(client.ask(op::ChangeCameraMode, {1}), nikon::response::ChangeCameraModeFailed);
  EXPECT_EQ(client.ask(op::ChangeCameraMode, {0}), Code::OK);
}

TEST(NikonState, HostModeAndLiveViewEndWithTheLastSession) {
  NikonStage stage;
  NikonPlay other(stage.camera(), 2);
  {
    NikonPlay client(stage.camera(), 1);
    EXPECT_EQ(client.ask(op::ChangeCameraMode, {1}), Code::OK);
    EXPECT_EQ(client.ask(op::StartLiveView), Code::OK);
  }
  EXPECT_TRUE(stage.camera().live_view().on());
  EXPECT_EQ(other.ask(Op::CloseSession), Code::OK);
  EXPECT_FALSE(stage.camera().live_view().on());
  EXPECT_EQ(other.ask(Op::OpenSession, {3}), Code::OK);
  EXPECT_EQ(other.send(Op::SetDevicePropValue, {program_mode}, bytes<u16>(4)), Code::AccessDenied);
}

TEST(NikonState, VendorPropertiesAreListedApart) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetDeviceInfo), Code::OK);
  const auto standard = client.decoded<ptp::DeviceInfo>().device_properties_supported;
  EXPECT_EQ(client.ask(op::GetVendorPropCodes), Code::OK);
  const auto vendor = ptp::decode_u16_array(client.data(), "codes").value();
  EXPECT_EQ(client.data().size(), 4 + 2 * vendor.size());
  EXPECT_EQ(standard.size() + vendor.size(), 120u);
  EXPECT_THAT(standard, testing::Each(testing::AnyOf(testing::Lt(0x6000), 0xD303, 0xD406, 0xD407)));
  for (const u16 code : vendor) EXPECT_EQ(client.ask(Op::GetDevicePropValue, {code}), Code::OK) << std::hex << code;
}

TEST(NikonState, VendorStorageIds) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::GetVendorStorageIDs), Code::OK);
  EXPECT_THAT(client.handles(), ElementsAre(card));
}

TEST(NikonState, EmptyQueueIsTwoBytes) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::GetEvent), Code::OK);
  EXPECT_EQ(client.data(), (Bytes{0, 0}));
}

TEST(NikonState, PictureControlsKeepWhatTheyAreGiven) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  const Bytes data{1, 2, 3, 4, 5};
  EXPECT_EQ(client.ask(op::GetPicCtrlData, {201, 0}), Code::OK);
  EXPECT_THAT(client.data(), IsEmpty());
  EXPECT_TRUE(client.had_data());
  EXPECT_EQ(client.send(op::SetPicCtrlData, {201, 0}, data), Code::OK);
  EXPECT_EQ(client.ask(op::GetPicCtrlData, {201, 0}), Code::OK);
  EXPECT_EQ(client.data(), data);
  EXPECT_EQ(client.ask(op::GetPicCtrlData, {202, 0}), Code::OK);
  EXPECT_THAT(client.data(), IsEmpty());
  EXPECT_EQ(client.ask(op::DelCustomPicCtrl, {201}), Code::OK);
  EXPECT_EQ(client.ask(op::GetPicCtrlData, {201, 0}), Code::OK);
  EXPECT_THAT(client.data(), IsEmpty());
}

TEST(NikonState, PictureControlsThatAreNone) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::GetPicCtrlData, {99, 0}), Code::InvalidParameter);
  EXPECT_EQ(client.send(op::SetPicCtrlData, {99, 0}, {1}), Code::InvalidParameter);
  EXPECT_EQ(client.ask(op::GetPicCtrlCapability, {99}), Code::InvalidParameter);
  EXPECT_EQ(client.ask(op::DelCustomPicCtrl, {1}), Code::InvalidParameter);  // a standard one
  EXPECT_EQ(client.ask(op::GetPicCtrlCapability, {1}), Code::OK);
}

TEST(NikonState, SettingDataIsBounded) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  client.piece = 100'000;
  EXPECT_EQ(client.send(op::SetPreWBData, {1, 2, 3}, Bytes(1000, 7)), Code::OK);
  EXPECT_EQ(client.send(op::SetPreWBData, {1, 2, 3}, Bytes(1'000'000, 7)), Code::InvalidDataSet);
}

TEST(NikonState, LargeThumbIsLargerThanTheThumb) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  const u32 handle = client.find("DSC_0001.JPG");
  EXPECT_EQ(client.ask(Op::GetThumb, {handle}), Code::OK);
  const auto small = client.data().size();
  EXPECT_EQ(client.ask(op::GetLargeThumb, {handle}), Code::OK);
  EXPECT_GT(client.data().size(), small);
  EXPECT_EQ(client.ask(op::GetLargeThumb, {0xDEAD}), Code::InvalidObjectHandle);
  EXPECT_EQ(client.ask(op::GetLargeThumb, {client.find("DCIM")}), Code::NoThumbnailPresent);
}

TEST(NikonState, HiSpeedReadsGoOnWhereTheyWere) {
  NikonStage stage;
  NikonPlay client(stage.camera(), 1), other(stage.camera(), 2);
  const u32 handle = client.find("DSC_0001.JPG");
  const Bytes whole = client.object(handle);
  Bytes pieces;
  for (u32 offset = 0; offset < whole.size(); offset += 1'000'000) {
    EXPECT_EQ(client.ask(op::GetPartialObjectHiSpeed, {handle, 1'000'000, 0}), Code::OK);
    EXPECT_THAT(client.params(), ElementsAre(static_cast<u32>(client.data().size()), offset, 0u));
    pieces.insert(pieces.end(), client.data().begin(), client.data().end());
  }
  EXPECT_EQ(pieces, whole);
  EXPECT_EQ(other.ask(op::GetPartialObjectHiSpeed, {handle, 10, 0}), Code::OK);
  EXPECT_THAT(other.params(), ElementsAre(10u, 0u, 0u));  // another's position is another
  EXPECT_EQ(client.ask(op::GetPartialObjectHiSpeed, {handle, 10, 1}), Code::OK);
  EXPECT_THAT(client.data(), IsEmpty());  // the end
  EXPECT_EQ(client.ask(op::GetPartialObjectHiSpeed, {handle, 10, 0}), Code::OK);
  EXPECT_THAT(client.data(), SizeIs(10));  // ended: it begins again
  EXPECT_EQ(client.ask(op::GetPartialObjectHiSpeed, {0xDEAD, 10, 0}), Code::InvalidObjectHandle);
}

TEST(NikonState, EveryAdvertisedOperationIsAnswered) {
  NikonStage stage;
  EXPECT_THAT(stage.camera().unimplemented(), IsEmpty());
  NikonPlay client(stage.camera());
  for (const u16 code : stage.profile.device.operations) {
    if (code == 0x1003) continue;
    EXPECT_NE(client.ask(code), Code::OperationNotSupported) << std::hex << code;
    stage.clock.advance(std::chrono::seconds(20));
  }
}

TEST(NikonState, NoOtherOperationIs) {
  NikonStage stage;
  NikonPlay client(stage.camera());
  const auto& advertised = stage.profile.device.operations;
  for (u32 code = 0; code <= 0xFFFF; ++code) {
    if (std::ranges::find(advertised, code) != advertised.end()) continue;
    ASSERT_EQ(client.ask(static_cast<u16>(code)), Code::OperationNotSupported) << std::hex << code;
  }
}

}  // namespace
}  // namespace stuntcam::tests
