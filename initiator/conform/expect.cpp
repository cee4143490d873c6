#include "initiator/conform/expect.h"

#include <algorithm>

namespace stuntcam::initiator::conform {

std::string text(ptp::ResponseCode code) {
  const auto name = ptp::name(code);
  return fmt::format("{} (0x{:04X})", name.empty() ? "response" : name, static_cast<u16>(code));
}

std::string text(std::string_view what, u32 value) { return fmt::format("{} 0x{:08X}", what, value); }

std::string hex(View bytes, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < std::min(bytes.size(), most); ++i)
    out += fmt::format("{}{:02x}", i == 0 ? "" : " ", bytes[i]);
  if (bytes.size() > most) out += fmt::format(" … ({} bytes)", bytes.size());
  return out.empty() ? "no bytes" : out;
}

}  // namespace stuntcam::initiator::conform
