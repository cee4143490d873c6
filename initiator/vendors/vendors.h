// One function a vendor, for make_extension().
#pragma once

#include "initiator/vendors/extension.h"

namespace stuntcam::initiator {

std::unique_ptr<Extension> make_canon(const ptp::DeviceInfo&);    // canon.cpp
std::unique_ptr<Extension> make_fuji(const ptp::DeviceInfo&);     // fuji.cpp
std::unique_ptr<Extension> make_nikon(const ptp::DeviceInfo&);    // nikon.cpp
std::unique_ptr<Extension> make_olympus(const ptp::DeviceInfo&);  // olympus.cpp
std::unique_ptr<Extension> make_sony(const ptp::DeviceInfo&);     // sony.cpp

bool lists(const std::vector<u16>& codes, u16 code);

}  // namespace stuntcam::initiator
