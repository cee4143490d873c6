// Live view: on while the viewfinder's output goes to the host.
#include "emulator/camera.h"
#include "emulator/vendors/canon.h"
#include "emulator/vendors/canon_codes.h"
#include "emulator/vendors/canon_records.h"

namespace stuntcam::emulator {
namespace {
constexpr i64 output_to_host = 2;  // a bit of EVFOutputDevice
constexpr u32 jpeg_record = 1;     // type of the record with the frame
}  // namespace

void CanonModule::follow_output(Camera& camera) {
  const bool wanted = (camera.properties().integer(canon::property::EVFOutputDevice) & output_to_host) != 0;
  if (wanted == camera.live_view().on()) return;
  if (!wanted) return camera.live_view().stop();
  camera.live_view().start();
  live_view_ready_ = camera.clock().now() + camera.profile().timing.live_view_start;
}

// Records like those of GetEvent; of the types that a body sends only the frame is known.
Answer CanonModule::get_view_finder_data(Context& context) {
  Camera& camera = context.camera;
  if (!camera.live_view().on() || camera.clock().now() < live_view_ready_)
    return Reply(canon::response::ObjectNotReady);
  Bytes data = canon::record(jpeg_record, *camera.live_view().frame());
  const Bytes end = canon::end_record();
  data.insert(data.end(), end.begin(), end.end());
  return Reply(Body(std::move(data)));
}

// Three widths of step in each direction; only while the sensor sees something (assumed).
Answer CanonModule::drive_lens(Context& context) {
  constexpr u32 far = 0x8000, widest = 3;
  const u32 step = context.param(0) & ~far;
  if (step == 0 || step > widest) return Reply(ResponseCode::InvalidParameter);
  return in_live_view(context);
}

// Zooming and pointing at things in the frame: accepted, without effect on it (assumed).
Answer CanonModule::in_live_view(Context& context) {
  return Reply(context.camera.live_view().on() ? ResponseCode::OK : canon::response::ObjectNotReady);
}

}  // namespace stuntcam::emulator
