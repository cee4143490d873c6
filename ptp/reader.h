// Reading little-endian fields out of bytes that may be cut, wrong or hostile. All PTP integers are little-endian on
// the wire (docs/protocol.md §2).
#pragma once

#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "ptp/bytes.h"
#include "ptp/error.h"

namespace stuntcam::ptp {

// A cursor that remembers its first error: after it, every read gives zero and consumes nothing, so a decoder is a list
// of reads and one look at error() at the end.
class Reader {
 public:
  explicit Reader(View bytes) : bytes_(bytes) {}

  template <class T>
  T integer(std::string_view field) {
    T value{};
    if (!take(field, sizeof(T))) return value;
    std::memcpy(&value, bytes_.data() + at_ - sizeof(T), sizeof(T));
    return value;
  }
  View bytes(std::string_view field, std::size_t count) {
    return take(field, count) ? bytes_.subspan(at_ - count, count) : View{};
  }
  // A PTP string: a count byte, then UTF-16LE units; as UTF-8. Accepts a missing terminator and `01 00 00` for "".
  std::string string(std::string_view field);
  // The u32 count in front of an array of elements of at least element_size bytes each. A count that the remaining
  // bytes cannot hold is an error here, before anybody allocates for it.
  u32 count(std::string_view field, std::size_t element_size);

  void fail(std::string_view field, std::string_view problem) {
    if (!error_) error_ = Error{field, at_, problem};
  }
  // What was read, or the first error.
  template <class T>
  Expected<T> result(T value) const {
    if (error_) return std::unexpected(*error_);
    return value;
  }
  bool ok() const { return !error_; }
  const std::optional<Error>& error() const { return error_; }
  std::size_t offset() const { return at_; }
  View rest() const { return bytes_.subspan(at_); }

 private:
  bool take(std::string_view field, std::size_t count) {
    if (error_) return false;
    if (bytes_.size() - at_ < count) {
      fail(field, "cut short");
      return false;
    }
    at_ += count;
    return true;
  }
  View bytes_;
  std::size_t at_ = 0;
  std::optional<Error> error_;
};

}  // namespace stuntcam::ptp
