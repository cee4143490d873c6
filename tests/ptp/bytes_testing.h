// Bytes for tests: written as hex, and damaged in every way there is.
#pragma once

#include <string_view>

#include "ptp/bytes.h"

namespace stuntcam::ptp {

// "0C00 0000" → 0C 00 00 00. Blanks are for the reader.
inline Bytes hex(std::string_view text) {
  Bytes out;
  int high = -1;
  for (const char c : text) {
    if (c == ' ' || c == '\n') continue;
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<u8>(high * 16 + digit));
      high = -1;
    }
  }
  return out;
}

// Calls check(Bytes) with every prefix of the bytes and with every one-byte change of them. Each is in an allocation of
// its own size, so that AddressSanitizer sees a read past its end.
template <class Check>
void for_each_damage(const Bytes& bytes, Check check) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    check(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  auto damaged = bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int change = 1; change < 256; ++change) {
      damaged[i] = static_cast<u8>(bytes[i] ^ change);
      check(damaged);
    }
    damaged[i] = bytes[i];
  }
}

}  // namespace stuntcam::ptp
