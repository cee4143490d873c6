// Chance that follows from a seed: SplitMix64, a published public-domain generator. Or from bytes that somebody else
// draws.
#pragma once

#include <algorithm>
#include <optional>

#include "ptp/bytes.h"

namespace stuntcam::fuzz {

constexpr u64 mixed(u64 number) {
  number += 0x9E3779B97F4A7C15;
  number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9;
  number = (number ^ (number >> 27)) * 0x94D049BB133111EB;
  return number ^ (number >> 31);
}

class Random {
 public:
  explicit Random(u64 seed) : state_(mixed(seed)) {}
  // Each draw takes the next bytes, as few as its range needs; zeros behind the last. Borrowed.
  explicit Random(View given) : given_(given) {}
  u64 next() { return given_ ? take(sizeof(u64)) : mixed(state_++); }
  u64 below(u64 count) {  // 0 to count - 1
    if (count <= 1) return 0;
    return (given_ ? take(count <= 0x100 ? 1 : count <= 0x1'0000 ? 2 : sizeof(u64)) : next()) % count;
  }
  bool one_in(u64 count) { return below(count) == 0; }
  template <class List>
  const auto& pick(const List& list) {
    return list[static_cast<std::size_t>(below(std::size(list)))];
  }

 private:
  u64 take(std::size_t size) {
    const auto now = given_->first(std::min(size, given_->size()));
    given_ = given_->subspan(now.size());
    u64 value = 0;
    for (std::size_t i = 0; i < now.size(); ++i) value |= u64{now[i]} << (8 * i);
    return value;
  }

  u64 state_ = 0;
  std::optional<View> given_;
};

}  // namespace stuntcam::fuzz
