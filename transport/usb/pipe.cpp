#include "transport/usb/pipe.h"

#include <fmt/format.h>

namespace stuntcam::transport::usb {

std::string name_of(const Interface& usb) {
  return usb.name.empty() ? fmt::format("USB {:04x}:{:04x}", usb.vendor, usb.product) : usb.name;
}

std::string title(const Interface& usb) {
  return fmt::format("{} (usb:{:03},{:03})", name_of(usb), usb.bus, usb.device);
}

}  // namespace stuntcam::transport::usb
