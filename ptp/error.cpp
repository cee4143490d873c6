#include "ptp/error.h"

#include <fmt/format.h>

namespace stuntcam::ptp {

std::string Error::to_string() const { return fmt::format("{} at byte {}: {}", field, offset, problem); }

}  // namespace stuntcam::ptp
