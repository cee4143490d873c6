// The table of Parrot's operations.
#include "emulator/camera.h"
#include "emulator/vendors/parrot.h"

namespace stuntcam::emulator {
namespace {

template <Answer (ParrotModule::*operation)(Context&)>
Answer call(Context& context) {
  // These rows are listed by ParrotModule only, so this is what the camera has.
  return (static_cast<ParrotModule&>(context.camera.vendor()).*operation)(context);
}

OperationRow always(OperationCode code, Answer (*run)(Context&), u8 parameters) {
  return {.code = code, .run = run, .parameters = parameters};
}
OperationRow when_idle(OperationCode code, Answer (*run)(Context&), u8 parameters) {
  return {.code = code, .run = run, .while_busy = false, .parameters = parameters};
}

}  // namespace

std::span<const OperationRow> ParrotModule::operations() const {
  using P = ParrotModule;
  namespace op = parrot::operation;
  static const std::array rows{
      always(op::GetSunshineValues, call<&P::get_sunshine_values>, 0),
      always(op::GetTemperatureValues, call<&P::get_temperature_values>, 0),
      always(op::GetAngleValues, call<&P::get_angle_values>, 1),
      always(op::GetGPSValues, call<&P::get_gps_values>, 0),
      always(op::GetGyroscopeValues, call<&P::get_gyroscope_values>, 1),
      always(op::GetAccelerometerValues, call<&P::get_accelerometer_values>, 1),
      always(op::GetMagnetometerValues, call<&P::get_magnetometer_values>, 1),
      always(op::GetIMUValues, call<&P::get_imu_values>, 1),
      always(op::GetStatusMask, call<&P::get_status_mask>, 0),
      always(op::EjectStorage, call<&P::eject_storage>, 1),
      always(op::StartMagnetoCalib, call<&P::start_magneto_calib>, 1),
      always(op::StopMagnetoCalib, call<&P::stop_magneto_calib>, 1),
      always(op::MagnetoCalibStatus, call<&P::magneto_calib_status>, 1),
      when_idle(op::SendFirmwareUpdate, call<&P::send_firmware_update>, 1),
      always(op::SetGeotag, call<&P::set_geotag>, 0),
  };
  return rows;
}

std::span<const ptp::EventCode> ParrotModule::events() const {
  static constexpr std::array codes{ptp::EventCode::StoreRemoved, parrot::event::Status,
                                    parrot::event::MagnetoCalibrationStatus};
  return codes;
}

}  // namespace stuntcam::emulator
