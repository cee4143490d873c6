// UTF-16 as it occurs on the wire, and UTF-8 as it is everywhere else. Unpaired surrogates survive the round trip (as
// three-byte sequences), because cameras and clients send them.
#pragma once

#include <string>
#include <string_view>

#include "ptp/bytes.h"

namespace stuntcam::ptp {

std::string utf8_from_utf16(std::u16string_view text);
std::u16string utf16_from_utf8(std::string_view text);  // a malformed byte becomes U+FFFD

// The same text as UTF-8 that every program takes: what is none, and unpaired surrogates, become U+FFFD.
std::string valid_utf8(std::string_view text);
// The same, fit for a terminal: control characters, those of U+0080 to U+009F too, become '_'.
std::string printable(std::string_view text);

// A PTP string's count byte counts its terminator (docs/protocol.md §2.3).
inline constexpr std::size_t max_string_units = 254;
// What a PTP string holds of a text: up to the first NUL, up to 254 units, never half of a surrogate pair.
std::u16string_view string_content(std::u16string_view units);

}  // namespace stuntcam::ptp
