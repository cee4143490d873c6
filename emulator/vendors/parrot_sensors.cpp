#include "emulator/vendors/parrot_sensors.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "emulator/imaging/noise.h"

namespace stuntcam::emulator::parrot {
namespace {

constexpr double imu_rate = 200, gps_rate = 5;  // samples a second
constexpr double micro = 1e6;

// The earth's field, nT: horizontal and downwards, as in the middle of Europe. Magnetic north is north here, so that
// the compass is easy to check.
constexpr double field_north = 21'000, field_down = 43'000;

// Greatest errors. What a gyroscope is off for good adds up: 0.06° a minute at most.
constexpr double gyroscope_bias = 17e-6, gyroscope_noise = 300e-6;  // rad/s
constexpr double accelerometer_noise = 0.005;                       // m/s²
constexpr double magnetometer_noise = 30;                           // nT

i32 rounded(double value) {
  constexpr double most = std::numeric_limits<i32>::max();
  return static_cast<i32>(std::lround(std::clamp(value, -most, most)));
}

u64 sample_of(double time, double rate) { return static_cast<u64>(std::max(time, 0.0) * rate + 1e-6); }

std::array<i32, 3> with_errors(const Axes& axes, double unit, double noise, double bias, u64 seed, u32 channel,
                               u64 sample) {
  std::array<i32, 3> out{};
  for (u32 axis = 0; axis < 3; ++axis) {
    const double error =
        noise * jitter(seed, channel + axis, sample + 1) + bias * jitter(seed, channel + axis, 0);  // the 0th: for good
    out.at(axis) = rounded((axes.at(axis) + error) * unit);
  }
  return out;
}

// Degrees, minutes, µseconds.
std::array<i32, 3> sexagesimal(double degrees) {
  constexpr i64 minute = 60'000'000;
  const i64 units = std::llround(degrees * 60 * static_cast<double>(minute));
  return {static_cast<i32>(units / minute / 60), static_cast<i32>(units / minute % 60),
          static_cast<i32>(units % minute)};
}

}  // namespace

double jitter(u64 seed, u32 channel, u64 sample) {
  const u64 drawn = mixed(mixed(seed + channel) ^ sample);
  return static_cast<double>(static_cast<i64>(drawn)) / 9.3e18;
}

ImuReading read_imu(const Flight& flight, u64 seed, u32 id, double time) {
  constexpr u32 channels_each = 16;
  const u64 sample = sample_of(time, imu_rate);
  const double moment = static_cast<double>(sample) / imu_rate;
  const u32 channel = (id + 1) * channels_each;
  const Attitude attitude = flight.attitude(moment);
  constexpr double degree = micro * 180 / std::numbers::pi;
  ImuReading reading;
  reading.gyroscope =
      with_errors(flight.rotation(moment), micro, gyroscope_noise, gyroscope_bias, seed, channel, sample);
  reading.accelerometer = with_errors(flight.force(moment), micro, accelerometer_noise, 0, seed, channel + 3, sample);
  reading.magnetometer =
      with_errors(to_body(attitude, field_north, 0, field_down), 1, magnetometer_noise, 0, seed, channel + 6, sample);
  reading.angles = {rounded(std::remainder(attitude.yaw, 2 * std::numbers::pi) * degree),
                    rounded(attitude.pitch * degree), rounded(attitude.roll * degree)};
  return reading;
}

std::array<i32, 7> read_gps(const Flight& flight, double time) {
  const Place place = flight.place(static_cast<double>(sample_of(time, gps_rate)) / gps_rate);
  const auto longitude = sexagesimal(place.longitude), latitude = sexagesimal(place.latitude);
  return {
      longitude[0], longitude[1], longitude[2], latitude[0], latitude[1], latitude[2], rounded(place.altitude * 100)};
}

}  // namespace stuntcam::emulator::parrot
