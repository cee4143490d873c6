#include "emulator/vendors/parrot_track.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace stuntcam::emulator::parrot {
namespace {

// What moves more slowly than this drifts and does not turn its nose, metres a second.
constexpr double standing = 0.3;

// The average is weighted by 15/16 (1 - x²)², x from -1 to 1 over twice the smoothing. A corner adds to the motion what
// this weight, its integral and its second integral give.
double weight(double x) { return std::abs(x) >= 1 ? 0 : 15.0 / 16 * (1 - x * x) * (1 - x * x); }
double step(double x) {
  if (std::abs(x) >= 1) return x < 0 ? 0 : 1;
  return 0.5 + 15.0 / 16 * (x - 2 * x * x * x / 3 + x * x * x * x * x / 5);
}
double ramp(double x) {
  if (std::abs(x) >= 1) return x < 0 ? 0 : x;
  const double square = x * x;
  return 5.0 / 32 + x / 2 + 15.0 / 16 * (square / 2 - square * square / 6 + square * square * square / 30);
}

// The turn with the least angle.
double nearest_turn(double from, double to) { return from + std::remainder(to - from, 2 * std::numbers::pi); }

double ground_speed(const Vector& velocity) { return std::hypot(velocity.north, velocity.east); }

std::optional<double> heading_of(const Corner& corner, const Vector& velocity) {
  if (corner.heading) return corner.heading;
  if (ground_speed(velocity) < standing) return std::nullopt;
  return std::atan2(velocity.east, velocity.north);
}

}  // namespace

Track::Track(const std::vector<Corner>& corners, double smoothing) : smoothing_(smoothing) {
  std::optional<double> heading;
  double gone = 0;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const Corner& corner = corners[i];
    Vector velocity;
    if (i + 1 < corners.size())
      velocity = (corners[i + 1].position - corner.position) * (1 / (corners[i + 1].time - corner.time));
    if (const auto wanted = heading_of(corner, velocity)) {
      // What stands at the beginning looks where it will go.
      if (!heading)
        for (Leg& leg : legs_) leg.heading = *wanted;
      heading = nearest_turn(heading.value_or(*wanted), *wanted);
    }
    if (!legs_.empty()) gone += ground_speed(legs_.back().velocity) * (corner.time - legs_.back().time);
    legs_.push_back({corner.time, corner.position, velocity, heading.value_or(0), gone});
  }
}

double Track::end() const { return legs_.back().time + smoothing_; }

double Track::gone(double time) const {
  const auto behind = std::ranges::upper_bound(legs_, time, {}, &Leg::time);
  if (behind == legs_.begin()) return 0;
  const Leg& leg = *std::prev(behind);
  return leg.gone + ground_speed(leg.velocity) * (time - leg.time);
}

std::optional<double> Track::when(double gone) const {
  const auto behind = std::ranges::lower_bound(legs_, gone, {}, &Leg::gone);
  if (behind == legs_.begin()) return legs_.front().time;
  if (behind == legs_.end()) return std::nullopt;
  const Leg& leg = *std::prev(behind);
  return leg.time + (gone - leg.gone) / ground_speed(leg.velocity);
}

Motion Track::at(double time) const {
  const auto later = [](double instant, const Leg& leg) { return instant < leg.time; };
  // The leg that everything averaged lies in or behind; its beginning and those of the ones behind are the corners.
  auto leg = std::upper_bound(legs_.begin(), legs_.end(), time - smoothing_, later);
  Motion motion;
  if (leg == legs_.begin()) {
    motion.position = leg->start;
    motion.heading = leg->heading;
  } else {
    const Leg& now = *std::prev(leg);
    motion.position = now.start + now.velocity * (time - now.time);
    motion.velocity = now.velocity;
    motion.heading = now.heading;
  }
  Vector velocity = motion.velocity;
  double heading = motion.heading;
  for (; leg != legs_.end() && leg->time < time + smoothing_; ++leg) {
    const double x = (time - leg->time) / smoothing_;
    const Vector change = leg->velocity - velocity;
    motion.position = motion.position + change * (smoothing_ * ramp(x));
    motion.velocity = motion.velocity + change * step(x);
    motion.acceleration = motion.acceleration + change * (weight(x) / smoothing_);
    motion.heading += (leg->heading - heading) * step(x);
    motion.turning += (leg->heading - heading) * weight(x) / smoothing_;
    velocity = leg->velocity;
    heading = leg->heading;
  }
  return motion;
}

}  // namespace stuntcam::emulator::parrot
