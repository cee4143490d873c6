// An OM-D body under control, as libgphoto2 drives it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "profiles/load.h"
#include "tests/emulator/play.h"

namespace stuntcam::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr Op capture{0x9481}, live_view{0x9484}, get_image{0x9485}, changed{0x9486}, set_properties{0x9489};
constexpr u32 control_mode = 0xD052, live_view_mode = 0xD06D;

class Olympus : public testing::Test {
 protected:
  Olympus() { stage.profile = profiles::load("olympus-e-m1").value(); }
  std::vector<u16> codes_of_changed(Play& client) {
    EXPECT_EQ(client.ask(changed), Code::OK);
    ptp::Reader reader(client.data());
    std::vector<u16> codes;
    auto left = reader.integer<u32>("count");
    View rest = reader.rest();
    for (; left > 0; --left) {
      const auto desc = ptp::decode<ptp::DevicePropDesc>(rest);
      if (!desc) break;
      codes.push_back(desc->code);
      rest = rest.subspan(ptp::encode(*desc).size());
    }
    EXPECT_TRUE(rest.empty());
    return codes;
  }
  Stage stage;
};

TEST_F(Olympus, PressAndRelease) {
  Play client(stage.camera());
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {control_mode}, bytes<u16>(1)), Code::OK);
  EXPECT_EQ(client.ask(capture, {3}), Code::OK);
  EXPECT_EQ(client.ask(capture, {6}), Code::OK);
  EXPECT_EQ(client.ask(capture, {7}), Code::InvalidParameter);
  stage.clock.advance(1s);
  const auto events = client.events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].code, 0xC102);
  EXPECT_EQ(client.info(events[0].params[0]).filename, "P1010004.JPG");
}

TEST_F(Olympus, OutOfControlItDoesNotShoot) {
  Play client(stage.camera());
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {control_mode}, bytes<u16>(2)), Code::OK);
  EXPECT_EQ(client.ask(capture, {3}), Code::AccessDenied);
}

TEST_F(Olympus, TheLastPicture) {
  Play client(stage.camera());
  EXPECT_EQ(client.ask(get_image), Code::InvalidObjectHandle);
  EXPECT_EQ(client.ask(capture, {3}), Code::OK);
  stage.clock.advance(1s);
  const auto handle = client.events().at(0).params[0];
  EXPECT_EQ(client.ask(get_image), Code::OK);
  const auto picture = client.data();
  EXPECT_EQ(client.ask(Op::GetObject, {handle}), Code::OK);
  EXPECT_EQ(client.data(), picture);
}

TEST_F(Olympus, LiveViewWantsItsMode) {
  Play client(stage.camera());
  EXPECT_EQ(client.ask(live_view, {1}), Code::GeneralError);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {live_view_mode}, bytes<u32>(0x04000300)), Code::OK);
  EXPECT_EQ(client.ask(live_view, {1}), Code::OK);
  ASSERT_GT(client.data().size(), 1024u);
  EXPECT_EQ(client.data().at(0), 0xFF);
  EXPECT_EQ(client.data().at(1), 0xD8);
}

TEST_F(Olympus, TellsWhatHasChanged) {
  Play client(stage.camera());
  EXPECT_THAT(codes_of_changed(client), IsEmpty());
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {0xD002}, bytes<u16>(28)), Code::OK);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {0xD007}, bytes<u16>(200)), Code::OK);
  EXPECT_THAT(codes_of_changed(client), ElementsAre(0xD002, 0xD007));
  EXPECT_THAT(codes_of_changed(client), IsEmpty());
}

TEST_F(Olympus, TellsOnlyOfWhatItWatches) {
  Play client(stage.camera());
  EXPECT_EQ(client.send(set_properties, {}, {1, 0, 0, 0, 0x07, 0xD0}), Code::OK);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {0xD002}, bytes<u16>(28)), Code::OK);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {0xD007}, bytes<u16>(200)), Code::OK);
  EXPECT_THAT(codes_of_changed(client), ElementsAre(0xD007));
  EXPECT_EQ(client.send(set_properties, {}, {9, 0, 0, 0, 0x07, 0xD0}), Code::InvalidDataSet);
  EXPECT_EQ(client.send(set_properties, {}, {0xFF, 0xFF, 0xFF, 0xFF}), Code::InvalidDataSet);
  EXPECT_EQ(client.send(set_properties, {}, {0, 0, 0, 0}), Code::OK);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {0xD002}, bytes<u16>(32)), Code::OK);
  EXPECT_THAT(codes_of_changed(client), ElementsAre(0xD002)) << "everything";
}

TEST_F(Olympus, AcceptsTheLeSession) {
  Play client(stage.camera());
  for (const auto& [operation, param] :
       {std::pair(Op{0x9005}, 0xFF55u), std::pair(Op{0x901D}, 0u), std::pair(Op{0x9006}, 0u)})
    EXPECT_EQ(client.ask(operation, {param}), Code::OK);
  EXPECT_EQ(client.ask(Op::GetDevicePropValue, {0xD002}), Code::OK) << "and needs none";
}

}  // namespace
}  // namespace stuntcam::tests
