// Numbers with units, as profiles, faults and the command line write them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "ptp/bytes.h"

namespace stuntcam::ptp {

// "350ms", "2s", "1.5s", "1m": a number and one of ns us ms s m h. nullopt: anything else, or more than 292 years.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view);
// "4MiB", "2GiB", "1.5KiB", "512B", "4096": bytes, with one of B KiB MiB GiB TiB kB MB GB TB. nullopt: anything else, a
// fraction of a byte, or 2^64 and more.
std::optional<u64> parse_size(std::string_view);

// The shortest exact form, which the functions above read back.
std::string duration_text(std::chrono::nanoseconds);
std::string size_text(u64);

inline constexpr std::string_view duration_examples = "a duration such as \"350ms\", \"2s\" or \"1m\"";
inline constexpr std::string_view size_examples = "a size such as 4096, \"4MiB\" or \"2GiB\"";

}  // namespace stuntcam::ptp
