// Appending little-endian fields to bytes.
#pragma once

#include <cstring>
#include <string_view>

#include "ptp/bytes.h"

namespace stuntcam::ptp {

class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) {}

  template <class T>
  void integer(T value) {
    const auto at = out_.size();
    out_.resize(at + sizeof(T));
    std::memcpy(out_.data() + at, &value, sizeof(T));
  }
  void bytes(View view) { out_.insert(out_.end(), view.begin(), view.end()); }
  // A PTP string from UTF-8: count byte, UTF-16LE units, terminator; "" is one zero byte. What is longer than the 254
  // characters that the count byte allows is cut there (never inside a surrogate pair).
  void string(std::string_view utf8);

 private:
  template <class Text>
  void counted(Text content);
  Bytes& out_;
};

}  // namespace stuntcam::ptp
