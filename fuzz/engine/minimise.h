// The same with less: which faults of a plan are guilty, and what of them matters.
#pragma once

#include <functional>

#include "transport/fault/plan.h"

namespace stuntcam::fuzz {

// `does` says whether a plan still does it, as the one that is given did; false ends a branch, so who has had enough
// says false to everything.
transport::FaultPlan minimise(transport::FaultPlan, const std::function<bool(const transport::FaultPlan&)>& does);

}  // namespace stuntcam::fuzz
