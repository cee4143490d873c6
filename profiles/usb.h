// What a camera is on a USB bus ([usb]).
#pragma once

#include <string>

#include "ptp/bytes.h"

namespace stuntcam::profiles {

struct Usb {
  u16 vendor_id = 0, product_id = 0;
  u16 release = 0x0100;               // bcdDevice
  std::string manufacturer, product;  // strings of the descriptors; "": those of [device]
  std::string serial;                 // "": the camera's own
  enum class Speed : u8 { full, high, super } speed = Speed::high;
  u16 interrupt_packet = 64;  // events longer than this come in pieces

  // What real cameras do in their own ways.
  bool zlp = true;                 // a zero-length packet ends what fills its last packet
  bool split_header = false;       // a container's header comes in a packet of its own
  bool stall_unsupported = false;  // stalls where others answer OperationNotSupported
  bool reset_keeps_session = false;
  enum class Status : u8 { ok, empty, stall, busy } status = Status::ok;  // how GetDeviceStatus is answered
  bool operator==(const Usb&) const = default;
};

}  // namespace stuntcam::profiles
