#include "profiles/profile.h"

#include <algorithm>

namespace stuntcam::profiles {

const Property* Profile::property(u16 code) const {
  const auto found = std::ranges::find(properties, code, &Property::code);
  return found == properties.end() ? nullptr : &*found;
}

bool Profile::advertises(ptp::OperationCode code) const {
  return std::ranges::find(device.operations, static_cast<u16>(code)) != device.operations.end();
}

}  // namespace stuntcam::profiles
