#include "bench/engine/statistics.h"

#include <algorithm>
#include <cmath>

namespace stuntcam::bench {
namespace {

constexpr double tail = 0.025;  // on each side of an interval of 95 %

// How many of the sorted values can be left out on each side: as long as it is unlikely, as tossing a coin, that
// so few lie there. Nothing: not even that all of them lie on one side is unlikely enough.
std::optional<std::size_t> left_out(std::size_t count, double unlikely) {
  double probability = std::pow(0.5, static_cast<double>(count)), below = 0;  // of exactly k heads; of at most k
  std::optional<std::size_t> out;
  for (std::size_t k = 0;; ++k) {
    below += probability;
    if (below > unlikely) return out;
    out = k;
    probability *= static_cast<double>(count - k) / static_cast<double>(k + 1);
  }
}

}  // namespace

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto index = static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)));
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(index));
  return values[index];
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::optional<Interval> median_interval(std::vector<double> values, int looks) {
  const auto skip = left_out(values.size(), tail / looks);
  if (!skip) return std::nullopt;
  std::ranges::sort(values);
  return Interval{values[*skip], values[values.size() - 1 - *skip]};
}

double spread(const std::vector<double>& values) {
  const double middle = median(values);
  if (middle == 0) return 0;
  return std::abs((percentile(values, 0.75) - percentile(values, 0.25)) / 2 / middle);
}

}  // namespace stuntcam::bench
