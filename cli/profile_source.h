// Finding the profile that a CAMERA on the command line names.
#pragma once

#include <string>
#include <vector>

#include "profiles/load.h"
#include "profiles/profile.h"

namespace stuntcam::cli {

// The built-in cameras, without the bases that profiles extend.
std::vector<profiles::Profile> built_in_cameras();
// Throws Failure(usage): an unknown name with the nearest one, or all problems of the file, each with its position.
profiles::Profile load_profile(const std::string& name_or_path, const std::vector<profiles::Setting>& = {});
// The same under one of its presets; "" is none. What it is then, settings excepted: the camera makes those.
profiles::Profile load_under_preset(const std::string& name_or_path, const std::string& preset,
                                    const std::vector<profiles::Setting>& = {});
// Those of --set KEY=VALUE that are keys of the profile, which have a point in them: timing.capture=2s.
std::vector<profiles::Setting> profile_settings(const std::vector<std::string>& texts);
bool is_profile_setting(const std::string& text);
// --set PROP=VALUE. Throws Failure(usage).
std::pair<u16, ptp::Value> parse_setting(const profiles::Profile&, const std::string& text);

}  // namespace stuntcam::cli
