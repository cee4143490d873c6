// Properties that a case may change, and how it sets them back.
#pragma once

#include "initiator/conform/trial.h"

namespace stuntcam::initiator::conform {

// One that changes the picture and moves nothing, and has another value to set.
Task<ptp::DevicePropDesc> changeable(Initiator& t);
bool harmless(const ptp::DevicePropDesc& desc);
// A value that the form allows and that is not the current one.
std::optional<ptp::Value> another_value(const ptp::DevicePropDesc& desc);
// `by` sets it; the trial sets it back in the end.
Task<> change(Trial& t, Initiator& by, ptp::DevicePropDesc desc, ptp::Value value);

}  // namespace stuntcam::initiator::conform
