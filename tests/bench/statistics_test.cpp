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

// As its ends; {} where there is none.
std::vector<double> interval(std::size_t count, int looks = 1) {
  std::vector<double> values;
  for (std::size_t n = count; n > 0; --n) values.push_back(static_cast<double>(n));
  const auto found = median_interval(values, looks);
  return found ? std::vector{found->low, found->high} : std::vector<double>{};
}

TEST(Statistics, SaysWhereTheMedianLiesOnlyAsSurelyAsTheNumberOfValuesAllows) {
  using Ends = std::vector<double>;
  EXPECT_EQ(interval(0), Ends());
  EXPECT_EQ(interval(5), Ends());
  EXPECT_EQ(interval(6), (Ends{1, 6}));
  EXPECT_EQ(interval(7), (Ends{1, 7}));
  EXPECT_EQ(interval(9), (Ends{2, 8})) << "with 96 %";
  EXPECT_EQ(interval(15), (Ends{4, 12}));
}

TEST(Statistics, IsLessSureWhereSomebodyLooksAgain) {
  using Ends = std::vector<double>;
  EXPECT_EQ(interval(6, 3), Ends());
  EXPECT_EQ(interval(7, 3), (Ends{1, 7}));
  EXPECT_EQ(interval(15, 3), (Ends{3, 13}));
  EXPECT_EQ(interval(31, 3), (Ends{9, 23}));
}

TEST(Statistics, MeasuresSpreadByTheMiddleHalf) {
  EXPECT_EQ(spread({10, 10, 10, 10, 1000}), 0);
  EXPECT_DOUBLE_EQ(spread({8, 9, 10, 11, 12}), 0.1);
}

}  // namespace
}  // namespace stuntcam::bench
