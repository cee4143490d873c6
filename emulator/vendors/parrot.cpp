#include "emulator/vendors/parrot.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "emulator/camera.h"

namespace stuntcam::emulator {

using transport::Duration;
namespace property = parrot::property;

namespace {

// assumed: nobody has measured them. The vendor's tests give a new value of PhotoSensorsKeepOn ten seconds.
constexpr Duration sensors_start = std::chrono::seconds(3), wifi_restart = std::chrono::seconds(4);

constexpr std::string_view wifi_on = "ON", wifi_off = "OFF", wifi_error = "ERROR", wifi_restarting = "RESTART";

// The bits of the status mask (docs/cameras.md): as cameras have them, and as the vendor's first manual says.
struct StatusBits {
  u32 snapshot, body_calibrating, module_calibrating, module, gps, remote_gps, body_ready, module_ready, running;
};
constexpr StatusBits newer_bits{1, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 11, 1 << 12, 1 << 13};
constexpr StatusBits manual_bits{0, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 0, 0, 1};

bool fits_wifi_name(const Value& value) {  // what 802.11 allows
  return !value.text().empty() && value.text().size() <= 32;
}
bool fits_passphrase(const Value& value) {  // what WPA allows; none: an open network
  return value.text().empty() || (value.text().size() >= 8 && value.text().size() <= 63);
}

}  // namespace

void ParrotModule::attach(Camera& camera) {
  flight_ = std::make_unique<const parrot::Flight>(camera.profile().flight, camera.seed());
  thermometers_ = std::make_unique<parrot::Thermometers>(camera.seed());
  keep_on_ = static_cast<u32>(camera.properties().integer(property::PhotoSensorsKeepOn));
  switched_on_ = camera.clock().now();
  attach_properties(camera);
  load_changed(camera);
  told_status_ = status(camera);
}

void ParrotModule::attach_properties(Camera& camera) {
  Properties& properties = camera.properties();
  properties.compute(
      property::PhotoSensorsKeepOn, [this] { return Value(ptp::DataType::uint32, keep_on_); },
      [this, &camera](const Value& value) { switch_sensors(camera, static_cast<u32>(value.integer())); });
  // An error can happen; nobody can wish for it.
  properties.require(property::WifiStatus, [](const Value& value) { return value.text() != wifi_error; });
  properties.require(property::WifiSSID, fits_wifi_name);
  properties.require(property::WifiPassphrase, fits_passphrase);
  // One value for each sensor, or each channel of the sunshine module: as many as there are.
  for (const u16 code : {property::ExposureTime, property::ExposureProgramMode, property::ExposureIndex,
                         property::IrradianceGain, property::IrradianceIntegrationTime}) {
    const auto now = properties.get(code);
    if (!now) continue;
    properties.require(code,
                       [count = now->array().size()](const Value& value) { return value.array().size() == count; });
  }
}

void ParrotModule::property_changed(Camera& camera, u16 code) {
  if (code == property::HeatingEnable || code == property::WifiStatus) load_changed(camera);
  if (code != property::WifiStatus) return;
  // Connections outlive it: ours come by a cable that is not there, as they could by USB.
  later(camera, wifi_restart, [&camera] {
    const auto status = camera.properties().get(property::WifiStatus);
    if (status && status->text() == wifi_restarting) camera.properties().change(property::WifiStatus, Value(wifi_on));
  });
}

void ParrotModule::shutter_changed(Camera& camera) {
  load_changed(camera);
  tell_status(camera);
}

void ParrotModule::power_cycled(Camera& camera) {
  switched_on_ = camera.clock().now();
  for (const auto& storage : camera.profile().storages)
    if (Store* const store = camera.store(storage.id)) store->set_present(storage.present);
  for (auto& calibration : calibrations_) calibration = {.serial = calibration.serial + 1};
  geotag_.reset();
  remote_gps_ = false;
  thermometers_ = std::make_unique<parrot::Thermometers>(camera.seed());
  load_changed(camera);
  told_status_ = status(camera);
}

double ParrotModule::time(Camera& camera) const {
  return std::chrono::duration<double>(camera.clock().now() - switched_on_).count();
}

double ParrotModule::daylight(Camera& camera) const {
  const double now = time(camera);
  return parrot::daylight(flight_->place(now).latitude, camera.now(), camera.seed(), now);
}

bool ParrotModule::module(const Camera& camera) const { return camera.profile().flight.sunshine_module; }

bool ParrotModule::sensors_on(Camera& camera) const { return keep_on_ != 0 || camera.shutter().busy(); }

void ParrotModule::later(Camera& camera, Duration delay, std::function<void()> what) {
  camera.clock().after(delay, [alive = std::weak_ptr(alive_), what = std::move(what)] {
    if (!alive.expired()) what();
  });
}

void ParrotModule::switch_sensors(Camera& camera, u32 keep_on) {
  const u64 serial = ++keep_on_serial_;
  if (keep_on == keep_on_) return;
  later(camera, sensors_start, [this, &camera, keep_on, serial] {
    if (serial != keep_on_serial_) return;  // somebody has changed his mind
    keep_on_ = keep_on;
    load_changed(camera);
    camera.announce(ptp::EventCode::DevicePropChanged, {property::PhotoSensorsKeepOn});
    tell_status(camera);
  });
}

void ParrotModule::load_changed(Camera& camera) {
  parrot::Thermometers::Load load;
  load.sensors = sensors_on(camera);
  load.heaters = static_cast<u32>(camera.properties().integer(property::HeatingEnable));
  const auto wifi = camera.properties().get(property::WifiStatus);
  load.wifi = !wifi || wifi->text() != wifi_off;
  thermometers_->set(time(camera), load);
}

u32 ParrotModule::status(Camera& camera) const {
  const StatusBits& bits = camera.profile().quirks.status_bits_by_manual ? manual_bits : newer_bits;
  u32 mask = bits.body_ready;
  if (camera.shutter().busy()) mask |= bits.snapshot;
  if (calibrations_[0].running()) mask |= bits.body_calibrating;
  if (calibrations_[1].running()) mask |= bits.module_calibrating;
  if (module(camera)) mask |= bits.module | bits.module_ready | bits.gps;
  if (remote_gps_) mask |= bits.remote_gps;
  if (sensors_on(camera)) mask |= bits.running;
  return mask;
}

void ParrotModule::tell_status(Camera& camera) {
  const u32 now = status(camera);
  if (std::exchange(told_status_, now) != now) camera.announce(parrot::event::Status, {now});
}

}  // namespace stuntcam::emulator
