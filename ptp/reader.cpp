#include "ptp/reader.h"

#include <algorithm>

#include "ptp/text.h"

namespace stuntcam::ptp {

std::string Reader::string(std::string_view field) {
  const auto begin = at_;
  const auto units = integer<u8>(field);
  const auto raw = bytes(field, std::size_t{2} * units);
  if (error_) {
    if (at_ > begin) error_->offset = begin;  // not that of the units
    return {};
  }
  std::u16string text(units, u'\0');
  if (!raw.empty()) std::memcpy(text.data(), raw.data(), raw.size());
  // Some cameras leave stale memory behind the terminator.
  return utf8_from_utf16(string_content(text));
}

u32 Reader::count(std::string_view field, std::size_t element_size) {
  const auto begin = at_;
  const auto elements = integer<u32>(field);
  if (ok() && elements > rest().size() / std::max<std::size_t>(element_size, 1)) {
    at_ = begin;
    fail(field, "counts more elements than there are bytes for");
    return 0;
  }
  return elements;
}

}  // namespace stuntcam::ptp
