// UTF-16 as it occurs on the wire, and UTF-8 as it is everywhere else. Unpaired surrogates survive the round trip (as
// three-byte sequences), because cameras and clients send them.
#pragma once

#include <string>
#include <string_view>

#include "ptp/bytes.h"

namespace stuntcam::ptp {

std::string utf8_from_utf16(std::u16string_view text);
std::u16string utf16_from_utf8(std::string_view text);  // a malformed byte becomes U+FFFD

}  // namespace stuntcam::ptp
