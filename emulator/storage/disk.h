// Paths, dates and names of files, in the words of the system.
#pragma once

#include <string>
#include <string_view>

#include "ptp/bytes.h"
#include "ptp/datetime.h"

namespace stuntcam::emulator {

// Throws std::system_error for errno.
[[noreturn]] void fail(const std::string& path);

std::string parent_of(const std::string& path);
std::string_view last_part(std::string_view path);

// Nanoseconds since 1970 as local time, which is what cameras keep.
ptp::DateTime date_of(i64 nanoseconds);
// Gives the file that date, so that it is still known after a restart.
void set_date(const std::string& path, const ptp::DateTime&);
// Throws std::system_error, also when `to` exists.
void move_file(const std::string& from, const std::string& to);

}  // namespace stuntcam::emulator
