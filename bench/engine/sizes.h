// Numbers of bytes and times as people read them.
#pragma once

#include <string>

#include "ptp/bytes.h"

namespace stuntcam::bench {

std::string size_text(u64 bytes);                // "64KiB"; "3.1MiB" where it is no whole number
std::string rate_text(double bytes_per_second);  // "12.3 MiB/s"
std::string time_text(double nanoseconds);       // "47.1 µs"

}  // namespace stuntcam::bench
