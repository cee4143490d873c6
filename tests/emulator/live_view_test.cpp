#include "emulator/live_view.h"

#include "tests/emulator/play.h"

namespace stuntcam::tests {
namespace {

using std::chrono::milliseconds;

struct LiveViewStage : Stage {
  LiveViewStage() { profile.timing.live_view_rate = 10; }
};

TEST(LiveView, FramesAreJpegsThatMove) {
  LiveViewStage stage;
  auto& live_view = stage.camera().live_view();
  EXPECT_FALSE(live_view.on());
  live_view.start();
  EXPECT_TRUE(live_view.on());
  const auto first = live_view.frame();
  ASSERT_GT(first->size(), 100u);
  EXPECT_EQ((*first)[0], 0xFF);
  EXPECT_EQ((*first)[1], 0xD8);
  stage.clock.advance(milliseconds(100));
  EXPECT_NE(*live_view.frame(), *first);
}

TEST(LiveView, EverybodyGetsTheSameFrameWithinItsTime) {
  LiveViewStage stage;
  auto& live_view = stage.camera().live_view();
  live_view.start();
  const auto first = live_view.frame();
  stage.clock.advance(milliseconds(99));
  EXPECT_EQ(live_view.frame(), first);  // the very same bytes, not made again
  stage.clock.advance(milliseconds(1));
  EXPECT_NE(live_view.frame(), first);
}

TEST(LiveView, FollowsTheClockNotTheAsking) {
  LiveViewStage asked_often, asked_once;
  asked_often.camera().live_view().start();
  asked_once.camera().live_view().start();
  for (int i = 0; i < 5; ++i) {
    asked_often.camera().live_view().frame();
    asked_often.clock.advance(milliseconds(100));
  }
  asked_once.clock.advance(milliseconds(500));
  EXPECT_EQ(*asked_often.camera().live_view().frame(), *asked_once.camera().live_view().frame());
}

TEST(LiveView, StartsAtItsBeginningAgain) {
  LiveViewStage stage;
  auto& live_view = stage.camera().live_view();
  const auto then = stage.camera().now();
  live_view.start();
  const auto first = live_view.frame();
  stage.clock.advance(milliseconds(1234));
  live_view.stop();
  EXPECT_FALSE(live_view.on());
  stage.camera().set_time(then);  // the date is in the picture
  live_view.start();
  EXPECT_EQ(*live_view.frame(), *first);
}

}  // namespace
}  // namespace stuntcam::tests
