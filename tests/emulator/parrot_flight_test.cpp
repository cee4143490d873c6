// The flight: smooth, along its path, and with an attitude, rates and forces that belong together.
#include "emulator/vendors/parrot_flight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <numbers>

#include "emulator/vendors/parrot_sensors.h"
#include "emulator/vendors/parrot_weather.h"

namespace stuntcam::emulator::parrot {
namespace {

constexpr double pi = std::numbers::pi, degree = pi / 180;

profiles::Flight somewhere() { return {.latitude = 48.4, .longitude = 2.1, .ground = 150}; }

std::string write_gpx(const std::string& name, const std::string& points) {
  const std::string path = testing::TempDir() + "stuntcam-" + name + ".gpx";
  std::ofstream(path) << "<gpx><trk><trkseg>" << points << "</trkseg></trk></gpx>";
  return path;
}

double ground_distance(const Place& a, const Place& b) {
  const double metres = 6'371'008.8 * degree;
  return std::hypot((b.latitude - a.latitude) * metres,
                    (b.longitude - a.longitude) * metres * std::cos(a.latitude * degree));
}

TEST(ParrotTrack, SpeedIsTheDerivativeOfPlaceAndAccelerationOfSpeed) {
  const Track track({{1, {}}, {5, {40, 0, 8}}, {6, {40, 10, 8}}, {20, {-30, -40, 0}}}, 1.5);
  constexpr double h = 1e-4;
  for (double t = -1; t < 25; t += 0.037) {
    const Motion before = track.at(t - h), now = track.at(t), after = track.at(t + h);
    const Vector speed = (after.position - before.position) * (0.5 / h),
                 push = (after.velocity - before.velocity) * (0.5 / h);
    EXPECT_NEAR(now.velocity.north, speed.north, 1e-5) << t;
    EXPECT_NEAR(now.velocity.east, speed.east, 1e-5) << t;
    EXPECT_NEAR(now.velocity.up, speed.up, 1e-5) << t;
    EXPECT_NEAR(now.acceleration.north, push.north, 1e-3) << t;
    EXPECT_NEAR(now.acceleration.east, push.east, 1e-3) << t;
    EXPECT_NEAR(now.turning, (after.heading - before.heading) / (2 * h), 1e-3) << t;
  }
}

TEST(ParrotTrack, PassesItsCornersNearlyAndRestsAtItsEnds) {
  const Track track({{10, {}}, {20, {50, 0, 0}}, {30, {50, 50, 0}}}, 1.5);
  EXPECT_DOUBLE_EQ(track.at(0).position.north, 0);
  EXPECT_DOUBLE_EQ(track.at(0).heading, 0);
  EXPECT_DOUBLE_EQ(track.at(15).velocity.north, 5);
  EXPECT_NEAR(std::hypot(track.at(20).position.north - 50, track.at(20).position.east), 0, 2);
  EXPECT_NEAR(track.at(25).heading, pi / 2, 1e-9);
  EXPECT_DOUBLE_EQ(track.at(track.end()).position.east, 50);
  EXPECT_DOUBLE_EQ(track.at(1000).velocity.east, 0);
  EXPECT_DOUBLE_EQ(track.gone(15), 25);
  EXPECT_DOUBLE_EQ(track.gone(99), 100);
  EXPECT_DOUBLE_EQ(track.when(75).value(), 25);
  EXPECT_FALSE(track.when(100.1));
}

TEST(ParrotTrack, LooksWhereItWillGoAndKeepsLookingWhereItWent) {
  const Track track({{0, {}}, {10, {}}, {20, {0, 80, 0}}, {30, {0, 80, 0}}, {40, {0, 80, 20}}}, 1);
  for (const double t : {0.0, 5.0, 15.0, 25.0, 35.0, 50.0}) EXPECT_NEAR(track.at(t).heading, pi / 2, 1e-9) << t;
}

// What a client's fusion does: the rates of the gyroscope, summed up as rotations.
class Integrator {
 public:
  explicit Integrator(const Attitude& start) {
    const double cy = std::cos(start.yaw), sy = std::sin(start.yaw), cp = std::cos(start.pitch),
                 sp = std::sin(start.pitch), cr = std::cos(start.roll), sr = std::sin(start.roll);
    rotation_ = {{{cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr},
                  {sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr},
                  {-sp, cp * sr, cp * cr}}};
  }
  void add(const Axes& rate, double seconds) {
    const double angle = std::hypot(rate[0], rate[1], rate[2]) * seconds;
    if (angle == 0) return;
    const double k = seconds / angle, x = rate[0] * k, y = rate[1] * k, z = rate[2] * k;
    const double c = std::cos(angle), s = std::sin(angle), v = 1 - c;
    const std::array<Axes, 3> turn{{{x * x * v + c, x * y * v - z * s, x * z * v + y * s},
                                    {x * y * v + z * s, y * y * v + c, y * z * v - x * s},
                                    {x * z * v - y * s, y * z * v + x * s, z * z * v + c}}};
    std::array<Axes, 3> product{};
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j)
        for (std::size_t l = 0; l < 3; ++l) product[i][j] += rotation_[i][l] * turn[l][j];
    rotation_ = product;
  }
  double yaw() const { return std::atan2(rotation_[1][0], rotation_[0][0]); }
  double pitch() const { return -std::asin(rotation_[2][0]); }
  double roll() const { return std::atan2(rotation_[2][1], rotation_[2][2]); }

 private:
  std::array<Axes, 3> rotation_;
};

double off(double a, double b) { return std::abs(std::remainder(a - b, 2 * pi)) / degree; }

TEST(ParrotSensors, TheGyroscopeOverAMinuteMeetsTheAngles) {
  for (const u64 seed : {1u, 2u, 77u}) {
    const Flight flight(somewhere(), seed);
    for (const double start : {0.0, 30.0, 90.0}) {
      for (const u32 imu : {0u, 1u}) {
        const auto angles = [&](double t) {
          const auto read = read_imu(flight, seed, imu, t).angles;
          return Attitude{read[0] * 1e-6 * degree, read[1] * 1e-6 * degree, read[2] * 1e-6 * degree};
        };
        Integrator integrator(angles(start));
        constexpr double step = 0.02;
        for (int i = 0; i < 3000; ++i) {
          const auto read = read_imu(flight, seed, imu, start + (i + 0.5) * step).gyroscope;
          integrator.add({read[0] * 1e-6, read[1] * 1e-6, read[2] * 1e-6}, step);
        }
        const Attitude end = angles(start + 60);
        EXPECT_LT(off(integrator.yaw(), end.yaw), 0.5) << seed << " " << start;
        EXPECT_LT(off(integrator.pitch(), end.pitch), 0.5) << seed << " " << start;
        EXPECT_LT(off(integrator.roll(), end.roll), 0.5) << seed << " " << start;
      }
    }
  }
}

TEST(ParrotSensors, TheFlightIsWorthTesting) {
  const Flight flight(somewhere(), 1);
  double turned = 0, leaned = 0, climbed = 0;
  for (double t = 0; t < 300; t += 0.1) {
    turned += std::abs(flight.rotation(t)[2]) * 0.1;
    leaned = std::max(leaned, std::abs(flight.attitude(t).roll));
    climbed = std::max(climbed, flight.motion(t).position.up);
  }
  EXPECT_GT(turned, 4 * pi);
  EXPECT_GT(leaned, 5 * degree);
  EXPECT_DOUBLE_EQ(climbed, 50);
}

TEST(ParrotSensors, TheAccelerometerShowsGravityAtRest) {
  const Flight flight(somewhere(), 5);
  for (double t = 0; t < 10; t += 0.1) {
    const auto read = read_imu(flight, 5, 0, t).accelerometer;
    EXPECT_NEAR(read[0], 0, 10'000);
    EXPECT_NEAR(read[1], 0, 10'000);
    EXPECT_NEAR(read[2], -9'806'650, 10'000);
  }
}

TEST(ParrotSensors, TheAccelerometerAndTheAnglesTellTheMotion) {
  const Flight flight(somewhere(), 3);
  for (double t = 0; t < 300; t += 0.7) {
    const Attitude attitude = flight.attitude(t);
    const Vector push = flight.motion(t).acceleration;
    const Axes expected = to_body(attitude, push.north, push.east, -push.up - gravity), force = flight.force(t);
    for (std::size_t axis = 0; axis < 3; ++axis) EXPECT_NEAR(force[axis], expected[axis], 1e-9);
    EXPECT_NEAR(std::hypot(force[0], force[1], force[2]), std::hypot(push.north, push.east, push.up + gravity), 1e-9);
  }
}

TEST(ParrotSensors, TheMagnetometerFollowsTheYaw) {
  const Flight flight(somewhere(), 9);
  for (double t = 0; t < 300; t += 0.7) {
    const auto read = read_imu(flight, 9, 1, t);
    const double pitch = read.angles[1] * 1e-6 * degree, roll = read.angles[2] * 1e-6 * degree;
    // Levelled, as every compass does it.
    const double x = read.magnetometer[0], y = read.magnetometer[1], z = read.magnetometer[2];
    const double level = y * std::sin(roll) + z * std::cos(roll);
    const double north = x * std::cos(pitch) + level * std::sin(pitch), east = y * std::cos(roll) - z * std::sin(roll);
    EXPECT_LT(off(std::atan2(-east, north), read.angles[0] * 1e-6 * degree), 0.3) << t;
  }
}

TEST(ParrotSensors, TheSameSeedAndMomentReadTheSame) {
  const auto all = [](u64 seed, double t) {
    const auto read = read_imu(Flight(somewhere(), seed), seed, 0, t);
    std::vector<i32> numbers;
    for (const auto& part : {read.gyroscope, read.accelerometer, read.magnetometer, read.angles})
      numbers.insert(numbers.end(), part.begin(), part.end());
    return numbers;
  };
  EXPECT_EQ(all(4, 77.77), all(4, 77.77));
  EXPECT_NE(all(4, 77.77), all(5, 77.77));
  EXPECT_NE(all(4, 77.77), all(4, 77.78));
}

double decimal(const std::array<i32, 7>& gps, std::size_t at) {
  return gps.at(at) + gps.at(at + 1) / 60.0 + gps.at(at + 2) / 3.6e9;
}

TEST(ParrotSensors, TheGpsFollowsThePath) {
  const Flight flight(somewhere(), 1);
  for (double t = 0; t < 300; t += 0.2) {
    const auto gps = read_gps(flight, t + 0.01);
    const Place place = flight.place(t);
    EXPECT_LT(ground_distance(place, {decimal(gps, 3), decimal(gps, 0), 0}), 0.001);
    EXPECT_NEAR(gps[6], place.altitude * 100, 1);
  }
}

TEST(ParrotSensors, SouthAndWestHaveTheSignInAllParts) {
  const profiles::Flight there{.latitude = -33.5125, .longitude = -0.5083333333, .speed = 0};
  EXPECT_THAT(read_gps(Flight(there, 1), 0),
              testing::ElementsAre(0, -30, testing::AllOf(testing::Ge(-30'000'000), testing::Le(-29'999'000)), -33, -30,
                                   -45'000'000, 0));
}

TEST(ParrotFlight, TheSurveyComesBackAndBeginsAgain) {
  const Flight flight(somewhere(), 1);
  const double round = [&] {  // until it stands on the ground again for 20 s
    double t = 60;
    while (flight.motion(t).position.up > 0) t += 0.1;
    return t;
  }();
  EXPECT_LT(ground_distance(flight.place(0), flight.place(round + 5)), 1e-6);
  EXPECT_LT(off(flight.attitude(0).yaw, flight.attitude(round + 5).yaw), 1e-6);
  EXPECT_GT(flight.motion(round + 80).position.up, 10);  // in the air again
  EXPECT_FALSE(flight.ends());
}

TEST(ParrotFlight, WithoutSpeedItNeverTakesOff) {
  auto there = somewhere();
  there.speed = 0;
  const Flight flight(there, 1);
  EXPECT_DOUBLE_EQ(flight.place(1e6).altitude, 150);
  EXPECT_EQ(flight.until_gone(0, 1), std::nullopt);
}

TEST(ParrotFlight, FliesAGpxFileByItsTimes) {
  auto there = somewhere();
  there.path = write_gpx("times",
                         "<trkpt lat='10' lon='179.9999'><ele>100</ele><time>2024-05-06T10:00:00Z</time></trkpt>"
                         "<trkpt lat='10.001' lon='-179.9999'><ele>130</ele><time>2024-05-06T10:00:30Z</time></trkpt>"
                         "<trkpt lat='10.001' lon='-179.999'><ele>110</ele><time>2024-05-06T10:01:00Z</time></trkpt>");
  const Flight flight(there, 1);
  const auto near = [&](double t, double latitude, double longitude, double altitude) {
    const Place place = flight.place(t);
    EXPECT_LT(ground_distance({latitude, longitude, 0}, place), 2.5) << t;
    EXPECT_NEAR(place.altitude, altitude, 1) << t;
  };
  near(0, 10, 179.9999, 100);
  near(31.5, 10.001, -179.9999, 130);
  near(62, 10.001, -179.999, 110);
  near(1e5, 10.001, -179.999, 110);
  EXPECT_TRUE(flight.ends());
  EXPECT_NEAR(std::remainder(flight.attitude(50).yaw, 2 * pi), pi / 2, 1e-6);  // eastwards
  EXPECT_NEAR(flight.until_gone(0, 100).value(), 1.5 + 100 / (113.32 / 30), 0.1);
  EXPECT_EQ(flight.until_gone(0, 10'000), std::nullopt);
}

TEST(ParrotFlight, FliesAGpxFileWithoutTimesAtItsSpeed) {
  auto there = somewhere();
  there.speed = 10;
  there.path = write_gpx("speed", "<trkpt lat='0' lon='0'/><trkpt lat='0' lon='0'/><trkpt lat='0.01' lon='0'/>");
  const Flight flight(there, 1);
  EXPECT_NEAR(flight.motion(30).velocity.north, 10, 1e-6);
  EXPECT_NEAR(flight.place(1e4).latitude, 0.01, 1e-9);
  EXPECT_NEAR(flight.motion(30).position.up, 50, 1e-6);  // level: at the profile's height
  EXPECT_NEAR(flight.place(30).altitude, 200, 1e-6);
}

TEST(ParrotWeather, TheSunRisesAndSets) {
  const auto light = [](int month, int hour) { return daylight(48.4, {2024, month, 21, hour, 0, 0, {}, {}}, 1, 1000); };
  for (int hour = 4; hour < 12; ++hour) EXPECT_LT(light(6, hour), light(6, hour + 1)) << hour;
  for (int hour = 12; hour < 20; ++hour) EXPECT_GT(light(6, hour), light(6, hour + 1)) << hour;
  EXPECT_EQ(light(6, 0), 0);
  EXPECT_GT(light(6, 12), 2 * light(12, 12));
  EXPECT_NEAR(std::asin(sun_height(48.4, {2024, 6, 21, 12, 0, 0, {}, {}})) / degree, 90 - 48.4 + 23.44, 0.5);
  EXPECT_NEAR(std::asin(sun_height(48.4, {2024, 12, 21, 12, 0, 0, {}, {}})) / degree, 90 - 48.4 - 23.44, 0.5);
}

TEST(ParrotWeather, WarmsUpToWhatTheLoadMakesOfIt) {
  Thermometers thermometers(1);
  thermometers.set(0, {});
  for (const i32 each : thermometers.read(0)) EXPECT_NEAR(each, 22'000, 100);
  auto before = thermometers.read(0);
  for (const double t : {30.0, 100.0, 300.0}) {
    const auto now = thermometers.read(t);
    for (std::size_t i = 0; i < now.size(); ++i) EXPECT_GT(now[i], before[i] + 100) << i;
    before = now;
  }
  const auto idle = thermometers.read(5000);
  thermometers.set(5000, {.sensors = true, .wifi = true, .heaters = 1});
  const auto at_once = thermometers.read(5000), later = thermometers.read(9000);
  for (std::size_t i = 0; i < idle.size(); ++i) EXPECT_NEAR(at_once[i], idle[i], 150);
  EXPECT_GT(later[0], idle[0] + 10'000);
  EXPECT_GT(later[4], idle[4] + 15'000);  // the heater
  EXPECT_NEAR(later[5], idle[5], 150);    // has none on
}

}  // namespace
}  // namespace stuntcam::emulator::parrot
