// Paths as GPX files have them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stuntcam::emulator::parrot {

struct Waypoint {
  double latitude = 0, longitude = 0;  // degrees
  std::optional<double> elevation;     // metres
  std::optional<double> time;          // seconds since 1970
  unsigned line = 0;                   // where the file says it
};

// The points of all tracks, one after the other; of the routes where there is no track. All have a time or none has,
// and times increase. Throws std::invalid_argument, "tour.gpx:12: what is wrong", for anything that is no such path of
// at least two points.
std::vector<Waypoint> parse_gpx(std::string_view text, const std::string& file);
// Throws std::system_error when the file cannot be read.
std::vector<Waypoint> read_gpx(const std::string& path);

}  // namespace stuntcam::emulator::parrot
