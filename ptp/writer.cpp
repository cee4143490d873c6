#include "ptp/writer.h"

#include <algorithm>

#include "ptp/text.h"

namespace stuntcam::ptp {

template <class Text>
void Writer::counted(Text content) {
  if (content.empty()) return integer<u8>(0);
  integer<u8>(static_cast<u8>(content.size() + 1));
  for (const auto unit : content) integer(static_cast<u16>(unit));
  integer<u16>(0);
}

void Writer::string(std::string_view utf8) {
  // Nearly always, and then nothing has to be made of it first.
  const bool ascii = std::ranges::all_of(utf8, [](char c) { return static_cast<u8>(c) - 1u < 0x7F; });
  if (ascii) return counted(utf8.substr(0, max_string_units));
  const auto units = utf16_from_utf8(utf8);
  counted(string_content(units));
}

}  // namespace stuntcam::ptp
