// Operations that the profile answers without code.
#pragma once

#include "emulator/operation.h"
#include "profiles/canned.h"

namespace stuntcam::emulator {

Answer answer_canned(Context&, const profiles::CannedOperation&);

}  // namespace stuntcam::emulator
