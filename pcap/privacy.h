// What in a conversation may tell whose camera it is, or which. Private to pcap/.
#pragma once

#include <string>

#include "ptp/codes.h"
#include "ptp/datasets.h"

namespace stuntcam::pcap {

// What a camera names, by the rules of DCF and their likes: short, upper case. Anything else may be its owner's.
bool named_by_camera(const std::string& file_name);

// A value of this property: text and bytes that are no choice of its form, unless they are known to be the model's, and
// numbers whose property's name says what they are. `device`: may be null.
bool may_be_private(const ptp::DevicePropDesc&, const ptp::Value&, ptp::Vendor, const ptp::DeviceInfo* device);

}  // namespace stuntcam::pcap
