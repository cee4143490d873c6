// What the instruments read, asked by operation.
#include <algorithm>

#include "emulator/camera.h"
#include "emulator/vendors/parrot.h"
#include "emulator/vendors/parrot_sensors.h"

namespace stuntcam::emulator {

namespace property = parrot::property;

namespace {

template <class Integer, std::size_t n>
Reply array_of(const std::array<Integer, n>& values) {
  Bytes bytes;
  ptp::Writer writer(bytes);
  writer.integer(static_cast<u32>(n));
  for (const Integer value : values) writer.integer(value);
  return Reply(Body(std::move(bytes)));
}

Reply number(u32 value) {
  Bytes bytes;
  ptp::Writer(bytes).integer(value);
  return Reply(Body(std::move(bytes)));
}

// A sensor that is not there cannot be read; the manual's list of responses has no other for it.
constexpr ResponseCode unreadable = ResponseCode::GeneralError;

std::array<u32, parrot::bands> channels(const Properties& properties, u16 code, u32 otherwise) {
  std::array<u32, parrot::bands> values{};
  values.fill(otherwise);
  const auto set = properties.get(code);
  if (!set) return values;
  for (std::size_t i = 0; i < std::min(values.size(), set->array().size()); ++i)
    values.at(i) = static_cast<u32>(set->array()[i]);
  return values;
}

}  // namespace

Answer ParrotModule::get_sunshine_values(Context& context) {
  constexpr double rate = 5;  // readings a second, by the vendor's forum
  Camera& camera = context.camera;
  if (!module(camera)) return Reply(unreadable);
  constexpr u32 usual_gain = 1, usual_time = 10'000;
  const parrot::SunshineSettings settings{
      channels(camera.properties(), property::IrradianceGain, usual_gain),
      channels(camera.properties(), property::IrradianceIntegrationTime, usual_time)};
  return array_of(
      parrot::read_sunshine(daylight(camera), settings, camera.seed(), static_cast<u64>(time(camera) * rate)));
}

Answer ParrotModule::get_temperature_values(Context& context) {
  constexpr i32 missing = -999'000;  // seen by the vendor's tests; below absolute zero is enough
  auto values = thermometers_->read(time(context.camera));
  if (!module(context.camera)) values.back() = missing;
  return array_of(values);
}

Answer ParrotModule::get_gps_values(Context& context) {
  if (!module(context.camera)) return Reply(unreadable);  // the GPS is in it
  return array_of(parrot::read_gps(*flight_, time(context.camera)));
}

Answer ParrotModule::get_status_mask(Context& context) { return number(status(context.camera)); }

std::optional<u32> ParrotModule::imu_meant(const Context& context) const {
  const u32 id = context.param(0);
  if (id >= parrot::imus || (id == 1 && !module(context.camera))) return std::nullopt;
  return id;
}

template <class... Part>
Answer ParrotModule::imu_reading(Context& context, Part... part) {
  const auto id = imu_meant(context);
  if (!id) return Reply(unreadable);
  const auto reading = parrot::read_imu(*flight_, context.camera.seed(), *id, time(context.camera));
  std::array<i32, 3 * sizeof...(part)> values{};
  auto at = values.begin();
  ((at = std::ranges::copy(reading.*part, at).out), ...);
  return array_of(values);
}

Answer ParrotModule::get_angle_values(Context& context) { return imu_reading(context, &parrot::ImuReading::angles); }
Answer ParrotModule::get_gyroscope_values(Context& context) {
  return imu_reading(context, &parrot::ImuReading::gyroscope);
}
Answer ParrotModule::get_accelerometer_values(Context& context) {
  return imu_reading(context, &parrot::ImuReading::accelerometer);
}
Answer ParrotModule::get_magnetometer_values(Context& context) {
  return imu_reading(context, &parrot::ImuReading::magnetometer);
}
Answer ParrotModule::get_imu_values(Context& context) {
  using Imu = parrot::ImuReading;
  return imu_reading(context, &Imu::gyroscope, &Imu::accelerometer, &Imu::magnetometer, &Imu::angles);
}

Answer ParrotModule::magneto_calib_status(Context& context) {
  const auto id = imu_meant(context);
  return id ? number(static_cast<u32>(calibrations_.at(*id).status)) : Reply(unreadable);
}

}  // namespace stuntcam::emulator
