// The table of Fujifilm's operations.
#include "emulator/vendors/fuji.h"

#include <array>

#include "emulator/camera.h"
#include "emulator/vendors/fuji_codes.h"

namespace stuntcam::emulator {
namespace {

template <Answer (FujiModule::*operation)(Context&)>
Answer call(Context& context) {
  // These rows are listed by FujiModule only, so this is what the camera has.
  return (static_cast<FujiModule&>(context.camera.vendor()).*operation)(context);
}

// One client always sends five parameters, so surplus ones are no mistake here.
constexpr u8 any_parameters = 5;

OperationRow always(OperationCode code, Answer (*run)(Context&)) {
  return {.code = code, .run = run, .parameters = any_parameters};
}
OperationRow when_idle(OperationCode code, Answer (*run)(Context&)) {
  return {.code = code, .run = run, .while_busy = false, .parameters = any_parameters};
}

}  // namespace

std::span<const OperationRow> FujiModule::operations() const {
  using F = FujiModule;
  namespace op = fuji::operation;
  static const std::array rows{
      always(OperationCode::GetNumObjects, call<&F::get_num_objects>),
      always(OperationCode::GetObjectHandles, call<&F::get_object_handles>),
      always(OperationCode::GetObjectInfo, call<&F::get_object_info>),
      always(OperationCode::GetObject, call<&F::get_object>),
      always(OperationCode::GetThumb, call<&F::get_thumb>),
      always(OperationCode::DeleteObject, call<&F::delete_object>),
      always(OperationCode::GetPartialObject, call<&F::get_partial_object>),
      always(OperationCode::GetDevicePropDesc, call<&F::get_device_prop_desc>),
      always(OperationCode::GetDevicePropValue, call<&F::get_device_prop_value>),
      always(OperationCode::SetDevicePropValue, call<&F::set_device_prop_value>),
      always(OperationCode::InitiateOpenCapture, call<&F::start_remote_control>),
      always(OperationCode::TerminateOpenCapture, call<&F::stop_remote_control>),
      when_idle(OperationCode::InitiateCapture, call<&F::initiate_capture>),
      when_idle(op::InitiateMovieCapture, call<&F::initiate_movie_capture>),
      always(op::TerminateMovieCapture, call<&F::terminate_movie_capture>),
      always(op::GetCapturePreview, call<&F::get_capture_preview>),
      when_idle(op::SetFocusPoint, call<&F::set_focus_point>),
      always(op::ReleaseFocusPoint, call<&F::release_focus_point>),
      always(op::GetCapabilities, call<&F::get_capabilities>),
      when_idle(op::StepShutterSpeed, call<&F::step_shutter_speed>),
      when_idle(op::StepAperture, call<&F::step_aperture>),
      when_idle(op::StepExposureCompensation, call<&F::step_exposure_compensation>),
      always(op::CancelInitiateCapture, call<&F::cancel_initiate_capture>),
  };
  return rows;
}

// In remote mode the camera said that it has no pictures, and yet they can be listed: counted are those that an
// initiator in one of the viewing modes gets to see. Assumed.
void FujiModule::attach(Camera& camera) {
  for (const u16 code : {fuji::property::ObjectCount, fuji::property::ObjectCount2}) {
    if (!camera.properties().has(code)) continue;
    const auto type = camera.properties().definition(code).type;
    camera.properties().compute(code,
                                [this, &camera, type] {
                                  namespace client = fuji::client;
                                  const i64 state = camera.properties().integer(fuji::property::ClientState);
                                  const bool viewing = state == client::view_multiple || state == client::view_all ||
                                                       state == client::remote_image_view;
                                  return ptp::Value(type, viewing ? static_cast<i64>(numbers(camera).size()) : 0);
                                },
                                {});
  }
}

// The camera is its owner's again.
void FujiModule::session_closed(Camera& camera, CameraSession& session) {
  modes_.erase(&session);
  if (!remote(session)) return;
  leave_remote_control(camera);
  preview_.reset();
  camera.properties().change(fuji::property::ClientState, 0);
  camera.properties().change(fuji::property::FocusLock, fuji::unlocked);
}

}  // namespace stuntcam::emulator
