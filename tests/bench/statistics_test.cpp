#include "bench/engine/statistics.h"

#include <gtest/gtest.h>

namespace stuntcam::bench {
namespace {

TEST(Statistics, TakesTheMiddle) {
  EXPECT_EQ(median({}), 0);
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
}

TEST(Statistics, TakesPercentilesOfWhatThereIs) {
  std::vector<double> values;
  for (int n = 100; n >= 0; --n) values.push_back(n);
  EXPECT_EQ(percentile(values, 0.99), 99);
  EXPECT_EQ(percentile(values, 0), 0);
  EXPECT_EQ(percentile(values, 1), 100);
}

TEST(Statistics, SaysWhereTheMedianLiesOnlyAsSurelyAsTheNumberOfValuesAllows) {
  const auto few = median_interval({5, 1, 3});
  EXPECT_EQ(few.low, 1);
  EXPECT_EQ(few.high, 5);
  const auto seven = median_interval({7, 6, 5, 4, 3, 2, 1});
  EXPECT_EQ(seven.low, 1);
  EXPECT_EQ(seven.high, 7);
  // Of nine, the second and the eighth: with 96 %.
  const auto nine = median_interval({9, 8, 7, 6, 5, 4, 3, 2, 1});
  EXPECT_EQ(nine.low, 2);
  EXPECT_EQ(nine.high, 8);
}

TEST(Statistics, MeasuresSpreadByTheMiddleHalf) {
  EXPECT_EQ(spread({10, 10, 10, 10, 1000}), 0);
  EXPECT_DOUBLE_EQ(spread({8, 9, 10, 11, 12}), 0.1);
}

}  // namespace
}  // namespace stuntcam::bench
