// From a captured frame of usbmon or USBPcap to a transfer, and from an event of a bus to a frame of usbmon. Private to
// pcap/.
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
  // What tells which submission completes; none, where only what passed was written down. Completed: 0 if all went
  // well, and else how many bytes passed all the same.
  std::optional<u64> urb{};
  u32 status = 0;
  u64 passed = 0;

  bool to_host() const { return (endpoint & 0x80) != 0; }
  // Do the bytes travel with this frame? What is sent is known when it is submitted, what is read when it has come.
  bool carries() const { return to_host() != submitted; }
};

// nullopt: none, or cut in its header.
std::optional<UsbTransfer> usb_transfer(const Frame&);

// What usbmon tells of an URB: that it was submitted, or that it has completed.
struct UsbEvent {
  u64 urb = 0;  // the same number in both
  UsbTransfer::Type type{};
  u16 bus = 0;
  u8 device = 0, endpoint = 0;  // as in UsbTransfer
  bool submitted = false;
  i32 status = 0;  // completed: 0 or -errno
  u32 length = 0;  // submitted to read: bytes asked for; else bytes moved
  View data{};     // the first of those that travel with it
  Bytes setup{};   // of a control transfer that is submitted: eight bytes
  bool carries() const { return ((endpoint & 0x80) != 0) != submitted; }
};
// Appends a whole frame of LinkType::usb_linux_mmapped, little-endian. Time since 1970.
void encode(const UsbEvent&, u64 nanoseconds, Bytes& out);

}  // namespace stuntcam::pcap
