// Records what passes between a host and a virtual USB device, in the form of Linux's usbmon: docs/recording.md. Into
// the same file as TCP connections, as an interface of its own.
#pragma once

#include <memory>
#include <string>

#include "pcap/recording_file.h"
#include "ptp/codes.h"
#include "transport/usb/bus_observer.h"

namespace stuntcam::pcap {

// Most data of one recorded packet. Of an URB that is longer, each piece is shown as an URB of its own.
inline constexpr std::size_t max_urb = 64 << 10;

// The device, as it is to be shown.
struct RecordedDevice {
  u16 bus = 1;
  u8 device = 1;
  std::string camera, host;                // for a comment
  ptp::Vendor vendor = ptp::Vendor::none;  // names the codes in the comments; none: until a DeviceInfo says it
};

// Watches one host, from now until it is destroyed. Its memory does not depend on the length of URBs.
std::unique_ptr<transport::usb::BusObserver> make_usb_recorder(std::shared_ptr<RecordingFile>, const RecordedDevice&);

}  // namespace stuntcam::pcap
