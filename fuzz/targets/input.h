// What the targets share: how an input becomes the numbers and bytes that a target asks for, and how one says that a
// rule does not hold.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "ptp/bytes.h"

// Each target defines it: one input. libFuzzer calls it, or driver.cpp with files.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace stuntcam::fuzz {

// Ends the program with the rule that is broken, and so makes the input a finding.
inline void require(bool holds, std::string_view rule) {
  if (holds) return;
  std::fprintf(stderr, "the rule does not hold: %.*s\n", static_cast<int>(rule.size()), rule.data());
  std::abort();
}

// An input, taken from its front. Where it has run out there are zeros, and no more bytes.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : left_(data, size) {}

  template <class T>
  T number() {
    T value{};
    const View taken = bytes(sizeof(T));
    if (!taken.empty()) std::memcpy(&value, taken.data(), taken.size());
    return value;
  }
  // 0 to `count` - 1.
  std::size_t below(std::size_t count) { return count == 0 ? 0 : number<u8>() % count; }
  bool flag() { return (number<u8>() & 1) != 0; }
  // As many as are left, if those are fewer.
  View bytes(std::size_t count) {
    const View taken = left_.first(count < left_.size() ? count : left_.size());
    left_ = left_.subspan(taken.size());
    return taken;
  }
  View rest() { return bytes(left_.size()); }
  bool empty() const { return left_.empty(); }

 private:
  View left_;
};

inline std::string_view text(View bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace stuntcam::fuzz
