#include "ptp/units.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace stuntcam::ptp {
namespace {

struct Unit {
  std::string_view name;
  u64 factor;
};
// Smallest first.
constexpr std::array durations = {Unit{"ns", 1},
                                  Unit{"us", 1'000},
                                  Unit{"ms", 1'000'000},
                                  Unit{"s", 1'000'000'000},
                                  Unit{"m", 60'000'000'000},
                                  Unit{"h", 3'600'000'000'000}};
constexpr std::array sizes = {Unit{"", 1},
                              Unit{"B", 1},
                              Unit{"KiB", 1u << 10},
                              Unit{"MiB", 1u << 20},
                              Unit{"GiB", 1u << 30},
                              Unit{"TiB", u64{1} << 40},
                              Unit{"kB", 1'000},
                              Unit{"MB", 1'000'000},
                              Unit{"GB", 1'000'000'000},
                              Unit{"TB", 1'000'000'000'000}};

// Digits of a number that we still take: all of a u64, so that nothing overflows 128 bits below.
constexpr std::size_t max_digits = 20;

// digits[.digits]unit, exactly: nullopt when the result is no whole number of the smallest unit.
std::optional<u64> parse(std::string_view text, std::span<const Unit> units) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  u128 number = 0, divisor = 1;
  std::size_t digits = 0, at = 0;
  bool fraction = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '.' && !fraction && digits > 0) {
      fraction = true;
    } else if (is_digit(text[at]) && digits < max_digits) {
      number = number * 10 + static_cast<u128>(text[at] - '0');
      if (fraction) divisor *= 10;
      ++digits;
    } else {
      break;
    }
  }
  if (digits == 0 || (fraction && divisor == 1)) return std::nullopt;
  for (const auto& unit : units) {
    if (unit.name != text.substr(at)) continue;
    // Below 10^20 · 2^42 < 2^109.
    const u128 total = number * unit.factor;
    if (total % divisor != 0 || total / divisor > std::numeric_limits<u64>::max()) return std::nullopt;
    return static_cast<u64>(total / divisor);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  const auto ns = parse(text, durations);
  if (!ns || *ns > static_cast<u64>(std::numeric_limits<i64>::max())) return std::nullopt;
  return std::chrono::nanoseconds(static_cast<i64>(*ns));
}

std::optional<u64> parse_size(std::string_view text) { return parse(text, sizes); }

std::string duration_text(std::chrono::nanoseconds duration) {
  const u64 ns = static_cast<u64>(duration.count());
  const Unit* unit = &durations.front();
  for (const auto& u : durations)
    if (ns != 0 && ns % u.factor == 0) unit = &u;
  if (ns == 0) unit = &durations[2];
  return fmt::format("{}{}", ns / unit->factor, unit->name);
}

std::string size_text(u64 size) {
  constexpr std::array binary = {Unit{"KiB", 1u << 10}, Unit{"MiB", 1u << 20}, Unit{"GiB", 1u << 30}};
  const Unit* unit = nullptr;
  for (const auto& u : binary)
    if (size != 0 && size % u.factor == 0) unit = &u;
  return unit ? fmt::format("{}{}", size / unit->factor, unit->name) : fmt::format("{}", size);
}

}  // namespace stuntcam::ptp
