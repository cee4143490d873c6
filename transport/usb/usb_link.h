// Links to a camera on USB. They speak as a camera on PTP/IP does, so that who holds one needs to know nothing of USB:
// the handshake and probes are answered here, a data phase comes in packets, and a Cancel ends in Response 0x201F.
#pragma once

#include <memory>

#include "transport/link.h"

namespace stuntcam::transport::usb {

class Device;

// One of each at a time.
std::unique_ptr<Link> make_command_link(std::shared_ptr<Device>);
std::unique_ptr<Link> make_event_link(std::shared_ptr<Device>);

}  // namespace stuntcam::transport::usb
