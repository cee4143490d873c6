// A profile as JSON, for programs: the keys of docs/profiles.md.
#pragma once

#include "profiles/profile.h"
#include "ptp/json.h"

namespace stuntcam::cli {

ptp::Json profile_json(const profiles::Profile&);

}  // namespace stuntcam::cli
