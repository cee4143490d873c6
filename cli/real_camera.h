// A TARGET as the CAMERA of `serve` and `run`: a real one, which clients are let through to.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/command_line.h"
#include "transport/real_camera.h"

namespace stuntcam::cli {

struct RealCameraOptions {
  std::string as;  // the dialect that clients speak; "": the camera's
  bool share = false;
};
void declare(Options&, RealCameraOptions&);

// How to get at it, once there is a loop.
struct RealCameraPart {
  using Log = std::function<void(const std::string&)>;
  std::function<std::unique_ptr<transport::RealCamera>(asio::io_context&, transport::Clock&, Log)> make;
  const transport::Dialect* dialect = &transport::standard_dialect();  // of the clients
};
// Throws Failure(usage).
RealCameraPart real_camera(const std::string& target, const RealCameraOptions&);

}  // namespace stuntcam::cli
