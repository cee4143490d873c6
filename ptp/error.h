// What went wrong with bytes from the wire. Decoding never throws.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace stuntcam::ptp {

struct Error {
  std::string_view field;         // the field's name in the data set or packet: always a literal
  std::size_t offset = 0;         // where that field begins, in bytes from the start of what was decoded
  std::string_view problem;       // "cut short", "count 4000000000 needs more bytes than there are", …: a literal
  std::string to_string() const;  // "MaxCapacity at byte 6: cut short"
};

template <class T>
using Expected = std::expected<T, Error>;

}  // namespace stuntcam::ptp
