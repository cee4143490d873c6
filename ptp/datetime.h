// DateTime strings, "YYYYMMDDThhmmss[.s][Z|+hhmm|-hhmm]" (docs/protocol.md §2.4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ptp/bytes.h"

namespace stuntcam::ptp {

struct DateTime {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  std::optional<int> tenths;          // 0..9 when the string had them
  std::optional<int> offset_minutes;  // 0 for Z, east positive; none = local time, zone unknown
  bool operator==(const DateTime&) const = default;

  std::string to_string() const;
  void write(std::string& text) const;           // the same in the place of what is there, whose memory is used again
  i64 seconds() const;                           // since 1970-01-01T00:00:00, with the zone taken off when there is one
  static DateTime from_seconds(i64 since_1970);  // no tenths, no zone
};

// nullopt when the text is no DateTime: wrong shape, or a field out of range (February 30th).
std::optional<DateTime> parse_datetime(std::string_view);

}  // namespace stuntcam::ptp
