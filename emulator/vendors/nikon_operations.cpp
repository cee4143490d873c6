// The table of Nikon's operations. While a capture runs the camera answers what asks for its state, and DeviceBusy to
// what wants it to move.
#include "emulator/camera.h"
#include "emulator/vendors/nikon.h"
#include "emulator/vendors/nikon_codes.h"

namespace stuntcam::emulator {
namespace {

template <Answer (NikonModule::*operation)(Context&)>
Answer call(Context& context) {
  // These rows are listed by NikonModule only, so this is what the camera has.
  return (static_cast<NikonModule&>(context.camera.vendor()).*operation)(context);
}

OperationRow always(OperationCode code, Answer (*run)(Context&), u8 parameters) {
  return {.code = code, .run = run, .parameters = parameters};
}
OperationRow when_idle(OperationCode code, Answer (*run)(Context&), u8 parameters) {
  return {.code = code, .run = run, .while_busy = false, .parameters = parameters};
}

// No source knows the parameters of these: any are accepted.
constexpr u8 any_parameters = 5;

}  // namespace

std::span<const OperationRow> NikonModule::operations() const {
  using N = NikonModule;
  namespace op = nikon::operation;
  static const std::array rows{
      when_idle(op::InitiateCaptureRecInSdram, call<&N::initiate_capture_rec_in_sdram>, 1),
      when_idle(op::AfDrive, call<&N::af_drive>, 0),
      always(op::ChangeCameraMode, call<&N::change_camera_mode>, 1),
      always(op::DelImageSDRAM, call<&N::del_image_sdram>, 1),
      always(op::GetLargeThumb, call<&N::get_large_thumb>, 1),
      always(op::GetEvent, call<&N::get_event>, 0),
      always(op::DeviceReady, call<&N::device_ready>, 0),
      always(op::SetPreWBData, call<&N::set_pre_wb_data>, 3),
      always(op::GetVendorPropCodes, call<&N::get_vendor_prop_codes>, 0),
      when_idle(op::AfCaptureSDRAM, call<&N::af_capture_sdram>, any_parameters),
      always(op::GetPicCtrlData, call<&N::get_pic_ctrl_data>, 2),
      always(op::SetPicCtrlData, call<&N::set_pic_ctrl_data>, 2),
      always(op::DelCustomPicCtrl, call<&N::del_custom_pic_ctrl>, 1),
      always(op::GetPicCtrlCapability, call<&N::get_pic_ctrl_capability>, 1),
      when_idle(op::StartLiveView, call<&N::start_live_view>, 0),
      always(op::EndLiveView, call<&N::end_live_view>, 0),
      when_idle(op::GetLiveViewImage, call<&N::get_live_view_image>, 0),
      when_idle(op::MfDrive, call<&N::mf_drive>, 2),
      when_idle(op::ChangeAfArea, call<&N::change_af_area>, 2),
      always(op::AfDriveCancel, call<&N::af_drive_cancel>, 0),
      when_idle(op::InitiateCaptureRecInMedia, call<&N::initiate_capture_rec_in_media>, 2),
      always(op::GetVendorStorageIDs, call<&N::get_vendor_storage_ids>, 0),
      when_idle(op::StartMovieRec, call<&N::start_movie_rec>, 0),
      always(op::EndMovieRec, call<&N::end_movie_rec>, 0),
      always(op::TerminateCapture, call<&N::terminate_capture>, any_parameters),
      always(op::GetPartialObjectHiSpeed, call<&N::get_partial_object_hi_speed>, 3),
  };
  return rows;
}

std::span<const ptp::EventCode> NikonModule::events() const {
  static constexpr std::array events{nikon::event::ObjectAddedInSdram, nikon::event::CaptureCompleteRecInSdram,
                                     nikon::event::MovieRecordInterrupted};
  return events;
}

}  // namespace stuntcam::emulator
