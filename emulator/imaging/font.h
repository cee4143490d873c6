// A small bitmap font for the text in pictures: printable ASCII, 5 × 8 dots, the last row for descenders.
#pragma once

#include <array>

#include "ptp/bytes.h"

namespace stuntcam::emulator {

inline constexpr int glyph_width = 5, glyph_height = 8, glyph_advance = 6;

// Rows from the top; bit 4 is the leftmost dot. What is not printable ASCII is drawn as a question mark.
const std::array<u8, glyph_height>& glyph(char character);

}  // namespace stuntcam::emulator
