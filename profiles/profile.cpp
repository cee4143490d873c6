#include "profiles/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace stuntcam::profiles {

const Property* Profile::property(u16 code) const {
  const auto found = std::ranges::find(properties, code, &Property::code);
  return found == properties.end() ? nullptr : &*found;
}

bool Profile::advertises(ptp::OperationCode code) const {
  return std::ranges::find(device.operations, static_cast<u16>(code)) != device.operations.end();
}

bool Preset::operator==(const Preset& other) const {
  if (values != other.values || !camera != !other.camera) return false;
  return !camera || *camera == *other.camera;
}

Profile under_preset(Profile profile, const std::string& preset) {
  if (preset.empty()) return profile;
  const auto found = profile.presets.find(preset);
  if (found == profile.presets.end())
    throw std::invalid_argument(fmt::format("{} has no preset '{}'", profile.name, preset));
  if (!found->second.camera) return profile;
  auto camera = *found->second.camera;
  camera.name = profile.name;
  camera.origin = profile.origin;
  camera.presets = std::move(profile.presets);
  return camera;
}

}  // namespace stuntcam::profiles
