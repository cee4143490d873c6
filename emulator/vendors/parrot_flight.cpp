#include "emulator/vendors/parrot_flight.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "emulator/imaging/noise.h"
#include "emulator/vendors/parrot_gpx.h"

namespace stuntcam::emulator::parrot {
namespace {

constexpr double pi = std::numbers::pi, degree = pi / 180;
constexpr double earth_radius = 6'371'008.8;  // metres, the mean
constexpr double drag = 0.15;                 // 1/s: how much it leans forward for its speed

double metres_north(double degrees) { return degrees * degree * earth_radius; }
// Near the poles a degree of longitude has no length; it keeps a little here.
double metres_east(double degrees, double latitude) {
  return metres_north(degrees) * std::max(std::cos(latitude * degree), 1e-6);
}

// A path under construction, from where it stands.
class Builder {
 public:
  void go(Vector to, double speed, std::optional<double> heading = {}) {
    const Vector way = to - at_;
    const double metres = std::hypot(way.north, way.east, way.up);
    if (metres < 1e-6) return;
    corners_.push_back({time_, at_, heading});
    time_ += metres / speed;
    at_ = to;
  }
  void wait(double seconds, double heading) {
    corners_.push_back({time_, at_, heading});
    time_ += seconds;
  }
  std::vector<Corner> take(double heading) {
    corners_.push_back({time_, at_, heading});
    return std::move(corners_);
  }
  double time() const { return time_; }

 private:
  std::vector<Corner> corners_;
  Vector at_;
  double time_ = 0;
};

struct Field {
  double heading;  // of the first leg, radians
  double length, spacing;
  int legs;
};
Field field_of(u64 seed) {
  auto draw = [state = seed]() mutable {
    state = mixed(state);
    return static_cast<double>(state >> 11) / static_cast<double>(u64{1} << 53);
  };
  Field field{};
  field.heading = (draw() * 2 - 1) * pi;
  field.length = 80 + 40 * draw();
  field.spacing = 15 + 10 * draw();
  field.legs = 4 + 2 * static_cast<int>(draw() * 2);
  return field;
}

}  // namespace

Axes to_body(const Attitude& attitude, double north, double east, double down) {
  const double forward = north * std::cos(attitude.yaw) + east * std::sin(attitude.yaw);
  const double right = east * std::cos(attitude.yaw) - north * std::sin(attitude.yaw);
  const double below = forward * std::sin(attitude.pitch) + down * std::cos(attitude.pitch);
  return {forward * std::cos(attitude.pitch) - down * std::sin(attitude.pitch),
          right * std::cos(attitude.roll) + below * std::sin(attitude.roll),
          below * std::cos(attitude.roll) - right * std::sin(attitude.roll)};
}

// It stands a while, climbs, flies an even number of legs side by side, comes back, turns as it stood and lands.
Flight::Plan Flight::survey(const profiles::Flight& flight, u64 seed) {
  constexpr double rest = 20, hover = 4, climb_speed = 2;  // seconds, m/s
  constexpr double smoothing = 3;
  const Field field = field_of(seed);
  const Place start{flight.latitude, flight.longitude, flight.ground};
  if (flight.speed == 0) return {Track({{0, {}, field.heading}}, smoothing), start, 0};
  const auto point = [&](double along, double across) {
    const double c = std::cos(field.heading), s = std::sin(field.heading);
    return Vector{along * c - across * s, along * s + across * c, flight.height};
  };
  Builder path;
  path.wait(rest, field.heading);
  path.go(point(0, 0), climb_speed, field.heading);
  path.wait(hover, field.heading);
  for (int leg = 0; leg < field.legs; ++leg) {
    const double end = leg % 2 == 0 ? field.length : 0;
    path.go(point(end, leg * field.spacing), flight.speed);
    if (leg + 1 < field.legs) path.go(point(end, (leg + 1) * field.spacing), flight.speed);
  }
  path.go(point(0, 0), flight.speed);
  path.wait(hover, field.heading);
  path.go({}, climb_speed, field.heading);
  path.wait(rest, field.heading);
  Track track(path.take(field.heading), smoothing);
  const double end = track.end();
  return {std::move(track), start, end};
}

Flight::Plan Flight::from_gpx(const profiles::Flight& flight) {
  constexpr double smoothing = 1.5;
  const auto points = read_gpx(flight.path);
  const Waypoint& first = points.front();
  const auto [lowest, highest] = std::ranges::minmax(
      points, {}, [&](const Waypoint& point) { return point.elevation.value_or(flight.ground + flight.height); });
  const double low = lowest.elevation.value_or(flight.ground + flight.height);
  const double high = highest.elevation.value_or(flight.ground + flight.height);
  // A path that is level says nothing of the ground.
  const double ground = high - low < 1 ? low - flight.height : low;
  std::vector<Corner> corners;
  double time = smoothing;  // so that it stands at the first point when the camera is switched on
  for (const Waypoint& point : points) {
    const double across = std::remainder(point.longitude - first.longitude, 360);
    Corner corner;
    corner.position = {metres_north(point.latitude - first.latitude), metres_east(across, first.latitude),
                       point.elevation.value_or(flight.ground + flight.height) - ground};
    if (point.time && first.time) {
      time = smoothing + (*point.time - *first.time);
    } else if (!corners.empty()) {
      const Vector way = corner.position - corners.back().position;
      const double metres = std::hypot(way.north, way.east, way.up);
      if (metres < 1e-3 || flight.speed == 0) continue;
      time += metres / flight.speed;
    }
    corner.time = time;
    corners.push_back(corner);
  }
  return {Track(corners, smoothing), {first.latitude, first.longitude, ground}, 0};
}

Flight::Flight(const profiles::Flight& flight, u64 seed)
    : Flight(flight.path.empty() ? survey(flight, seed) : from_gpx(flight)) {}

Flight::Flight(Plan plan) : track_(std::move(plan.track)), start_(plan.start), period_(plan.period) {}

double Flight::on_track(double time) const { return ends() ? time : std::fmod(time, period_); }

Motion Flight::motion(double time) const { return track_.at(on_track(time)); }

// A multicopter: it leans so that its rotors push where it is to go.
Attitude Flight::attitude(double time) const {
  const Motion motion = this->motion(time);
  const Vector push = motion.acceleration + Vector{motion.velocity.north, motion.velocity.east, 0} * drag;
  const double forward = push.north * std::cos(motion.heading) + push.east * std::sin(motion.heading);
  const double right = push.east * std::cos(motion.heading) - push.north * std::sin(motion.heading);
  const double up = push.up + gravity;
  return {motion.heading, std::atan2(-forward, up), std::asin(right / std::hypot(forward, right, up))};
}

Axes Flight::force(double time) const {
  const Vector acceleration = motion(time).acceleration;
  return to_body(attitude(time), acceleration.north, acceleration.east, -(acceleration.up + gravity));
}

Axes Flight::rotation(double time) const {
  constexpr double h = 1e-3;  // half of the difference's width; the angles are smooth over much more
  const Attitude before = attitude(std::max(time - h, 0.0)), now = attitude(time), after = attitude(time + h);
  const double width = time + h - std::max(time - h, 0.0);
  const double rolling = (after.roll - before.roll) / width, pitching = (after.pitch - before.pitch) / width;
  const double turning = motion(time).turning;
  return {rolling - turning * std::sin(now.pitch),
          pitching * std::cos(now.roll) + turning * std::sin(now.roll) * std::cos(now.pitch),
          turning * std::cos(now.roll) * std::cos(now.pitch) - pitching * std::sin(now.roll)};
}

Place Flight::place(double time) const {
  const Vector position = motion(time).position;
  const double latitude = start_.latitude + position.north / metres_north(1);
  const double longitude = start_.longitude + position.east / metres_east(1, start_.latitude);
  return {latitude, std::remainder(longitude, 360), start_.altitude + position.up};
}

std::optional<double> Flight::until_gone(double time, double metres) const {
  const double now = on_track(time);
  double goal = track_.gone(now) + metres, waited = 0;
  if (!ends()) {
    const double round = track_.gone(period_);
    if (round <= 0) return std::nullopt;
    waited = std::floor(goal / round) * period_;
    goal -= std::floor(goal / round) * round;
  }
  const auto when = track_.when(goal);
  if (!when) return std::nullopt;
  return std::max(waited + *when - now, 0.0);
}

}  // namespace stuntcam::emulator::parrot
