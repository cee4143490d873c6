#include "bench/row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stuntcam::bench {
namespace {

using testing::HasSubstr;

Measure at_least(double limit, std::vector<double> ours, std::vector<double> bare = {}) {
  return {"throughput", "GiB/s", std::move(ours), std::move(bare), Bound::at_least, limit};
}

TEST(Measure, IsJudgedByTheIntervalOfTheRatios) {
  const std::vector<double> ones(7, 1);
  const std::vector<double> values = {0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97};
  EXPECT_EQ(at_least(0.9, values, ones).verdict(), "met");
  EXPECT_EQ(at_least(0.98, values, ones).verdict(), "missed");
  EXPECT_EQ(at_least(0.94, values, ones).verdict(), "noisy");
  EXPECT_EQ(at_least(0.9, values, std::vector<double>(7, 2)).verdict(), "missed");
  Measure at_most{"time", "µs", values, {}, Bound::at_most, 1};
  EXPECT_EQ(at_most.verdict(), "met");
  at_most.limit = 0.9;
  EXPECT_EQ(at_most.verdict(), "missed");
  at_most.bound = Bound::none;
  EXPECT_EQ(at_most.verdict(), "");
}

TEST(Measure, IsNotJudgedByFewerValuesThanCanTell) {
  EXPECT_EQ(at_least(1, {100, 100, 100, 100, 100}).verdict(), "few");
  EXPECT_EQ(at_least(1, {100, 100, 100, 100, 100, 100}).verdict(), "met");
  auto looked_at = at_least(1, {100, 100, 100, 100, 100, 100});
  looked_at.looks = 3;
  EXPECT_EQ(looked_at.verdict(), "few");
  const auto json = at_least(1, {100, 101}).json();
  EXPECT_EQ(json["verdict"], "few");
  EXPECT_EQ(json["interval"], false);
  EXPECT_EQ(json["low"], 100);
  EXPECT_EQ(json["high"], 101);
}

TEST(Measure, OfCountsThatHardlyDifferIsJudgedByAllOfThem) {
  Measure memory{"memory", "MiB", {1, 2, 3}, {}, Bound::at_most, 8, true};
  EXPECT_EQ(memory.verdict(), "met");
  EXPECT_EQ(memory.json()["interval"], false);
  memory.ours.push_back(9);
  EXPECT_EQ(memory.verdict(), "noisy");
  memory.ours = {9};
  EXPECT_EQ(memory.verdict(), "missed");
}

TEST(Measure, HasNoRatioToNothing) {
  const auto measure = at_least(0.9, {1, 1}, {1, 0});
  EXPECT_THROW((void)measure.values(), std::runtime_error);
  Row row("get", "GetObject", "a bare loop");
  EXPECT_THROW(row.add(measure), std::runtime_error);
  EXPECT_THROW(row.add(at_least(1, {})), std::runtime_error);
  EXPECT_TRUE(row.json()["measures"].empty());
}

TEST(Row, SaysWhatWasMeasured) {
  Row row("get", "GetObject", "a bare loop");
  row.add(at_least(0.9, std::vector<double>(7, 3), std::vector<double>(7, 2)));
  row.add({"memory", "MiB", {1, 2}, {}, Bound::at_most, 8, true});
  row.note("seven pairs");
  const auto text = row.text();
  EXPECT_THAT(text, HasSubstr("get: GetObject, against a bare loop"));
  EXPECT_THAT(text, HasSubstr("1.500x  1.5..1.5  at least 0.9: met"));
  EXPECT_THAT(text, HasSubstr("1..2 (of 2)  at most 8: met"));
  EXPECT_THAT(text, HasSubstr("seven pairs"));
  const auto json = row.json();
  EXPECT_EQ(json["measures"][0]["ratio"], 1.5);
  EXPECT_EQ(json["measures"][0]["interval"], true);
  EXPECT_EQ(json["notes"][0], "seven pairs");
  EXPECT_FALSE(json.contains("failed"));
  row.fail("no processor time here");
  EXPECT_THAT(row.text(), HasSubstr("could not be measured: no processor time here"));
}

}  // namespace
}  // namespace stuntcam::bench
