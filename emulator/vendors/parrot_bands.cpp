#include "emulator/vendors/parrot_bands.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "emulator/imaging/noise.h"

namespace stuntcam::emulator::parrot {
namespace {

constexpr std::array<Band, 4> bands{
    {{"GRE", "Green", 550, 40}, {"RED", "Red", 660, 40}, {"REG", "Red edge", 735, 10}, {"NIR", "NIR", 790, 40}}};

// What soil and leaves reflect in each band.
constexpr std::array<float, 4> soil{0.12F, 0.18F, 0.22F, 0.28F}, leaves{0.10F, 0.04F, 0.30F, 0.55F};

// Half of the lens's angle of view along and across the flight, as tangents: 48.5° and 61.9°.
constexpr double view_along = 0.4505, view_across = 0.5998;
// From below this it would see its own shadow only.
constexpr double least_height = 1;

// A surface that reflects as much, in full light for a millisecond at ISO 100, comes out at so much of the scale.
constexpr double reference_reflectance = 0.25, reference_level = 0.45, reference_time = 1000;

// Smooth noise in 0..1, a value for each whole coordinate.
float patches(u64 seed, float x, float y) {
  const float left = std::floor(x), low = std::floor(y);
  const float across = x - left, up = y - low;
  const auto value = [&](i64 column, i64 row) {
    const u64 drawn = mixed(seed + static_cast<u64>(column) * 0x100000001B3 + static_cast<u64>(row));
    return static_cast<float>(drawn >> 40) * (1.0F / (1 << 24));
  };
  const auto column = static_cast<i64>(left), row = static_cast<i64>(low);
  const float below = value(column, row) * (1 - across) + value(column + 1, row) * across;
  const float above = value(column, row + 1) * (1 - across) + value(column + 1, row + 1) * across;
  return below * (1 - up) + above * up;
}

class Ground final : public GreyScene {
 public:
  Ground(const Viewpoint& from, std::size_t band, const Exposure& exposure, u16 most, u32 width, u32 height, u64 seed)
      : seed_(seed), width_(width), height_(height), most_(most), soil_(soil.at(band)), leaves_(leaves.at(band)) {
    const double above = std::max(from.position.up, least_height);
    // Metres a pixel, from the centre: up in the picture is forward.
    const double along = 2 * above * view_along / height, across = 2 * above * view_across / width;
    const double c = std::cos(from.heading), s = std::sin(from.heading);
    right_ = {static_cast<float>(-s * across), static_cast<float>(c * across)};
    down_ = {static_cast<float>(-c * along), static_cast<float>(-s * along)};
    centre_ = {static_cast<float>(from.position.north), static_cast<float>(from.position.east)};
    scale_ = static_cast<float>(from.daylight * exposure.microseconds / reference_time * exposure.iso / 100 *
                                reference_level * most / reference_reflectance);
    pixels_ = mixed(seed ^ mixed((band << 32) ^ exposure.microseconds)) ^
              static_cast<u64>(std::llround(from.position.north * 1000 + from.position.east * 1e6));
  }

  void samples(u32 x, u32 y, std::span<u16> out) const override {
    const float line = static_cast<float>(y) - static_cast<float>(height_) / 2;
    for (std::size_t i = 0; i < out.size(); ++i) {
      const float column = static_cast<float>(x + i) - static_cast<float>(width_) / 2;
      const float north = centre_.north + column * right_.north + line * down_.north;
      const float east = centre_.east + column * right_.east + line * down_.east;
      out[i] = sample(reflectance(north, east), mixed(pixels_ + u64{y} * width_ + x + i));
    }
  }

 private:
  struct Step {
    float north = 0, east = 0;
  };

  // Rows of crops, a metre apart, that grow better here than there.
  float reflectance(float north, float east) const {
    const float vigour = patches(seed_, north / 12, east / 12);
    const float row = east - std::floor(east);
    const float cover = std::clamp(0.2F + vigour - 1.2F * std::abs(row - 0.5F), 0.0F, 1.0F);
    return soil_ + (leaves_ - soil_) * cover;
  }

  u16 sample(float reflectance, u64 noise) const {
    constexpr float dark = 4, grain = 0.01F;
    const float level = scale_ * reflectance;
    const float error = static_cast<float>(noise >> 40) * (2.0F / (1 << 24)) - 1;  // -1 to 1
    const float value = level + dark * static_cast<float>(most_) / 1023 + error * (2 + grain * level);
    return static_cast<u16>(std::clamp(value, 0.0F, static_cast<float>(most_)));
  }

  u64 seed_, pixels_ = 0;
  u32 width_, height_;
  u16 most_;
  float soil_, leaves_, scale_ = 0;
  Step right_, down_, centre_;
};

}  // namespace

const Band& band(std::size_t index) { return bands.at(index); }

Exposure automatic_exposure(double daylight) {
  constexpr double shortest = 30, longest = 20'000;  // µs
  constexpr u32 dull_iso = 400;
  const double wanted = reference_time / std::max(daylight, 1e-9);
  if (wanted <= longest / 4) return {static_cast<u32>(std::max(wanted, shortest)), 100};
  return {static_cast<u32>(std::min(wanted / 4, longest)), dull_iso};
}

std::shared_ptr<const GreyScene> ground(const Viewpoint& from, std::size_t band, const Exposure& exposure, u16 most,
                                        u32 width, u32 height, u64 seed) {
  return std::make_shared<const Ground>(from, band, exposure, most, width, height, seed);
}

double footprint(double height) { return 2 * view_along * std::max(height, least_height); }

}  // namespace stuntcam::emulator::parrot
