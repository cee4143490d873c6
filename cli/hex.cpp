#include "cli/hex.h"

#include <fmt/format.h>

#include <algorithm>

namespace stuntcam::cli {

std::string hex_dump(View bytes, std::size_t most, std::string_view indent) {
  std::string dump;
  const auto end = std::min(bytes.size(), most);
  for (std::size_t at = 0; at < end; at += 16) {
    std::string hex, text;
    for (std::size_t i = at; i < std::min(at + 16, end); ++i) {
      hex += fmt::format("{:02x} ", bytes[i]);
      text += bytes[i] >= 0x20 && bytes[i] < 0x7F ? static_cast<char>(bytes[i]) : '.';
    }
    dump += fmt::format("{}{:08x}  {:<48} |{}|\n", indent, at, hex, text);
  }
  return dump;
}

}  // namespace stuntcam::cli
