// Between a virtual USB device and what carries its transfers to a host: USB/IP, a gadget, a test.
#pragma once

#include "ptp/bytes.h"

namespace stuntcam::transport::usb {

// An URB is one request of the host for bytes from an endpoint, or with bytes for one; its number is the host's.
enum class UrbStatus : u8 {
  ok,
  stalled,   // the endpoint has halted
  overflow,  // the device sent a packet that did not fit
};

class Bus {
 public:
  virtual ~Bus() = default;
  // An URB to the host has ended with `size` bytes. `data` are the first of them; more() brings the rest before
  // anything else of the same endpoint. Meanwhile those of other endpoints come whole.
  virtual void answer(u32 urb, UrbStatus, u64 size, View data) = 0;
  virtual void more(View data) = 0;
  // An URB from the host has ended, of which so many bytes were accepted.
  virtual void accepted(u32 urb, UrbStatus, u64 size) = 0;
  // More than enough waits to be carried away. The device goes on after VirtualDevice::carried().
  virtual bool full() const = 0;
  virtual void unplugged() = 0;  // by the device: nothing of it comes any more
};

// The eight bytes of a control transfer.
struct Setup {
  u8 request_type = 0, request = 0;
  u16 value = 0, index = 0, length = 0;
  bool to_host() const { return (request_type & 0x80) != 0; }
};
Setup decode_setup(std::span<const u8, 8>);

}  // namespace stuntcam::transport::usb
