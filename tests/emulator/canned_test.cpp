// Operations that a profile answers: what it says is what the initiator gets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "profiles/load.h"
#include "tests/emulator/play.h"

namespace stuntcam::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr u16 toggle = 0x9001;

profiles::Profile profile(const std::string& operation) {
  const std::string camera = R"(
[device]
manufacturer = "Maker"
model = "Model"
version = "1"
serial = "1"
operations = ["GetDeviceInfo", "OpenSession", "GetObjectHandles", "GetObjectInfo", "GetDevicePropValue"]
events = ["ObjectAdded", "DevicePropChanged", "CaptureComplete", 0xC001]
capture_formats = ["EXIF_JPEG"]
[timing]
capture = "10ms"
[[storage]]
id = 0x00010001
capacity = "1MiB"
[[property]]
code = "FNumber"
type = "uint16"
access = "r"
default = 350
enum = [350, 400]
[[property]]
code = "Artist"
type = "string"
access = "rw"
default = "ab"
[[operation]]
code = 0x9001
)";
  auto parsed = profiles::parse(camera + operation, "my.toml");
  if (!parsed) throw std::runtime_error(parsed.error().front().to_string());
  return std::move(*parsed);
}

struct Toy {
  explicit Toy(const std::string& operation) { stage.profile = profile(operation); }
  // The virtual time goes on by that much.
  void wait(transport::Duration time) { stage.clock.advance(time); }
  Stage stage;
};

TEST(Canned, DataIsFilledIn) {
  Toy toy("data = '01 {param1:uint16} {param2} {FNumber} {Artist} {FNumber:uint32} {count:uint8} 00*3'\n");
  Play client(toy.stage.camera());
  EXPECT_EQ(client.ask(toggle, {0x11223344}), Code::OK);
  const Bytes first{1, 0x44, 0x33, 0, 0, 0, 0, 0x5E, 1, 3, 'a', 0, 'b', 0, 0, 0, 0x5E, 1, 0, 0, 1, 0, 0, 0};
  EXPECT_EQ(client.data(), first);
  EXPECT_EQ(client.ask(toggle), Code::OK);
  EXPECT_EQ(client.data().at(20), 2) << "the second time";
}

TEST(Canned, TimeIsTheCameras) {
  Toy toy("data = '{milliseconds}{time}'\n");
  Play client(toy.stage.camera());
  toy.wait(1500ms);
  EXPECT_EQ(client.ask(toggle), Code::OK);
  ptp::Reader reader(client.data());
  EXPECT_EQ(reader.integer<u32>("ms"), 1500u);
  EXPECT_EQ(reader.string("time"), toy.stage.camera().now().to_string());
}

TEST(Canned, AFrameIsAPicture) {
  Toy toy("data = '0102 {frame}'\n");
  Play client(toy.stage.camera());
  EXPECT_EQ(client.ask(toggle), Code::OK);
  ASSERT_GT(client.data().size(), 1000u);
  EXPECT_EQ(client.data().at(2), 0xFF);
  EXPECT_EQ(client.data().at(3), 0xD8);
}

TEST(Canned, ParametersAreFilledIn) {
  Toy toy("params = [7, \"{param2}\", \"{FNumber}\"]\n");
  Play client(toy.stage.camera());
  EXPECT_EQ(client.ask(toggle, {1, 2}), Code::OK);
  EXPECT_THAT(client.params(), ElementsAre(7, 2, 350));
  EXPECT_FALSE(client.had_data());
}

TEST(Canned, CasesGoByParametersAndProperties) {
  Toy toy(R"(
[[operation.case]]
when = { param1 = [1, 2] }
response = "DeviceBusy"
[[operation.case]]
when = { param1 = 3, FNumber = 350 }
data = "33"
set = { FNumber = 400 }
)");
  Play client(toy.stage.camera());
  EXPECT_EQ(client.ask(toggle, {1}), Code::DeviceBusy);
  EXPECT_EQ(client.ask(toggle, {2}), Code::DeviceBusy);
  EXPECT_EQ(client.ask(toggle, {3}), Code::OK);
  EXPECT_EQ(client.data(), Bytes{0x33});
  EXPECT_EQ(client.ask(toggle, {3}), Code::OK) << "f/4 by now";
  EXPECT_FALSE(client.had_data());
  EXPECT_EQ(client.ask(toggle), Code::OK);
}

TEST(Canned, SetsPropertiesThatOnlyTheCameraMaySet) {
  Toy toy("set = { FNumber = \"{param1}\" }\n");
  Play client(toy.stage.camera()), other(toy.stage.camera());
  EXPECT_EQ(client.ask(toggle, {400}), Code::OK);
  EXPECT_EQ(toy.stage.camera().properties().integer(Prop::FNumber), 400);
  EXPECT_THAT(other.events(), ElementsAre(event(Event::DevicePropChanged, {0x5007})));
  EXPECT_THAT(client.events(), IsEmpty()) << "it did it itself";
  EXPECT_EQ(client.ask(toggle, {500}), Code::InvalidParameter);
  EXPECT_EQ(client.ask(toggle, {0x10000 + 350}), Code::InvalidParameter);
  EXPECT_EQ(toy.stage.camera().properties().integer(Prop::FNumber), 400);
}

TEST(Canned, SetsAPropertyToTheDataThatWereSent) {
  Toy toy("set = { FNumber = \"{data}\", Artist = \"{time}\" }\n");
  Play client(toy.stage.camera());
  EXPECT_EQ(client.send(toggle, {}, bytes<u16>(400)), Code::OK);
  EXPECT_EQ(toy.stage.camera().properties().integer(Prop::FNumber), 400);
  EXPECT_EQ(toy.stage.camera().properties().get(0x500B + 0x15), std::nullopt);
  EXPECT_EQ(client.send(toggle, {}, bytes<u16>(500)), Code::InvalidDevicePropValue);
  EXPECT_EQ(client.send(toggle, {}, bytes<u32>(350)), Code::InvalidDevicePropFormat);
  EXPECT_EQ(client.send(toggle, {}, {}), Code::InvalidDevicePropFormat);
  EXPECT_EQ(client.send(toggle, {}, Bytes(100'000)), Code::InvalidDataSet);
  EXPECT_EQ(client.ask(toggle), Code::InvalidDevicePropFormat) << "announced no data";
  EXPECT_EQ(toy.stage.camera().properties().integer(Prop::FNumber), 400);
}

TEST(Canned, EventsFollowTheAnswer) {
  Toy toy(R"(
delay = "20ms"
[[operation.event]]
code = 0xC001
params = [1, "{param1}", "{count}"]
[[operation.event]]
code = "CaptureComplete"
delay = "1s"
)");
  Play client(toy.stage.camera()), other(toy.stage.camera());
  EXPECT_EQ(client.ask(toggle, {9}), Code::OK);
  toy.wait(19ms);
  EXPECT_THAT(client.events(), IsEmpty());
  toy.wait(1ms);
  EXPECT_THAT(client.events(), ElementsAre(event(0xC001, {1, 9, 1})));
  toy.wait(1s);
  EXPECT_THAT(client.events(), ElementsAre(event(Event::CaptureComplete)));
  EXPECT_THAT(other.events(), ElementsAre(event(0xC001, {1, 9, 1}), event(Event::CaptureComplete)));
}

TEST(Canned, EventsOfACameraThatIsGoneGoNowhere) {
  FakeClock clock;
  {
    Camera camera(profile("[[operation.event]]\ncode = 0xC001\ndelay = \"1s\"\n"), {}, clock);
    Play client(camera);
    EXPECT_EQ(client.ask(toggle), Code::OK);
  }
  clock.advance(2s);
}

TEST(Canned, MakesAnObject) {
  Toy toy(R"(
params = ["{handle}"]
[operation.object]
folder = "DCIM/123TOYED"
name = "TOY_%04u.JPG"
first = 5
width = 160
height = 120
[[operation.event]]
code = "ObjectAdded"
params = ["{handle}"]
)");
  Play client(toy.stage.camera());
  EXPECT_EQ(client.ask(toggle), Code::OK);
  const auto first = client.params().at(0);
  EXPECT_EQ(client.ask(toggle), Code::OK);
  const auto second = client.params().at(0);
  toy.wait(0ms);
  EXPECT_THAT(client.events(), ElementsAre(event(Event::ObjectAdded, {first}), event(Event::ObjectAdded, {second})));
  EXPECT_EQ(client.info(first).filename, "TOY_0005.JPG");
  EXPECT_EQ(client.info(second).filename, "TOY_0006.JPG");
  EXPECT_EQ(client.info(first).image_pix_width, 160u);
  EXPECT_EQ(client.info(client.info(first).parent_object).filename, "123TOYED");
}

TEST(Canned, AnObjectMayNotFit) {
  Toy toy("[operation.object]\nname = \"A.BIN\"\nformat = \"Undefined\"\nsize = \"600KiB\"\n");
  Play client(toy.stage.camera());
  EXPECT_EQ(client.ask(toggle), Code::OK);
  EXPECT_EQ(client.info(client.find("A.BIN")).object_compressed_size, 600u << 10);
  EXPECT_EQ(client.ask(toggle), Code::StoreFull);
}

TEST(Canned, ReleasesTheShutter) {
  Toy toy("capture = true\ndata = \"01\"\n");
  Play client(toy.stage.camera());
  EXPECT_EQ(client.ask(toggle), Code::OK);
  EXPECT_EQ(client.ask(toggle), Code::DeviceBusy);
  EXPECT_FALSE(client.had_data());
  toy.wait(1s);
  const auto events = client.events();
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back().code, 0x400D);
}

TEST(Canned, NeedsASession) {
  Toy toy("data = \"01\"\n");
  Play client(toy.stage.camera(), Play::WithoutSession{});
  EXPECT_EQ(client.ask(toggle), Code::SessionNotOpen);
}

}  // namespace
}  // namespace stuntcam::tests
