#include "bench/engine/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stuntcam::bench {
namespace {

using testing::HasSubstr;

Series download() {
  Series series;
  series.name = "download/4MiB";
  series.size = 4u << 20;
  for (const double seconds : {0.1, 0.2, 0.4}) series.repetitions.push_back({seconds, seconds / 10, 4u << 20, 0});
  return series;
}

Series trips() {
  Series series;
  series.name = "property/get";
  series.item = "round trips";
  series.repetitions.push_back({1, 0.5, 0, 100});
  for (u64 n = 1; n <= 100; ++n) series.steps.add(n * 1'000'000);
  return series;
}

Series refused() {
  Series series;
  series.name = "upload/8MiB";
  series.problem = "the camera answered StoreReadOnly";
  return series;
}

TEST(Report, HasAnEntryForEachRepetitionAndTheAggregates) {
  const auto json = google_benchmark({download()}, {{"target", "x"}});
  EXPECT_EQ(json["context"]["target"], "x");
  const auto& all = json["benchmarks"];
  ASSERT_EQ(all.size(), 6u);
  EXPECT_EQ(all[1]["run_type"], "iteration");
  EXPECT_EQ(all[1]["repetition_index"], 1);
  EXPECT_DOUBLE_EQ(all[1]["real_time"], 0.2e9);
  EXPECT_DOUBLE_EQ(all[1]["bytes_per_second"], 5 * (4u << 20));
  EXPECT_EQ(all[4]["name"], "download/4MiB_median");
  EXPECT_EQ(all[4]["run_name"], "download/4MiB");
  EXPECT_EQ(all[4]["aggregate_name"], "median");
  EXPECT_DOUBLE_EQ(all[4]["real_time"], 0.2e9);
}

TEST(Report, CountsStepsAsIterationsAndTellsTheirPercentiles) {
  const auto json = google_benchmark({trips()}, {});
  const auto& all = json["benchmarks"];
  EXPECT_EQ(all[0]["iterations"], 100);
  EXPECT_DOUBLE_EQ(all[0]["real_time"], 1e7);
  EXPECT_DOUBLE_EQ(all[0]["items_per_second"], 100);
  EXPECT_NEAR(all[2]["p99_ns"].get<double>(), 99e6, 1e6);
}

TEST(Report, SaysWhatCouldNotBeMeasured) {
  const auto json = google_benchmark({refused()}, {});
  ASSERT_EQ(json["benchmarks"].size(), 1u);
  EXPECT_EQ(json["benchmarks"][0]["error_occurred"], true);
  EXPECT_EQ(json["benchmarks"][0]["error_message"], "the camera answered StoreReadOnly");
  EXPECT_FALSE(json["benchmarks"][0].contains("real_time"));
  EXPECT_THAT(table_line(refused()), HasSubstr("StoreReadOnly"));
}

TEST(Report, ShowsMedianAndSpreadInItsTable) {
  EXPECT_THAT(table_line(download()), HasSubstr("20 MiB/s"));
  EXPECT_THAT(table_line(trips()), HasSubstr("100 round trips/s"));
}

TEST(Report, PlotsThroughputBySizeAndTimesByShare) {
  const auto all = plots({download(), trips(), refused()});
  ASSERT_EQ(all.size(), 2u);
  ASSERT_EQ(all[0].lines.size(), 1u);
  EXPECT_EQ(all[0].lines[0].name, "download");
  EXPECT_DOUBLE_EQ(all[0].lines[0].points.at(0).second, 20);
  ASSERT_EQ(all[1].lines.size(), 1u);
  EXPECT_EQ(all[1].lines[0].name, "property/get");
}

}  // namespace
}  // namespace stuntcam::bench
