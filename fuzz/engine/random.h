// Chance that follows from a seed: SplitMix64, a published public-domain generator.
#pragma once

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
  u64 next() { return mixed(state_++); }
  u64 below(u64 count) { return count == 0 ? 0 : next() % count; }  // 0 to count - 1
  bool one_in(u64 count) { return below(count) == 0; }
  template <class List>
  const auto& pick(const List& list) {
    return list[static_cast<std::size_t>(below(std::size(list)))];
  }

 private:
  u64 state_;
};

}  // namespace stuntcam::fuzz
