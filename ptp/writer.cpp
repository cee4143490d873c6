#include "ptp/writer.h"

#include "ptp/text.h"

namespace stuntcam::ptp {

void Writer::string(std::string_view utf8) {
  const auto units = utf16_from_utf8(utf8);
  const auto content = string_content(units);
  if (content.empty()) return integer<u8>(0);
  integer<u8>(static_cast<u8>(content.size() + 1));
  for (const auto unit : content) integer<u16>(unit);
  integer<u16>(0);
}

}  // namespace stuntcam::ptp
