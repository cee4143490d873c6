// A profile as TOML: what `profile show` prints and `profile learn` writes.
#pragma once

#include <string>

#include "profiles/profile.h"

namespace stuntcam::profiles {

// Complete (nothing extended), with names where codes have them; parse() makes an equal profile of it.
std::string to_toml(const Profile&);

}  // namespace stuntcam::profiles
