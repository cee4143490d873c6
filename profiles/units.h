// Numbers with units, as profiles write them.
#pragma once

#include "ptp/units.h"

namespace stuntcam::profiles {

using ptp::duration_examples;
using ptp::duration_text;
using ptp::parse_duration;
using ptp::parse_size;
using ptp::size_examples;
using ptp::size_text;

}  // namespace stuntcam::profiles
