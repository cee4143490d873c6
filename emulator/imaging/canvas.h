// An RGB picture in memory, small enough to be drawn while the camera's loop waits.
#pragma once

#include <string_view>
#include <vector>

#include "ptp/bytes.h"

namespace stuntcam::emulator {

struct Colour {
  u8 red = 0, green = 0, blue = 0;
};
// `share` of 256 parts of b, the rest of a.
constexpr Colour mix(Colour a, Colour b, int share) {
  const auto blend = [share](u8 from, u8 to) { return static_cast<u8>((from * (256 - share) + to * share) >> 8); };
  return {blend(a.red, b.red), blend(a.green, b.green), blend(a.blue, b.blue)};
}

class Canvas {
 public:
  Canvas(int width, int height)
      : width_(width), height_(height), pixels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {}
  int width() const { return width_; }
  int height() const { return height_; }
  Colour* row(int y) { return pixels_.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width_); }
  const Colour* row(int y) const {
    return pixels_.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width_);
  }
  // What lies outside is left out.
  void fill(int x, int y, int width, int height, Colour, int share = 256);
  // Each dot of the font is `scale` pixels wide and high.
  void text(int x, int y, int scale, std::string_view, Colour);

 private:
  int width_, height_;
  std::vector<Colour> pixels_;
};

// Of text at scale 1, the gap behind the last character left out.
int text_width(std::string_view);

}  // namespace stuntcam::emulator
