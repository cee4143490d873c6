// What Parrot's Sequoia does beyond the standard, as far as docs/cameras.md knows it: a camera with five sensors on an
// aircraft, that knows where it is and how it moves. What the documents leave open is said here with "assumed" and
// listed there.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "emulator/vendor.h"
#include "emulator/vendors/parrot_bands.h"
#include "emulator/vendors/parrot_codes.h"
#include "emulator/vendors/parrot_flight.h"
#include "emulator/vendors/parrot_geotag.h"
#include "emulator/vendors/parrot_weather.h"
#include "transport/clock.h"

namespace stuntcam::emulator {

class ParrotModule final : public VendorModule {
 public:
  std::span<const OperationRow> operations() const override;
  std::span<const ptp::EventCode> events() const override;
  // Throws std::system_error and std::invalid_argument for a path that cannot be flown.
  void attach(Camera&) override;
  void property_changed(Camera&, u16 code) override;
  ResponseCode ready_to_capture(Camera&, const Release&) override;
  CapturePlan plan(Camera&, const Release&) override;
  void exposed(Camera&, Shot&) override;
  void develop(Camera&, const PlannedFile&, const Shot&, Object&) override;
  transport::Duration pause(Camera&, const CapturePlan&) override;
  void shutter_changed(Camera&) override;
  void power_cycled(Camera&) override;

  // The operations, by subject. parrot_readings.cpp:
  Answer get_sunshine_values(Context&);
  Answer get_temperature_values(Context&);
  Answer get_angle_values(Context&);
  Answer get_gps_values(Context&);
  Answer get_gyroscope_values(Context&);
  Answer get_accelerometer_values(Context&);
  Answer get_magnetometer_values(Context&);
  Answer get_imu_values(Context&);
  Answer get_status_mask(Context&);
  // parrot_services.cpp:
  Answer eject_storage(Context&);
  Answer start_magneto_calib(Context&);
  Answer stop_magneto_calib(Context&);
  Answer magneto_calib_status(Context&);
  Answer send_firmware_update(Context&);
  Answer set_geotag(Context&);

 private:
  using Calibration = parrot::Calibration;
  struct Calibrating {
    Calibration status = Calibration::none;
    u64 serial = 0;  // steps of a calibration that was stopped do nothing
    bool running() const { return status >= Calibration::running && status <= Calibration::yaw_pending; }
  };
  // Of the latest exposure: all its files tell the same.
  struct Moment {
    parrot::Viewpoint viewpoint;
    parrot::Attitude attitude;
    std::string id;  // 32 hex digits
  };

  // parrot.cpp:
  double time(Camera&) const;  // seconds since the camera was switched on
  double daylight(Camera&) const;
  bool module(const Camera&) const;  // the sunshine module is there, with its IMU and the GPS
  bool sensors_on(Camera&) const;
  void later(Camera&, transport::Duration, std::function<void()>);
  void attach_properties(Camera&);
  void switch_sensors(Camera&, u32 keep_on);
  void load_changed(Camera&);
  u32 status(Camera&) const;
  void tell_status(Camera&);  // when it has changed
  // parrot_readings.cpp:
  std::optional<u32> imu_meant(const Context&) const;
  template <class... Part>
  Answer imu_reading(Context&, Part... part);
  // parrot_services.cpp:
  void calibration_goes_on(Camera&, u32 imu, u64 serial);
  void tell_calibration(Camera&, u32 imu, Calibration);
  // parrot_capture.cpp:
  parrot::Exposure exposure_of(Camera&, u32 sensor) const;
  std::string xmp(std::optional<std::size_t> band) const;

  std::unique_ptr<const parrot::Flight> flight_;  // both from attach() on
  std::unique_ptr<parrot::Thermometers> thermometers_;
  transport::Duration switched_on_{};
  u32 keep_on_ = 0;  // what the sensors really do; a new wish takes its time
  u64 keep_on_serial_ = 0;
  u32 told_status_ = 0;
  std::array<Calibrating, 2> calibrations_;
  std::weak_ptr<void> firmware_update_;   // lives while an image comes in
  std::optional<parrot::Geotag> geotag_;  // for the next image
  bool remote_gps_ = false;
  Moment moment_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // callbacks on the clock hold it weakly
};

}  // namespace stuntcam::emulator
