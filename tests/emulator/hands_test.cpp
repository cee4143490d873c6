// What people and time do to a camera.
#include "emulator/hands.h"

#include "tests/emulator/play.h"

namespace stuntcam::tests {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

transport::Fault fault(std::string_view spec) {
  auto parsed = transport::parse_fault(spec);
  EXPECT_TRUE(parsed) << spec;
  return parsed.value_or(transport::Fault{});
}

struct HandsStage : Stage {
  explicit HandsStage() : hands(camera()), client(camera()) {}
  void act(std::string_view spec) {
    EXPECT_EQ("", hands.problem(fault(spec))) << spec;
    hands.act(fault(spec));
  }
  i64 level() { return camera().properties().integer(Prop::BatteryLevel); }
  emulator::Hands hands;
  Play client;
};

TEST(Hands, TheBatteryRunsDownStepByStep) {
  HandsStage stage;
  stage.act("battery:to=50,for=50s");
  stage.clock.advance(25s);
  EXPECT_EQ(75, stage.level());
  stage.clock.advance(25s);
  EXPECT_EQ(50, stage.level());
  EXPECT_FALSE(stage.client.closed());
  stage.act("battery:to=40");
  EXPECT_EQ(40, stage.level()) << "at once";
  stage.act("battery:to=0");
  stage.clock.advance(0s);
  EXPECT_TRUE(stage.client.closed()) << "an empty camera switches itself off";
}

TEST(Hands, CardsAreFullAndPulled) {
  HandsStage stage;
  stage.act("card-full:for=10s");
  EXPECT_EQ(Code::StoreFull, stage.client.ask(Op::InitiateCapture, {0, 0}));
  EXPECT_EQ(0u, stage.camera().default_store()->info().free_space_in_bytes);
  stage.clock.advance(10s);
  EXPECT_EQ(Code::OK, stage.client.ask(Op::InitiateCapture, {0, 0}));
  stage.clock.advance(10s);
  const auto handle = stage.camera().default_store()->list(0).front();
  stage.act("card-out:for=5s");
  EXPECT_EQ(Code::StoreNotAvailable, stage.client.ask(Op::GetObjectInfo, {handle}));
  stage.clock.advance(5s);
  EXPECT_EQ(Code::OK, stage.client.ask(Op::GetObjectInfo, {handle}));
}

TEST(Hands, NoLensAndTooHot) {
  HandsStage stage;
  stage.act("lens-off:for=5s");
  EXPECT_EQ(Code::GeneralError, stage.client.ask(Op::InitiateCapture, {0, 0}));
  stage.clock.advance(5s);
  EXPECT_EQ(Code::OK, stage.client.ask(Op::InitiateCapture, {0, 0}));
  stage.clock.advance(10s);
  stage.camera().live_view().start();
  stage.act("overheat:code=StoreNotAvailable");
  EXPECT_FALSE(stage.camera().live_view().on());
  EXPECT_EQ(Code::StoreNotAvailable, stage.client.ask(Op::InitiateCapture, {0, 0}));
}

TEST(Hands, PropertiesAreTurnedAndForgotten) {
  HandsStage stage;
  stage.act("battery:to=99");
  stage.act("set:property=BatteryLevel,to=42");
  EXPECT_EQ(42, stage.level());
  stage.act("forget:property=BatteryLevel,for=3s");
  EXPECT_EQ(Code::DevicePropNotSupported, stage.client.ask(Op::GetDevicePropDesc, {0x5001}));
  stage.clock.advance(3s);
  EXPECT_EQ(Code::OK, stage.client.ask(Op::GetDevicePropDesc, {0x5001}));
  EXPECT_THAT(stage.hands.problem(fault("set:property=0x5FFF,to=1")), HasSubstr("has no property"));
  EXPECT_THAT(stage.hands.problem(fault("set:property=BatteryLevel,to=full")), HasSubstr("BatteryLevel"));
  EXPECT_EQ("", stage.hands.problem(fault("forget:property=0x5FFF"))) << "nothing is easier";
}

TEST(Hands, TheClockJumps) {
  HandsStage stage;
  const auto before = stage.camera().now().seconds();
  stage.act("clock:jump=-1h");
  EXPECT_EQ(before - 3600, stage.camera().now().seconds());
}

TEST(Hands, LiveViewFreezes) {
  HandsStage stage;
  auto& live_view = stage.camera().live_view();
  live_view.start();
  const auto frame = live_view.frame();
  stage.act("freeze:for=10s");
  stage.clock.advance(9s);
  EXPECT_EQ(frame, live_view.frame());
  stage.clock.advance(1s);
  EXPECT_NE(frame, live_view.frame());
}

TEST(Hands, NothingIsUndoneOnACameraThatIsGone) {
  FakeClock clock;
  {
    Camera camera(test_profile(), {}, clock);
    emulator::Hands hands(camera);
    hands.act(fault("card-out:for=5s"));
    hands.act(fault("battery:to=0,for=5s"));
  }
  clock.advance(10s);
}

}  // namespace
}  // namespace stuntcam::tests
