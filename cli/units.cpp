#include "cli/units.h"

#include <charconv>
#include <cmath>

namespace stuntcam::cli {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};
constexpr Unit durations[] = {{"", 1e9}, {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 6e10}, {"h", 3.6e12}};

}  // namespace

std::optional<u64> parse_number(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  u64 value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || !(value >= 0)) return {};
  const auto unit = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const auto& known : durations) {
    if (unit != known.name) continue;
    const double nanoseconds = value * known.factor;
    if (nanoseconds > 9e18) return {};  // 292 years
    return std::chrono::nanoseconds(std::llround(nanoseconds));
  }
  return {};
}

}  // namespace stuntcam::cli
