// What can be done to the camera besides taking pictures: calibration, new firmware, a place from outside, a card to be
// taken out.
#include <algorithm>
#include <array>
#include <utility>

#include "emulator/camera.h"
#include "emulator/vendors/parrot.h"

namespace stuntcam::emulator {

namespace {

// A person turns the camera about one axis after the other; each takes so long (assumed).
constexpr auto calibration_step = std::chrono::seconds(2);

// Firmware of this vendor begins with these letters (assumed to be all that is checked, besides its length).
constexpr std::array<u8, 4> firmware_mark{'P', 'L', 'F', '!'};
constexpr u32 unknown_length = 0xFFFFFFFF;

// Looks at an image as it comes and keeps nothing of it.
class FirmwareIntake final : public transport::Intake {
 public:
  FirmwareIntake(u32 announced, std::shared_ptr<void> under_way)
      : announced_(announced), under_way_(std::move(under_way)) {}
  void write(View bytes) override {
    for (u64 at = size_; at < firmware_mark.size() && at - size_ < bytes.size(); ++at)
      marked_ = marked_ && bytes[at - size_] == firmware_mark.at(at);
    size_ += bytes.size();
  }
  Reply finish(bool complete) override {
    if (!complete) return Reply(ResponseCode::IncompleteTransfer);
    const bool long_enough = size_ > firmware_mark.size() && (announced_ == unknown_length || announced_ == size_);
    return Reply(marked_ && long_enough ? ResponseCode::OK : ResponseCode::InvalidDataSet);
  }

 private:
  u32 announced_;
  std::shared_ptr<void> under_way_;
  u64 size_ = 0;
  bool marked_ = true;
};

bool removable(const ptp::StorageInfo& info) { return info.storage_type == 2 || info.storage_type == 4; }

}  // namespace

Answer ParrotModule::eject_storage(Context& context) {
  Camera& camera = context.camera;
  const auto store = context.store(context.param(0));
  if (!store) return Reply(store.error());
  if (!removable((*store)->info())) return Reply(ResponseCode::InvalidParameter);
  if (camera.shutter().busy()) return Reply(ResponseCode::GeneralError);  // it cannot be unmounted now
  (*store)->set_present(false);
  camera.announce(ptp::EventCode::StoreRemoved, {(*store)->id()});
  return Reply();
}

Answer ParrotModule::start_magneto_calib(Context& context) {
  const auto id = imu_meant(context);
  if (!id) return Reply(ResponseCode::GeneralError);
  Calibrating& calibrating = calibrations_.at(*id);
  if (calibrating.running()) return Reply(ResponseCode::DeviceBusy);
  const u64 serial = ++calibrating.serial;
  tell_calibration(context.camera, *id, Calibration::running);
  later(context.camera, calibration_step,
        [this, &camera = context.camera, imu = *id, serial] { calibration_goes_on(camera, imu, serial); });
  return Reply();
}

void ParrotModule::calibration_goes_on(Camera& camera, u32 imu, u64 serial) {
  const Calibrating& calibrating = calibrations_.at(imu);
  if (calibrating.serial != serial || !calibrating.running()) return;
  const bool last = calibrating.status == Calibration::yaw_pending;
  tell_calibration(camera, imu, last ? Calibration::ok : Calibration{static_cast<u32>(calibrating.status) + 1});
  if (!last)
    later(camera, calibration_step, [this, &camera, imu, serial] { calibration_goes_on(camera, imu, serial); });
}

// Stopping what does not run changes nothing.
Answer ParrotModule::stop_magneto_calib(Context& context) {
  const auto id = imu_meant(context);
  if (!id) return Reply(ResponseCode::GeneralError);
  if (calibrations_.at(*id).running()) tell_calibration(context.camera, *id, Calibration::aborted);
  return Reply();
}

void ParrotModule::tell_calibration(Camera& camera, u32 imu, Calibration status) {
  calibrations_.at(imu).status = status;
  camera.announce(parrot::event::MagnetoCalibrationStatus, {imu, static_cast<u32>(status)});
  tell_status(camera);
}

Answer ParrotModule::send_firmware_update(Context& context) {
  if (!firmware_update_.expired()) return refuse(ResponseCode::DeviceBusy);
  const auto under_way = std::make_shared<int>();
  firmware_update_ = under_way;
  return std::make_unique<FirmwareIntake>(context.param(0), under_way);
}

Answer ParrotModule::set_geotag(Context& context) {
  return collect(parrot::geotag_size, [this, &camera = context.camera](View data) {
    const auto tag = parrot::parse_geotag(data);
    if (!tag) return Reply(ResponseCode::InvalidDataSet);
    geotag_ = tag;
    remote_gps_ = true;
    tell_status(camera);
    return Reply();
  });
}

}  // namespace stuntcam::emulator
