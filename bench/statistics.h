// What many measurements come to.
#pragma once

#include <algorithm>
#include <vector>

namespace stuntcam::bench {

inline double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}
inline double median(std::vector<double> values) { return percentile(std::move(values), 0.5); }

}  // namespace stuntcam::bench
