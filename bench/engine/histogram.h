// Times in buckets whose width is a share of the time: percentiles of any number of values in constant memory, with the
// same relative precision from nanoseconds to minutes (as Gil Tene's HdrHistogram does).
#pragma once

#include <vector>

#include "ptp/bytes.h"

namespace stuntcam::bench {

class Histogram {
 public:
  // Buckets are at most this share of their values wide: 1/128.
  static constexpr unsigned precision_bits = 7;

  void add(u64 value);
  void add(const Histogram&);
  u64 count() const { return count_; }
  u64 least() const { return count_ == 0 ? 0 : least_; }
  u64 greatest() const { return greatest_; }
  double mean() const;
  // The value that so many of a hundred do not exceed, as the upper end of its bucket; 0 of nothing.
  u64 percentile(double percent) const;
  // How many fell into each bucket that is not empty, by its upper end.
  struct Bucket {
    u64 upper = 0, count = 0;
  };
  std::vector<Bucket> buckets() const;

 private:
  static std::size_t index(u64 value);
  static u64 upper_end(std::size_t index);

  std::vector<u64> counts_;  // as many as the greatest value needs
  u64 count_ = 0, least_ = ~u64{0}, greatest_ = 0;
  double sum_ = 0;
};

}  // namespace stuntcam::bench
