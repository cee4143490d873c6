// From a captured frame of usbmon or USBPcap to a transfer. Private to pcap/.
#pragma once

#include <optional>

#include "pcap/capture_file.h"

namespace stuntcam::pcap {

inline constexpr bool is_usb(LinkType type) {
  return type == LinkType::usb_linux || type == LinkType::usb_linux_mmapped || type == LinkType::usb_pcap;
}

struct UsbTransfer {
  enum class Type : u8 { isochronous, interrupt, control, bulk };
  u16 bus = 0, device = 0;
  u8 endpoint = 0;  // its number; the upper bit: to the host
  Type type{};
  bool submitted = false;  // by the host; otherwise completed
  View setup{};            // of a control transfer: its eight bytes
  View data{};             // what went over the wire with this frame
  u64 missing = 0;         // bytes behind it that were not captured

  bool to_host() const { return (endpoint & 0x80) != 0; }
  // Do the bytes travel with this frame? What is sent is known when it is submitted, what is read when it has come.
  bool carries() const { return to_host() != submitted; }
};

// nullopt: none, or cut in its header.
std::optional<UsbTransfer> usb_transfer(const Frame&);

}  // namespace stuntcam::pcap
