// Numbers and bytes to stand where others were.
#pragma once

#include <array>

#include "fuzz/engine/random.h"
#include "ptp/writer.h"

namespace stuntcam::fuzz {

// Numbers at which arithmetic goes wrong; cut to the size of a field.
inline constexpr std::array<u64, 20> edges{0,          1,          2,          3,          0x7F,       0x80,   0xFE,
                                           0xFF,       0x100,      0x7FFF,     0x8000,     0xFFFE,     0xFFFF, 0x10000,
                                           0x20000001, 0x3FFFFFFF, 0x40000000, 0x7FFFFFFF, 0x80000000, ~u64{0}};

template <class T>
Bytes bytes_of(T value) {
  Bytes out;
  ptp::Writer(out).integer(value);
  return out;
}

Bytes number_of(u64 value, std::size_t size);
u64 number_at(View);  // of its first eight bytes
u64 other_number(Random&, u64 was);
// Where sizes and counts are, other mistakes are made than elsewhere.
u64 other_count(Random&, u64 was);
Bytes random_bytes(Random&, std::size_t count);

}  // namespace stuntcam::fuzz
