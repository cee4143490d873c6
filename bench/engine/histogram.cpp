#include "bench/engine/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace stuntcam::bench {
namespace {

// Values below this have a bucket each; then every doubling has half as many buckets, of twice the width.
constexpr u64 exact = u64{2} << Histogram::precision_bits;
constexpr u64 half = exact / 2;

}  // namespace

std::size_t Histogram::index(u64 value) {
  if (value < exact) return static_cast<std::size_t>(value);
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - std::bit_width(exact - 1);
  return static_cast<std::size_t>(exact + (shift - 1) * half + ((value >> shift) - half));
}

u64 Histogram::upper_end(std::size_t index) {
  if (index < exact) return index;
  const u64 above = index - exact;
  const auto shift = static_cast<unsigned>(above / half) + 1;
  return ((half + above % half + 1) << shift) - 1;
}

void Histogram::add(u64 value) {
  const auto at = index(value);
  if (at >= counts_.size()) counts_.resize(at + 1);
  ++counts_[at];
  ++count_;
  least_ = std::min(least_, value);
  greatest_ = std::max(greatest_, value);
  sum_ += static_cast<double>(value);
}

void Histogram::add(const Histogram& other) {
  if (other.counts_.size() > counts_.size()) counts_.resize(other.counts_.size());
  for (std::size_t n = 0; n < other.counts_.size(); ++n) counts_[n] += other.counts_[n];
  count_ += other.count_;
  least_ = std::min(least_, other.least_);
  greatest_ = std::max(greatest_, other.greatest_);
  sum_ += other.sum_;
}

double Histogram::mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

u64 Histogram::percentile(double percent) const {
  if (count_ == 0) return 0;
  const auto wanted = std::max<u64>(1, static_cast<u64>(std::ceil(percent / 100 * static_cast<double>(count_))));
  u64 seen = 0;
  for (std::size_t n = 0; n < counts_.size(); ++n) {
    seen += counts_[n];
    if (seen >= wanted) return std::min(upper_end(n), greatest_);
  }
  return greatest_;
}

std::vector<Histogram::Bucket> Histogram::buckets() const {
  std::vector<Bucket> all;
  for (std::size_t n = 0; n < counts_.size(); ++n)
    if (counts_[n] != 0) all.push_back({upper_end(n), counts_[n]});
  return all;
}

}  // namespace stuntcam::bench
