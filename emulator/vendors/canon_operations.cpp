// The table of Canon's EOS operations. While a capture runs the camera answers what asks for its state, and DeviceBusy
// to what wants to change it.
#include "emulator/camera.h"
#include "emulator/vendors/canon.h"
#include "emulator/vendors/canon_codes.h"

namespace stuntcam::emulator {
namespace {

template <Answer (CanonModule::*operation)(Context&)>
Answer call(Context& context) {
  // These rows are listed by CanonModule only, so this is what the camera has.
  return (static_cast<CanonModule&>(context.camera.vendor()).*operation)(context);
}

// Canon's own code for what the standard has, too.
template <OperationCode standard>
Answer as(Context& context) {
  return context.camera.operation(standard).row->run(context);
}

Answer accept(Context&) { return Reply(ResponseCode::OK); }

// No source knows all parameters of these: any are accepted.
constexpr u8 any_parameters = 5;

OperationRow always(OperationCode code, Answer (*run)(Context&)) {
  return {.code = code, .run = run, .parameters = any_parameters};
}
OperationRow when_idle(OperationCode code, Answer (*run)(Context&)) {
  return {.code = code, .run = run, .while_busy = false, .parameters = any_parameters};
}

}  // namespace

std::span<const OperationRow> CanonModule::operations() const {
  using C = CanonModule;
  using Standard = OperationCode;
  namespace op = canon::operation;
  static const std::array rows{
      always(Standard::GetDevicePropDesc, call<&C::get_device_prop_desc>),
      always(Standard::SetDevicePropValue, call<&C::set_device_prop_value>),
      always(op::EnableCommand, accept),
      always(op::EnableCommand2, accept),
      always(op::GetStorageIDs, as<Standard::GetStorageIDs>),
      always(op::GetStorageInfo, call<&C::get_storage_info>),
      always(op::GetObjectInfo, as<Standard::GetObjectInfo>),
      always(op::GetObject, as<Standard::GetObject>),
      always(op::DeleteObject, as<Standard::DeleteObject>),
      when_idle(op::FormatStore, as<Standard::FormatStore>),
      always(op::GetPartialObject, as<Standard::GetPartialObject>),
      always(op::GetDeviceInfoEx, call<&C::get_device_info_ex>),
      always(op::GetObjectInfoEx, call<&C::get_object_info_ex>),
      always(op::GetThumbEx, as<Standard::GetThumb>),
      when_idle(op::RemoteRelease, call<&C::remote_release>),
      when_idle(op::SetDevicePropValueEx, call<&C::set_device_prop_value_ex>),
      always(op::SetRemoteMode, call<&C::set_remote_mode>),
      always(op::SetEventMode, call<&C::set_event_mode>),
      always(op::GetEvent, call<&C::get_event>),
      always(op::TransferComplete, call<&C::transfer_complete>),
      always(op::CancelTransfer, call<&C::transfer_complete>),
      always(op::PCHDDCapacity, call<&C::pchdd_capacity>),
      always(op::SetUILock, accept),
      always(op::ResetUILock, accept),
      always(op::KeepDeviceOn, accept),
      always(op::SetNullPacketMode, accept),
      when_idle(op::BulbStart, call<&C::bulb_start>),
      always(op::BulbEnd, call<&C::bulb_end>),
      always(op::RequestDevicePropValue, call<&C::request_device_prop_value>),
      always(op::RemoteReleaseOn, call<&C::remote_release_on>),
      always(op::RemoteReleaseOff, call<&C::remote_release_off>),
      always(op::GetPartialObjectEx, as<Standard::GetPartialObject>),
      always(op::EndGetPartialObjectEx, accept),
      always(op::SetRequestOLCInfoGroup, call<&C::set_request_olc_info_group>),
      always(op::SetRequestRollingPitchingLevel, accept),
      always(op::GetViewFinderData, call<&C::get_view_finder_data>),
      when_idle(op::DoAf, call<&C::do_af>),
      when_idle(op::DriveLens, call<&C::drive_lens>),
      when_idle(op::ClickWB, call<&C::in_live_view>),
      always(op::Zoom, call<&C::in_live_view>),
      always(op::ZoomPosition, call<&C::in_live_view>),
      always(op::SetLiveAfFrame, call<&C::in_live_view>),
      always(op::TouchAfPosition, call<&C::in_live_view>),
      always(op::AfCancel, call<&C::af_cancel>),
      always(op::GetObject64, as<Standard::GetObject>),
      always(op::GetPartialObject64, as<Standard::GetPartialObject64>),
      always(op::GetPartialObjectEx64, as<Standard::GetPartialObject64>),
  };
  return rows;
}

}  // namespace stuntcam::emulator
