// The live-view lane: on or off, and the frame that the sensor shows now. Frames follow the camera's clock at the
// profile's rate, whoever asks and however often.
#pragma once

#include <memory>

#include "ptp/bytes.h"

namespace stuntcam::emulator {

class Camera;

class LiveView {
 public:
  explicit LiveView(Camera& camera) : camera_(camera) {}
  bool on() const { return on_; }
  void start();
  void stop() { on_ = false; }
  // The sensor hangs: the same frame from now on, until it is let go.
  void freeze(bool frozen) { frozen_ = frozen; }
  // The JPEG of this moment; the same bytes for everybody who asks within one frame's time.
  std::shared_ptr<const Bytes> frame();

 private:
  Camera& camera_;
  bool on_ = false, frozen_ = false;
  u64 started_ns_ = 0;
  u64 number_ = ~u64{0};
  std::shared_ptr<const Bytes> frame_;
};

}  // namespace stuntcam::emulator
