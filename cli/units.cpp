#include "cli/units.h"

#include <charconv>
#include <string>

#include "profiles/units.h"

namespace stuntcam::cli {
std::optional<u64> parse_number(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  u64 value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  if (const auto duration = profiles::parse_duration(text)) return duration;
  return profiles::parse_duration(std::string(text) + "s");
}

}  // namespace stuntcam::cli
