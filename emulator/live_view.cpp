#include "emulator/live_view.h"

#include "emulator/camera.h"

namespace stuntcam::emulator {
namespace {

// No source knows the size of the frames of the cameras here; these are pictures of the sensor's shape that a client
// can show without scaling.
constexpr u32 frame_width = 640;
constexpr u32 frame_height = 424;

u64 ns(transport::Duration duration) { return static_cast<u64>(duration.count()); }

}  // namespace

void LiveView::start() {
  if (on_) return;
  on_ = true;
  started_ns_ = ns(camera_.clock().now());
  frame_.reset();
}

std::shared_ptr<const Bytes> LiveView::frame() {
  if (frozen_ && frame_) return frame_;
  const double seconds = static_cast<double>(ns(camera_.clock().now()) - started_ns_) * 1e-9;
  const auto number = static_cast<u64>(seconds * camera_.profile().timing.live_view_rate);
  if (!frame_ || number != number_) {
    Shot shot = camera_.vendor().plan(camera_, Release{}).shot;
    shot.taken = camera_.now();
    frame_ = std::make_shared<const Bytes>(render_frame(shot, frame_width, frame_height, number));
    number_ = number;
  }
  return frame_;
}

}  // namespace stuntcam::emulator
