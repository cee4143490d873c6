// What many measurements come to.
#pragma once

#include <vector>

namespace stuntcam::bench {

double percentile(std::vector<double> values, double share);  // 0 of nothing
double median(std::vector<double> values);

struct Interval {
  double low = 0, high = 0;
};
// Where the median of all possible measurements lies, with a confidence of 95 % and whatever their distribution:
// between two of the sorted values. Fewer than six cannot tell: then from the least to the greatest.
Interval median_interval(std::vector<double> values);
// Half the width of what the middle half of the values covers, as a share of the median: 0.02 is "± 2 %".
double spread(const std::vector<double>& values);

}  // namespace stuntcam::bench
