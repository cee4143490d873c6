#include "bench/engine/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace stuntcam::bench {
namespace {

TEST(Histogram, KnowsNothingOfNothing) {
  const Histogram none;
  EXPECT_EQ(none.count(), 0u);
  EXPECT_EQ(none.percentile(50), 0u);
  EXPECT_EQ(none.least(), 0u);
  EXPECT_TRUE(none.buckets().empty());
}

TEST(Histogram, IsExactWhereValuesAreSmall) {
  Histogram histogram;
  for (u64 n = 0; n < 256; ++n) histogram.add(n);
  for (u64 n = 1; n <= 100; ++n)
    EXPECT_EQ(histogram.percentile(static_cast<double>(n)),
              static_cast<u64>(std::ceil(2.56 * static_cast<double>(n))) - 1);
}

TEST(Histogram, IsWithinAShareOfEveryValue) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> distribution(12, 3);
  std::vector<u64> values;
  Histogram histogram;
  for (int n = 0; n < 20000; ++n) {
    values.push_back(static_cast<u64>(distribution(random)));
    histogram.add(values.back());
  }
  std::ranges::sort(values);
  for (const double percent : {1.0, 10.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
    const auto exact = static_cast<double>(values[static_cast<std::size_t>(std::ceil(percent / 100 * 20000)) - 1]);
    EXPECT_NEAR(static_cast<double>(histogram.percentile(percent)), exact, exact / 128 + 1) << percent;
  }
  EXPECT_EQ(histogram.greatest(), values.back());
  EXPECT_EQ(histogram.least(), values.front());
}

TEST(Histogram, TakesTheLargestValueThereIs) {
  Histogram histogram;
  histogram.add(~u64{0});
  EXPECT_EQ(histogram.percentile(100), ~u64{0});
}

TEST(Histogram, AddsAnother) {
  Histogram one, other;
  one.add(10);
  other.add(1'000'000);
  other.add(20);
  one.add(other);
  EXPECT_EQ(one.count(), 3u);
  EXPECT_EQ(one.percentile(50), 20u);
  EXPECT_EQ(one.greatest(), 1'000'000u);
  EXPECT_EQ(one.buckets().size(), 3u);
}

}  // namespace
}  // namespace stuntcam::bench
