// What a virtual still-image device is, and the descriptors that say so.
#pragma once

#include <optional>
#include <string>

#include "ptp/bytes.h"

namespace stuntcam::transport::usb {

enum class Speed : u8 { full, high, super };

inline constexpr u8 bulk_in_address = 0x81, bulk_out_address = 0x02, interrupt_in_address = 0x83;
// Class, subclass and protocol of its interface: still image, PIMA 15740.
inline constexpr u8 still_image_class = 6, still_image_subclass = 1, still_image_protocol = 1;

enum class StatusAnswer : u8 { ok, empty, stall, busy };  // to GetDeviceStatus: "ok" as the class says

struct Description {
  u16 vendor_id = 0, product_id = 0, release = 0x0100;
  std::string manufacturer, product, serial;
  Speed speed = Speed::high;
  u16 interrupt_packet = 64;
  // What cameras do in their own ways; the defaults are those of the class.
  bool zlp = true;                 // a zero-length packet ends what fills its last packet
  bool split_header = false;       // the 12 bytes of a data container come in a packet of their own
  bool stall_unsupported = false;  // instead of answering OperationNotSupported
  bool reset_keeps_session = false;
  StatusAnswer status = StatusAnswer::ok;

  u16 bulk_packet() const { return speed == Speed::super ? 1024 : speed == Speed::high ? 512 : 64; }
};

// The answer to GET_DESCRIPTOR, whole; none: there is no such descriptor.
std::optional<Bytes> descriptor(const Description&, u8 type, u8 index);

}  // namespace stuntcam::transport::usb
