// What gphoto2 does with a Nikon, operation by operation: docs/clients.md §2.
#include "tests/emulator/nikon.h"

namespace stuntcam::tests {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
namespace op = nikon::operation;

class Gphoto2 : public NikonPlay {
 public:
  explicit Gphoto2(NikonStage& stage) : NikonPlay(stage.camera()), stage_(stage) {
    EXPECT_EQ(ask(Op::GetDeviceInfo), Code::OK);
    EXPECT_EQ(ask(op::GetVendorPropCodes), Code::OK);
    EXPECT_EQ(ask(Op::GetStorageIDs), Code::OK);
    EXPECT_THAT(handles(), ElementsAre(card));
    EXPECT_EQ(ask(Op::GetObjectHandles, {all, 0, all}), Code::OK);
    EXPECT_EQ(ask(Op::GetObjectHandles, {card, 0, all}), Code::OK);
  }

  void wait_ready() {
    Code code = ready();
    for (int i = 0; i < 100 && code == Code::DeviceBusy; ++i) {
      stage_.advance(20);
      code = ready();
    }
    EXPECT_EQ(code, Code::OK);
  }
  // Up to the release; `where` as its second parameter.
  void release_like_capture(u32 where) {
    EXPECT_EQ(ask(op::ChangeCameraMode, {1}), Code::OK);
    EXPECT_EQ(ask(Op::GetDevicePropDesc, {0x5013}), Code::OK);
    EXPECT_EQ(ask(Op::GetDevicePropValue, {0xD1A2}), Code::OK);
    EXPECT_EQ(release(without_autofocus, where), Code::OK);
    wait_ready();
  }
  // Events until all of these have come, as gphoto2 polls: with a pause between.
  Events poll_until(std::initializer_list<u16> codes) {
    Events all;
    const auto has = [&all](u16 code) {
      return std::ranges::find(all, code, &std::pair<u16, u32>::first) != all.end();
    };
    for (int i = 0; i < 100 && !std::ranges::all_of(codes, has); ++i) {
      for (const auto& each : poll()) all.push_back(each);
      stage_.advance(50);
    }
    EXPECT_TRUE(std::ranges::all_of(codes, has));
    return all;
  }
  void exit() {
    EXPECT_EQ(ask(op::EndLiveView), Code::OK);
    EXPECT_EQ(ask(op::ChangeCameraMode, {0}), Code::OK);
    EXPECT_EQ(ask(op::GetEvent), Code::OK);
    EXPECT_EQ(ask(Op::CloseSession), Code::OK);
  }

 private:
  NikonStage& stage_;
};

TEST(Gphoto2OnNikon, CaptureToSdramAndDownload) {
  NikonStage stage;
  Gphoto2 client(stage);
  client.release_like_capture(to_sdram);
  const auto events = client.poll_until({0xC101, 0xC102});
  EXPECT_THAT(events, Contains(Pair(0xC101, first_in_sdram)));
  const auto info = client.info(first_in_sdram);
  EXPECT_EQ(info.parent_object, 0u);
  EXPECT_EQ(info.storage_id, 0u);
  EXPECT_EQ(client.object(first_in_sdram).size(), info.object_compressed_size);
  EXPECT_EQ(client.ask(Op::DeleteObject, {first_in_sdram, 0}), Code::OK);
  EXPECT_THAT(client.poll(), IsEmpty());
  client.exit();
}

TEST(Gphoto2OnNikon, BurstToSdramLoopsOverTheImages) {
  NikonStage stage;
  stage.set(0x5013, "2");
  stage.set(0x5018, "3");
  Gphoto2 client(stage);
  client.release_like_capture(to_sdram);
  const auto events = client.poll_until({0xC102});
  EXPECT_EQ(std::ranges::count(events, std::pair<u16, u32>(0xC101, first_in_sdram)), 3);
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) {
    names.push_back(client.info(first_in_sdram).filename);
    EXPECT_FALSE(client.object(first_in_sdram).empty());
    EXPECT_EQ(client.ask(Op::DeleteObject, {first_in_sdram, 0}), Code::OK);
  }
  EXPECT_THAT(names, ElementsAre("DSC_0001.JPG", "DSC_0002.JPG", "DSC_0003.JPG"));
  EXPECT_EQ(client.ask(Op::GetObjectInfo, {first_in_sdram}), Code::InvalidObjectHandle);
  client.exit();
}

TEST(Gphoto2OnNikon, CaptureToCardAndDownload) {
  NikonStage stage;
  Gphoto2 client(stage);
  client.release_like_capture(to_card);
  const auto events = client.poll_until({0x4002, 0x400D});
  const u32 handle = std::ranges::find(events, 0x4002, &std::pair<u16, u32>::first)->second;
  const auto info = client.info(handle);
  const auto folder = client.info(info.parent_object);
  EXPECT_EQ(folder.object_format, 0x3001);
  EXPECT_EQ(client.info(folder.parent_object).parent_object, 0u);
  EXPECT_EQ(client.ask(Op::GetObjectHandles, {card, 0, info.parent_object}), Code::OK);
  EXPECT_THAT(client.handles(), Contains(handle));
  Bytes whole;
  for (u32 offset = 0; offset < info.object_compressed_size; offset += 0x100000) {
    EXPECT_EQ(client.ask(Op::GetPartialObject, {handle, offset, 0x100000}), Code::OK);
    EXPECT_THAT(client.params(), ElementsAre(static_cast<u32>(client.data().size())));
    whole.insert(whole.end(), client.data().begin(), client.data().end());
  }
  EXPECT_EQ(whole.size(), info.object_compressed_size);
  client.poll();
  EXPECT_EQ(client.ask(Op::DeleteObject, {handle, 0}), Code::OK);
  client.exit();
}

TEST(Gphoto2OnNikon, TriggerCapture) {
  NikonStage stage;
  Gphoto2 client(stage);
  EXPECT_EQ(client.ask(op::ChangeCameraMode, {1}), Code::OK);
  EXPECT_THAT(client.poll(), IsEmpty());
  client.wait_ready();
  EXPECT_THAT(client.poll(), IsEmpty());
  EXPECT_EQ(client.ask(Op::GetDevicePropValue, {0xD1A2}), Code::OK);
  EXPECT_EQ(client.release(without_autofocus, to_card), Code::OK);
  client.wait_ready();
  client.poll_until({0x4002, 0x400D});
  client.exit();
}

TEST(Gphoto2OnNikon, Tethered) {
  NikonStage stage;
  Gphoto2 client(stage);
  EXPECT_THAT(client.poll(), IsEmpty());
  // Somebody presses the button.
  EXPECT_EQ(stage.camera().shutter().release({}), Code::OK);
  const auto events = client.poll_until({0x4002, 0x400D});
  const u32 handle = events[0].second;
  EXPECT_FALSE(client.info(handle).filename.empty());
  EXPECT_FALSE(client.object(handle).empty());
  EXPECT_EQ(client.ask(Op::DeleteObject, {handle, 0}), Code::OK);
  client.exit();
}

TEST(Gphoto2OnNikon, MovieWantsApplicationMode) {
  NikonStage stage;
  Gphoto2 client(stage);
  EXPECT_EQ(client.get(0xD0A4), 0x4000);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {0xD1F0}, bytes<u8>(1)), Code::OK);
  EXPECT_EQ(client.ask(op::StartLiveView), Code::OK);
  client.wait_ready();
  EXPECT_EQ(client.get(0xD0A4), 0);
  EXPECT_EQ(client.ask(op::StartMovieRec), Code::OK);
  EXPECT_EQ(client.ask(op::EndMovieRec), Code::OK);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {0xD1F0}, bytes<u8>(0)), Code::OK);
  EXPECT_EQ(client.get(0xD0A4), 0x4000);
}

TEST(Gphoto2OnNikon, Preview) {
  NikonStage stage;
  Gphoto2 client(stage);
  EXPECT_EQ(client.ask(op::ChangeCameraMode, {1}), Code::OK);
  EXPECT_EQ(client.ask(Op::GetDevicePropValue, {0xD1A2}), Code::OK);
  EXPECT_EQ(client.data(), bytes<u8>(0));
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {0xD10B}, bytes<u8>(1)), Code::OK);
  EXPECT_EQ(client.ask(Op::GetDevicePropValue, {0xD1A4}), Code::OK);
  EXPECT_EQ(client.data(), bytes<u32>(0));
  EXPECT_EQ(client.ask(op::StartLiveView), Code::OK);
  client.wait_ready();
  for (int i = 0; i < 2; ++i) {  // it drops the first
    EXPECT_EQ(client.ask(op::GetLiveViewImage), Code::OK);
    EXPECT_EQ(client.data().at(384), 0xFF);
  }
  client.exit();
  EXPECT_FALSE(stage.camera().live_view().on());
}

}  // namespace
}  // namespace stuntcam::tests
