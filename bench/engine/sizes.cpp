#include "bench/engine/sizes.h"

#include <fmt/format.h>

#include <array>

namespace stuntcam::bench {
namespace {

struct Unit {
  double size;
  const char* name;
};
constexpr std::array sizes =
    std::to_array<Unit>({{1024.0 * 1024 * 1024, "GiB"}, {1024.0 * 1024, "MiB"}, {1024.0, "KiB"}, {1, "B"}});
constexpr std::array times = std::to_array<Unit>({{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}, {1, "ns"}});

template <std::size_t count>
const Unit& unit_of(const std::array<Unit, count>& units, double value) {
  for (const auto& unit : units)
    if (value >= unit.size) return unit;
  return units.back();
}

}  // namespace

std::string size_text(u64 bytes) {
  const auto value = static_cast<double>(bytes);
  const auto& unit = unit_of(sizes, value);
  const double number = value / unit.size;
  if (number == static_cast<double>(static_cast<u64>(number))) return fmt::format("{:.0f}{}", number, unit.name);
  return fmt::format("{:.3g}{}", number, unit.name);
}

std::string rate_text(double bytes_per_second) {
  const auto& unit = unit_of(sizes, bytes_per_second);
  return fmt::format("{:.3g} {}/s", bytes_per_second / unit.size, unit.name);
}

std::string time_text(double nanoseconds) {
  const auto& unit = unit_of(times, nanoseconds);
  return fmt::format("{:.3g} {}", nanoseconds / unit.size, unit.name);
}

}  // namespace stuntcam::bench
