#include "emulator/vendors/parrot_weather.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "emulator/vendors/parrot_sensors.h"

namespace stuntcam::emulator::parrot {
namespace {

constexpr double pi = std::numbers::pi, degree = pi / 180;
constexpr double air = 22;  // °C

double hour_of(const ptp::DateTime& date) { return date.hour + date.minute / 60.0 + date.second / 3600.0; }

int day_of_year(ptp::DateTime date) {
  date.offset_minutes.reset();
  const ptp::DateTime new_year{date.year, 1, 1, 0, 0, 0, {}, {}};
  return static_cast<int>((date.seconds() - new_year.seconds()) / 86'400);
}

// Thin clouds that come and go within minutes: 0.85 to 1.
double clouds(u64 seed, double time) {
  constexpr double period = 90;
  constexpr u32 channel = 100;
  const double cell = std::floor(time / period), part = time / period - cell;
  const double smooth = part * part * (3 - 2 * part);
  const double before = jitter(seed, channel, static_cast<u64>(cell)),
               after = jitter(seed, channel, static_cast<u64>(cell) + 1);
  return 0.925 + 0.075 * (before + (after - before) * smooth);
}

}  // namespace

double sun_height(double latitude, const ptp::DateTime& date) {
  const double declination = -23.44 * degree * std::cos(2 * pi * (day_of_year(date) + 10) / 365.25);
  const double hour_angle = 15 * degree * (hour_of(date) - 12);
  return std::sin(latitude * degree) * std::sin(declination) +
         std::cos(latitude * degree) * std::cos(declination) * std::cos(hour_angle);
}

double daylight(double latitude, const ptp::DateTime& date, u64 seed, double time) {
  const double height = sun_height(latitude, date);
  const double dusk = std::clamp((height + 0.1) / 0.1, 0.0, 1.0);  // until the sun is six degrees below the horizon
  const double direct = std::pow(std::max(height, 0.0), 1.15);     // a low sun shines through more air
  return (0.99 * direct + 0.01 * dusk * dusk) * clouds(seed, time);
}

std::array<u32, 2 * bands> read_sunshine(double daylight, const SunshineSettings& settings, u64 seed, u64 sample) {
  constexpr double most = 65535;  // counters have 16 bits
  constexpr double usual = 2;     // counts a µs with gain 1 in full light: the middle of the scale at 10 ms
  constexpr std::array<double, bands> band{0.95, 1.0, 0.75, 0.6}, infrared{0.12, 0.12, 0.3, 0.45};
  constexpr u32 channel = 110;
  std::array<u32, 2 * bands> counts{};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::size_t which = i % bands;
    const double share = i < bands ? band.at(which) : infrared.at(which);
    const double gain = std::pow(4.0, static_cast<double>(settings.gain.at(which)) - 1);
    const double counted = daylight * share * gain * usual * settings.integration_time.at(which);
    const double noise = jitter(seed, channel + static_cast<u32>(i), sample) * std::sqrt(counted + 1);
    counts.at(i) = static_cast<u32>(std::clamp(counted + noise, 0.0, most));
  }
  return counts;
}

namespace {

// How warm a place gets above the air, and in how many seconds by two thirds.
struct Spot {
  double idle, sensors, wifi, pace;
};
constexpr std::array<Spot, Thermometers::count> spots{{
    {18, 14, 2, 120},  // P7, the processor
    {14, 10, 2, 180},  // P7MU, the power supply
    {15, 12, 1, 150},  // memory
    {8, 3, 12, 90},    // Wi-Fi
    {10, 6, 2, 400},   // body IMU
    {4, 0, 0, 300},    // sunshine module's IMU
}};
constexpr std::size_t body_imu = 4, sunshine_imu = 5;
constexpr double heater = 12;  // °C that one adds

double goal(std::size_t index, const Thermometers::Load& load) {
  const Spot& spot = spots.at(index);
  const bool heated =
      (index == body_imu && (load.heaters & 1) != 0) || (index == sunshine_imu && (load.heaters & 2) != 0);
  return air + spot.idle + (load.sensors ? spot.sensors : 0) + (load.wifi ? spot.wifi : 0) + (heated ? heater : 0);
}

}  // namespace

Thermometers::Thermometers(u64 seed) : seed_(seed) { start_.fill(air); }

double Thermometers::temperature(std::size_t index, double time) const {
  const double passed = std::max(time - since_, 0.0);
  const double target = goal(index, load_);
  return target + (start_.at(index) - target) * std::exp(-passed / spots.at(index).pace);
}

void Thermometers::set(double time, const Load& load) {
  std::array<double, count> now{};
  for (std::size_t i = 0; i < count; ++i) now.at(i) = temperature(i, time);
  start_ = now;
  since_ = time;
  load_ = load;
}

std::array<i32, Thermometers::count> Thermometers::read(double time) const {
  constexpr u32 channel = 130;
  constexpr double noise = 0.05;
  std::array<i32, count> out{};
  for (std::size_t i = 0; i < count; ++i) {
    const double error = noise * jitter(seed_, channel + static_cast<u32>(i), static_cast<u64>(std::max(time, 0.0)));
    out.at(i) = static_cast<i32>(std::lround((temperature(i, time) + error) * 1000));
  }
  return out;
}

}  // namespace stuntcam::emulator::parrot
