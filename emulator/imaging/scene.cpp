#include "emulator/imaging/scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "emulator/imaging/font.h"
#include "emulator/imaging/noise.h"

namespace stuntcam::emulator {
namespace {

// All in whole numbers: the same seed gives the same picture on every machine.

struct Palette {
  Colour zenith, horizon, sun, far_hills, near_hills;
};
constexpr std::array<Palette, 6> palettes{{
    {{36, 96, 176}, {190, 222, 240}, {255, 244, 200}, {120, 160, 178}, {38, 84, 52}},     // noon
    {{44, 40, 96}, {246, 150, 96}, {255, 224, 150}, {150, 96, 120}, {40, 28, 56}},        // sunset
    {{84, 140, 200}, {250, 214, 190}, {255, 250, 226}, {150, 170, 190}, {60, 90, 70}},    // morning
    {{16, 26, 60}, {70, 110, 150}, {236, 240, 250}, {50, 74, 104}, {14, 28, 40}},         // moonlight
    {{110, 150, 160}, {236, 232, 206}, {255, 246, 214}, {170, 160, 130}, {104, 84, 40}},  // autumn
    {{70, 60, 130}, {244, 180, 200}, {255, 236, 220}, {140, 120, 170}, {50, 50, 90}},     // dawn
}};

constexpr int one = 256;  // fixed point
// Smooth noise in 0..255 over x in 1/256 of a hill.
int wave(u64 seed, i64 x) {
  const i64 cell = x >> 8;
  const int part = static_cast<int>(x & 255), smooth = (part * part * (3 * one - 2 * part)) >> 16;
  const auto height = [seed](i64 at) { return static_cast<int>(mixed(seed + static_cast<u64>(at)) & 255); };
  return (height(cell) * (one - smooth) + height(cell + 1) * smooth) >> 8;
}

void paint_sky(Canvas& canvas, const Palette& palette) {
  for (int y = 0; y < canvas.height(); ++y)
    std::fill_n(canvas.row(y), canvas.width(),
                mix(palette.zenith, palette.horizon, std::min(one, y * one * 5 / 4 / canvas.height())));
}

// A disc that fades towards its rim; `strength` in 256 parts at the centre.
void glow(Canvas& canvas, int x, int y, int radius_x, int radius_y, Colour colour, int strength) {
  const int left = std::max(0, x - radius_x), right = std::min(canvas.width(), x + radius_x);
  const auto squared = [](int distance, int radius) {
    const int share = distance * one / radius;
    return share * share >> 8;
  };
  std::vector<int> across;
  for (int column = left; column < right; ++column) across.push_back(squared(column - x, radius_x));
  for (int line = std::max(0, y - radius_y); line < std::min(canvas.height(), y + radius_y); ++line) {
    const int here = one - squared(line - y, radius_y);
    Colour* pixel = canvas.row(line) + left;
    for (const int distance : across) {
      if (distance < here) *pixel = mix(*pixel, colour, (here - distance) * strength >> 8);
      ++pixel;
    }
  }
}

void paint_sun(Canvas& canvas, const Palette& palette, u64 seed, u64 frame) {
  const int width = canvas.width(), height = canvas.height();
  const int x = static_cast<int>((mixed(seed ^ 1) % 700 + 150 + frame / 4) % 1000) * width / 1000;
  const int y = (160 + static_cast<int>(mixed(seed ^ 2) % 200)) * height / 1000;
  glow(canvas, x, y, height / 2, height / 2, palette.sun, 130);
  for (int pass = 0; pass < 4; ++pass) glow(canvas, x, y, height / 13, height / 13, palette.sun, one);
}

void paint_clouds(Canvas& canvas, u64 seed, u64 frame) {
  const int width = canvas.width(), height = canvas.height();
  for (u64 cloud = 0; cloud < 4; ++cloud) {
    const u64 shape = mixed(seed ^ (0x100 + cloud));
    const int x = static_cast<int>((shape % 1200 + frame) % 1200 - 100) * width / 1000;
    const int y = static_cast<int>(shape >> 20 & 255) * height / 800 + height / 12;
    const int size = height / 12 + static_cast<int>(shape >> 30 & 63) * height / 1000;
    for (int puff = -2; puff <= 2; ++puff)
      glow(canvas, x + puff * size * 2 / 3, y + (puff & 1) * size / 5, size * 3 / 2, size / (puff * puff / 2 + 2),
           {255, 255, 255}, 150);
  }
}

// One range of hills, from its crest down to where the next range hides it.
struct Range {
  std::vector<int> crest;
  std::vector<Colour> shades;  // by the distance from the crest
};

Range range_of(const Canvas& canvas, const Palette& palette, u64 seed, u64 frame, int layer, int layers) {
  const int width = canvas.width(), height = canvas.height();
  const u64 shape = mixed(seed ^ (0x200 + static_cast<u64>(layer)));
  const Colour top = mix(palette.far_hills, palette.near_hills, layer * one / (layers - 1));
  const Colour bottom = mix(top, palette.near_hills, 150);
  // Near hills pass faster than far ones.
  const i64 shift = static_cast<i64>(frame) * (layer + 1) * 2 + static_cast<i64>(shape >> 40);
  const int highest = (470 + 110 * layer) * height / 1000, relief = (150 - 12 * layer) * height / 1000;
  Range range;
  for (int x = 0; x < width; ++x) {
    const i64 along = static_cast<i64>(x) * one * (3 + layer) / width + shift;
    const int rough = wave(shape, along) * 6 + wave(shape ^ 7, along * 3) * 2 + wave(shape ^ 9, along * 11) / 2;
    range.crest.push_back(std::clamp(highest + relief / 2 - rough * relief / (one * 8), 0, height));
  }
  for (int y = 0; y <= height; ++y) range.shades.push_back(mix(top, bottom, std::min(one, y * one * 2 / height)));
  return range;
}

void paint_hills(Canvas& canvas, const Palette& palette, u64 seed, u64 frame) {
  constexpr int layers = 4;
  std::vector<int> hidden(static_cast<std::size_t>(canvas.width()), canvas.height());
  for (int layer = layers - 1; layer >= 0; --layer) {
    const Range range = range_of(canvas, palette, seed, frame, layer, layers);
    const int from = *std::min_element(range.crest.begin(), range.crest.end());
    const int to = *std::max_element(hidden.begin(), hidden.end());
    for (int y = from; y < to; ++y) {
      Colour* pixels = canvas.row(y);
      for (std::size_t x = 0; x < hidden.size(); ++x)
        if (y >= range.crest[x] && y < hidden[x])
          pixels[x] = range.shades[static_cast<std::size_t>(y - range.crest[x])];
    }
    std::transform(hidden.begin(), hidden.end(), range.crest.begin(), hidden.begin(),
                   [](int nearer, int crest) { return std::min(nearer, crest); });
  }
}

void shadowed(Canvas& canvas, int x, int y, int scale, std::string_view text) {
  const int offset = std::max(1, scale / 3);
  canvas.text(x + offset, y + offset, scale, text, {20, 20, 28});
  canvas.text(x, y, scale, text, {255, 255, 255});
}

// The largest scale at which the text is at most `width` wide; 0: it does not fit.
int fitting(std::string_view text, int width) { return text.empty() ? 0 : width / text_width(text); }

// Two lines on a dark strip along the lower edge.
void caption(Canvas& canvas, const Shot& shot) {
  const auto exposure = exposure_line(shot);
  const auto& taken = shot.taken;
  const auto date = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", taken.year, taken.month, taken.day, taken.hour,
                                taken.minute, taken.second);
  const int margin = canvas.width() / 40, room = canvas.width() - 2 * margin;
  const auto second = shot.white_balance.empty() ? date : date + "  WB " + shot.white_balance;
  const int scale =
      std::min({fitting(exposure.empty() ? second : exposure, room), fitting(second, room), canvas.height() / 110});
  if (scale == 0) return;
  const int line = (glyph_height + 2) * scale, lines = exposure.empty() ? 1 : 2;
  const int top = canvas.height() - lines * line - line / 2;
  canvas.fill(0, top, canvas.width(), canvas.height() - top, {10, 12, 18}, 150);
  int y = top + line / 3;
  if (!exposure.empty()) {
    canvas.text(margin, y, scale, exposure, {255, 255, 255});
    y += line;
  }
  canvas.text(margin, y, scale, second, {210, 216, 224});
}

}  // namespace

std::string exposure_line(const Shot& shot) {
  std::vector<std::string> parts;
  if (shot.exposure_numerator != 0 && shot.exposure_denominator != 0) {
    const double seconds = double(shot.exposure_numerator) / shot.exposure_denominator;
    // Two digits say enough: 1/1.3 s, 1/60 s, 1.6 s, 30 s.
    const auto brief = [](double value) {
      return value < 10 && value != int(value) ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value);
    };
    parts.push_back(seconds < 1 ? fmt::format("1/{} s", brief(1 / seconds)) : brief(seconds) + " s");
  }
  if (shot.f_number_hundredths != 0) parts.push_back(fmt::format("f/{:g}", shot.f_number_hundredths / 100.0));
  if (shot.iso != 0) parts.push_back(fmt::format("ISO {}", shot.iso));
  if (shot.bias_thousandths != 0) parts.push_back(fmt::format("{:+.1f} EV", shot.bias_thousandths / 1000.0));
  return fmt::format("{}", fmt::join(parts, "  "));
}

void paint(Canvas& canvas, const Shot& shot, std::optional<u64> frame) {
  const u64 seed = mixed(shot.seed);
  const Palette& palette = palettes[seed % palettes.size()];
  const u64 moved = frame.value_or(0);
  paint_sky(canvas, palette);
  paint_sun(canvas, palette, seed, moved);
  paint_clouds(canvas, seed, moved);
  paint_hills(canvas, palette, seed, moved);

  const int margin = canvas.width() / 40;
  if (const int scale = std::min(fitting(shot.title, canvas.width() * 6 / 10), canvas.height() / 48); scale > 0)
    shadowed(canvas, margin, margin, scale, shot.title);
  const auto number = frame ? fmt::format("LV {:06}", *frame) : fmt::format("#{:04}", shot.number);
  if (const int scale = std::min(fitting(number, canvas.width() / 2), canvas.height() / (frame ? 60 : 36)); scale > 0)
    shadowed(canvas, canvas.width() - margin - text_width(number) * scale, canvas.height() * 6 / 10, scale, number);
  caption(canvas, shot);
}

}  // namespace stuntcam::emulator
