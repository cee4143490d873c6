// The aircraft that carries the camera: where it is and how it hangs in the air at each moment. The body's axes are
// forward, right and down; yaw is clockwise from north, pitch nose up, roll right side down, applied in this order.
#pragma once

#include <array>
#include <optional>

#include "emulator/imaging/picture.h"
#include "emulator/vendors/parrot_track.h"
#include "profiles/profile.h"

namespace stuntcam::emulator::parrot {

inline constexpr double gravity = 9.80665;  // m/s²

struct Attitude {
  double yaw = 0, pitch = 0, roll = 0;  // radians; yaw is never wrapped
};
using Axes = std::array<double, 3>;  // forward, right, down
Axes to_body(const Attitude&, double north, double east, double down);

class Flight {
 public:
  // A survey of a field that follows from the seed, again and again; or the path of a GPX file, at whose end it stays.
  // Throws std::system_error and std::invalid_argument for a file that is no path.
  Flight(const profiles::Flight&, u64 seed);

  // `time` in seconds since the camera was switched on.
  Motion motion(double time) const;
  Attitude attitude(double time) const;
  Axes force(double time) const;     // specific force, m/s²: at rest, what holds it against gravity
  Axes rotation(double time) const;  // rad/s
  Place place(double time) const;
  // Seconds until it will have gone so many metres over ground; none: it never will.
  std::optional<double> until_gone(double time, double metres) const;
  bool ends() const { return period_ == 0; }

 private:
  struct Plan {
    Track track;
    Place start;        // of the track's coordinates; altitude: of the ground
    double period = 0;  // 0: it stays at the end
  };
  static Plan survey(const profiles::Flight&, u64 seed);
  static Plan from_gpx(const profiles::Flight&);
  explicit Flight(Plan);
  double on_track(double time) const;

  Track track_;
  Place start_;
  double period_;
};

}  // namespace stuntcam::emulator::parrot
