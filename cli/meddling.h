// --fault for one camera: its faults, and the hands on it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "emulator/hands.h"
#include "transport/fault/faults.h"
#include "transport/server.h"

namespace stuntcam::cli {

class Meddling {
 public:
  // `camera` is null where a capture plays it: then nobody can lay hands on it. Throws Failure(usage) for what this
  // camera cannot suffer.
  Meddling(asio::io_context&, transport::Clock&, const transport::FaultPlan&, ptp::Vendor, const transport::Dialect&,
           emulator::Camera*);

  // Why this fault is nothing for this camera; "": it is.
  std::string problem(const transport::Fault&) const;
  transport::Faults& faults() { return *faults_; }
  // Once a camera is gone, nothing is done to it any more.
  void let_go() { faults_->on_camera({}); }

 private:
  std::shared_ptr<emulator::Hands> hands_;
  std::unique_ptr<transport::Faults> faults_;
};

}  // namespace stuntcam::cli
