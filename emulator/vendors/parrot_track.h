// A path through the air: corner points with times, flown smoothly.
#pragma once

#include <optional>
#include <vector>

#include "ptp/bytes.h"

namespace stuntcam::emulator::parrot {

struct Vector {
  double north = 0, east = 0, up = 0;
};
constexpr Vector operator+(Vector a, Vector b) { return {a.north + b.north, a.east + b.east, a.up + b.up}; }
constexpr Vector operator-(Vector a, Vector b) { return {a.north - b.north, a.east - b.east, a.up - b.up}; }
constexpr Vector operator*(Vector a, double factor) { return {a.north * factor, a.east * factor, a.up * factor}; }

struct Corner {
  double time = 0;  // seconds, greater than that of the corner before
  Vector position;  // metres
  // Radians clockwise from north, up to the next corner; none: the way it goes, or as before when it stands.
  std::optional<double> heading{};
};

struct Motion {
  Vector position, velocity, acceleration;  // metres and seconds
  double heading = 0, turning = 0;          // radians, never wrapped; and a second
};

// Between the corners it goes straight, and cuts them: everything is the average over `smoothing` seconds before and
// after, so that position, velocity and heading have no steps and the acceleration none either. Rests before the first
// corner and behind the last one.
class Track {
 public:
  // At least one corner.
  Track(const std::vector<Corner>&, double smoothing);
  Motion at(double time) const;
  double end() const;  // it rests from here on
  // Metres over ground up to `time` and, the inverse, when it will have gone so many; none: it never does. Corners
  // count in full.
  double gone(double time) const;
  std::optional<double> when(double gone) const;
  double smoothing() const { return smoothing_; }

 private:
  // From this time on, with the velocity and the heading that begin there.
  struct Leg {
    double time;
    Vector start, velocity;
    double heading;
    double gone;  // metres over ground up to here
  };
  std::vector<Leg> legs_;  // the last one rests
  double smoothing_;
};

}  // namespace stuntcam::emulator::parrot
