// Numbers as people write them on a command line: 250ms, 0x10.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "ptp/bytes.h"

namespace stuntcam::cli {

// Decimal, or hexadecimal with 0x. Nothing else around it.
std::optional<u64> parse_number(std::string_view);
// As profiles write it ("250ms"); a number alone is seconds.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view);

}  // namespace stuntcam::cli
