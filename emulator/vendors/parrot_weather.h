// Sun and warmth: what the sunshine module counts and what the thermometers say.
#pragma once

#include <array>

#include "ptp/bytes.h"
#include "ptp/datetime.h"

namespace stuntcam::emulator::parrot {

inline constexpr std::size_t bands = 4;  // green, red, red edge, near infrared

// The sine of the sun's height over the horizon: by the camera's date and time, which is taken for the sun's own.
double sun_height(double latitude, const ptp::DateTime&);
// Light of the sky, 1 with the sun in the zenith and no cloud. `time`, in seconds, is that of the clouds.
double daylight(double latitude, const ptp::DateTime&, u64 seed, double time);

// Counts of the sunshine module's two sets of photodiodes: set 0 sees its band and the infrared, set 1 the infrared
// only.
struct SunshineSettings {
  std::array<u32, bands> gain{};              // an index: each step has four times the gain
  std::array<u32, bands> integration_time{};  // µs
};
std::array<u32, 2 * bands> read_sunshine(double daylight, const SunshineSettings&, u64 seed, u64 sample);

// Six thermometers, m°C: as cold as the air at first, each drifts to where the load drives it, at its own pace.
class Thermometers {
 public:
  static constexpr std::size_t count = 6;  // P7, P7MU, DDR, Wi-Fi, body IMU, sunshine module's IMU
  struct Load {
    bool sensors = false, wifi = true;
    u32 heaters = 0;  // bit 0: at the body's IMU, bit 1: at the sunshine module's
  };
  explicit Thermometers(u64 seed);
  void set(double time, const Load&);  // from now on
  std::array<i32, count> read(double time) const;

 private:
  double temperature(std::size_t index, double time) const;  // °C
  u64 seed_;
  double since_ = 0;
  Load load_;
  std::array<double, count> start_{};
};

}  // namespace stuntcam::emulator::parrot
