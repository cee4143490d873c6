#include "emulator/imaging/canvas.h"

#include <algorithm>

#include "emulator/imaging/font.h"

namespace stuntcam::emulator {
namespace {
// Text may be UTF-8; the font is not: one question mark a character, none for its continuation bytes.
bool continuation(char byte) { return (static_cast<u8>(byte) & 0xC0) == 0x80; }
}  // namespace

void Canvas::fill(int x, int y, int width, int height, Colour colour, int share) {
  const int right = std::min(x + width, width_), bottom = std::min(y + height, height_);
  for (int line = std::max(y, 0); line < bottom; ++line)
    for (int column = std::max(x, 0); column < right; ++column) {
      Colour& pixel = row(line)[column];
      pixel = share >= 256 ? colour : mix(pixel, colour, share);
    }
}

void Canvas::text(int x, int y, int scale, std::string_view text, Colour colour) {
  for (const char character : text) {
    if (continuation(character)) continue;
    const auto& rows = glyph(character);
    for (int line = 0; line < glyph_height; ++line)
      for (int dot = 0; dot < glyph_width; ++dot)
        if (rows[static_cast<std::size_t>(line)] >> (glyph_width - 1 - dot) & 1)
          fill(x + dot * scale, y + line * scale, scale, scale, colour);
    x += glyph_advance * scale;
  }
}

int text_width(std::string_view text) {
  const auto characters = std::count_if(text.begin(), text.end(), [](char byte) { return !continuation(byte); });
  return std::max(0, static_cast<int>(characters) * glyph_advance - 1);
}

}  // namespace stuntcam::emulator
