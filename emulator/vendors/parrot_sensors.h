// What the instruments read: the true state of the flight with the errors of real sensors, the same for the same seed
// and moment. Times are seconds since the camera was switched on.
#pragma once

#include <array>

#include "emulator/vendors/parrot_flight.h"
#include "ptp/bytes.h"

namespace stuntcam::emulator::parrot {

inline constexpr u32 imus = 2;  // 0: in the body; 1: in the sunshine module

struct ImuReading {
  std::array<i32, 3> gyroscope{};      // µrad/s
  std::array<i32, 3> accelerometer{};  // µm/s²
  std::array<i32, 3> magnetometer{};   // nT
  std::array<i32, 3> angles{};         // yaw (±180°), pitch, roll in µdegrees
};
ImuReading read_imu(const Flight&, u64 seed, u32 id, double time);

// Longitude and latitude in degrees, minutes and µs of arc, all parts with the sign; altitude in cm.
std::array<i32, 7> read_gps(const Flight&, double time);

// A number from -1 to 1 that looks random, for the n-th sample of a channel.
double jitter(u64 seed, u32 channel, u64 sample);

}  // namespace stuntcam::emulator::parrot
