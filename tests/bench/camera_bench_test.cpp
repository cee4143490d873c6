#include "bench/engine/camera_bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/bench/stand.h"

namespace stuntcam::bench {
namespace {

using testing::HasSubstr;
using tests::Stand;
using tests::StandSubject;

Plan brief() {
  Plan plan;
  plan.repetitions = 2;
  plan.warm_up = 0;
  plan.round_trips = 5;
  plan.upload = 100'000;
  plan.live_view = std::chrono::milliseconds(50);
  plan.chunks = {64u << 10};
  return plan;
}

std::map<std::string, Series> measured(Subject& subject, const Plan& plan) {
  std::map<std::string, Series> all;
  measure(subject, plan, [&](const Series& series) { all[series.name] = series; });
  return all;
}

TEST(CameraBench, MeasuresAllThatACameraCanDo) {
  const Stand stand("generic");
  StandSubject subject(stand.port());
  const auto all = measured(subject, brief());
  for (const auto* name : {"partial/64KiB", "upload/97.7KiB", "listing/handles", "listing/info", "property/get",
                           "property/describe", "property/set", "event/probe"}) {
    ASSERT_TRUE(all.contains(name)) << name;
    EXPECT_EQ(all.at(name).problem, "") << name;
    EXPECT_EQ(all.at(name).repetitions.size(), 2u) << name;
  }
  EXPECT_EQ(all.at("upload/97.7KiB").repetitions[0].bytes, 100'000u);
  EXPECT_EQ(all.at("property/get").steps.count(), 10u);
  EXPECT_THAT(all.at("live-view").problem, HasSubstr("no live view"));
  const auto downloads =
      std::ranges::count_if(all, [](const auto& each) { return each.first.starts_with("download/"); });
  EXPECT_GT(downloads, 1);
}

TEST(CameraBench, LeavesTheCameraAsItWas) {
  const Stand stand("generic");
  StandSubject subject(stand.port());
  const auto before = subject.camera().run(subject.camera().session().object_handles());
  measured(subject, brief());
  EXPECT_EQ(subject.camera().run(subject.camera().session().object_handles()), before);
}

TEST(CameraBench, ChangesNothingWhenToldSo) {
  const Stand stand("generic");
  StandSubject subject(stand.port());
  auto plan = brief();
  plan.changes = false;
  for (const auto& [name, series] : measured(subject, plan)) {
    EXPECT_FALSE(name.starts_with("upload")) << name;
    EXPECT_NE(name, "property/set");
  }
}

TEST(CameraBench, TakesWhatIsAskedForAlone) {
  const Stand stand("generic");
  StandSubject subject(stand.port());
  auto plan = brief();
  plan.only = {"property"};
  std::vector<std::string> names;
  for (const auto& [name, series] : measured(subject, plan)) names.push_back(name);
  EXPECT_THAT(names, testing::ElementsAre("property/describe", "property/get", "property/set"));
}

TEST(CameraBench, SaysInTheRowWhatTheCameraRefuses) {
  const Stand stand("generic");
  StandSubject subject(stand.port());
  auto plan = brief();
  plan.object = 0x7777;
  plan.only = {"download", "property/get"};
  const auto all = measured(subject, plan);
  EXPECT_THAT(all.at("download").problem, HasSubstr("InvalidObjectHandle"));
  EXPECT_EQ(all.at("property/get").problem, "");
}

TEST(CameraBench, GoesOnWhenTheCameraIsGone) {
  Stand stand("generic");
  StandSubject subject(stand.port());
  std::vector<Series> all;
  measure(subject, brief(), [&](const Series& series) {
    all.push_back(series);
    stand.stop();
  });
  ASSERT_GT(all.size(), 5u);
  EXPECT_EQ(all.front().problem, "");
  for (std::size_t n = 1; n < all.size(); ++n) EXPECT_NE(all[n].problem, "") << all[n].name;
}

}  // namespace
}  // namespace stuntcam::bench
