// What many measurements come to.
#pragma once

#include <optional>
#include <vector>

namespace stuntcam::bench {

double percentile(std::vector<double> values, double share);  // 0 of nothing
double median(std::vector<double> values);

struct Interval {
  double low = 0, high = 0;
};
// Where the median of all possible measurements lies, with a confidence of 95 % and whatever their distribution:
// between two of the sorted values. Nothing where they are too few to tell: below six. Who may stop at several numbers
// of values, when he likes what he sees, errs as many times: each of so many looks has its share of the 5 %.
std::optional<Interval> median_interval(std::vector<double> values, int looks = 1);
// Half the width of what the middle half of the values covers, as a share of the median: 0.02 is "± 2 %".
double spread(const std::vector<double>& values);

}  // namespace stuntcam::bench
