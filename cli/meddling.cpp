#include "cli/meddling.h"

#include <fmt/format.h>

#include "cli/failure.h"

namespace stuntcam::cli {

Meddling::Meddling(asio::io_context& io, transport::Clock& clock, const transport::FaultPlan& plan, ptp::Vendor vendor,
                   const transport::Dialect& dialect, emulator::Camera* camera)
    : hands_(camera == nullptr ? nullptr : std::make_shared<emulator::Hands>(*camera)) {
  for (const auto& fault : plan.faults)
    if (const auto wrong = problem(fault); !wrong.empty())
      throw Failure(usage, fmt::format("--fault {}: {}", to_string(fault, vendor), wrong));
  faults_ = std::make_unique<transport::Faults>(io, clock, plan, vendor, dialect);
  if (hands_) faults_->on_camera([hands = hands_](const transport::Fault& fault) { hands->act(fault); });
}

std::string Meddling::problem(const transport::Fault& fault) const {
  if (!of_camera(fault.kind)) return {};
  return hands_ ? hands_->problem(fault) : "only an emulated camera has a body to lay hands on";
}

}  // namespace stuntcam::cli
