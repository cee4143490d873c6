// Releases, and what moves the lens for them.
#include "emulator/camera.h"
#include "emulator/vendors/nikon.h"
#include "emulator/vendors/nikon_codes.h"

namespace stuntcam::emulator {
namespace {

// InitiateCaptureRecInMedia, parameter 1.
constexpr u32 without_autofocus = 0xFFFFFFFF, with_autofocus = 0xFFFFFFFE;

ResponseCode release(Context& context, CaptureTarget target, bool autofocus) {
  return context.camera.shutter().release({.target = target,
                                           .autofocus = autofocus,
                                           .transaction_id = context.request.transaction_id,
                                           .by = &context.session});
}

}  // namespace

Answer NikonModule::initiate_capture_rec_in_sdram(Context& context) {
  if (context.param(0) != without_autofocus) return Reply(ResponseCode::InvalidParameter);  // assumed
  return Reply(release(context, CaptureTarget::memory, false));
}

Answer NikonModule::af_capture_sdram(Context& context) { return Reply(release(context, CaptureTarget::memory, true)); }

Answer NikonModule::initiate_capture_rec_in_media(Context& context) {
  const u32 how = context.param(0), where = context.param(1);
  if ((how != without_autofocus && how != with_autofocus) || where > 1) return Reply(ResponseCode::InvalidParameter);
  return Reply(release(context, where == 0 ? CaptureTarget::card : CaptureTarget::memory, how == with_autofocus));
}

// Its two parameters are unknown. Without a bulb exposure: the wrong state for it, assumed.
Answer NikonModule::terminate_capture(Context& context) {
  return Reply(context.camera.shutter().close_bulb() ? ResponseCode::OK : nikon::response::InvalidStatus);
}

Answer NikonModule::del_image_sdram(Context& context) {
  const u32 handle = context.param(0);
  if (handle == 0)
    context.camera.drop_all_from_memory();
  else if (!context.camera.drop_from_memory(handle))
    return Reply(ResponseCode::InvalidObjectHandle);
  return Reply(ResponseCode::OK);
}

Answer NikonModule::af_drive(Context& context) {
  const transport::Duration now = context.camera.clock().now();
  if (now < focusing_until_) return Reply(ResponseCode::DeviceBusy);
  focusing_until_ = now + context.camera.profile().timing.autofocus;
  focus_failed_ = context.camera.profile().quirks.out_of_focus;
  return Reply(ResponseCode::OK);
}

Answer NikonModule::af_drive_cancel(Context& context) {
  if (context.camera.clock().now() < focusing_until_) {
    focusing_until_ = {};
    focus_failed_ = false;
  }
  return Reply(ResponseCode::OK);
}

}  // namespace stuntcam::emulator
