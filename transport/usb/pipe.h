// What a still-image interface gives: the seam between PTP over USB and libusb. Everything is asynchronous and happens
// on one loop; a fake of it stands in for a camera in the tests.
#pragma once

#include <functional>
#include <string>

#include "transport/clock.h"

namespace stuntcam::transport::usb {

enum class Status : u8 {
  ok,
  stalled,    // the endpoint has halted
  timed_out,  // the limit of the transfer was over
  cancelled,  // by cancel()
  overflow,   // the camera sent more than was asked for
  failed,     // anything else: a broken cable, no memory for transfers
  gone,       // unplugged: final
};

// A transfer that has ended. Bytes may have moved whatever the status.
struct Transfer {
  Status status = Status::ok;
  Bytes buffer;          // given back, as long as it was
  std::size_t size = 0;  // bytes of it that moved
};
using Done = std::function<void(Transfer)>;

enum class Endpoint : u8 { bulk_in, bulk_out, interrupt_in };

// What the descriptors say of it.
struct Interface {
  u8 bus = 0, device = 0;  // where it is plugged in: changes with each replug
  u16 vendor = 0, product = 0;
  std::string manufacturer, name, serial_number;  // "" where the camera has no such string
  u8 number = 0;                                  // bInterfaceNumber
  // Addresses; interrupt_in 0: there is none.
  u8 bulk_in = 0, bulk_out = 0, interrupt_in = 0;
  // wMaxPacketSize. Buffers to fill must be a multiple of it, or the camera may overflow them.
  u16 bulk_in_packet = 512, bulk_out_packet = 512, interrupt_packet = 64;
};

std::string name_of(const Interface&);  // "USB 04b0:0431" where the camera does not say
std::string title(const Interface&);    // for logs: "D5300 (usb:001,004)"

// A request on the control endpoint, to the interface.
struct Control {
  u8 request = 0;
  bool in = false;  // data from the camera
  u16 value = 0;
};

class Pipe {
 public:
  // Cancels what is in flight; no Done is called any more.
  virtual ~Pipe() = default;
  virtual const Interface& interface() const = 0;

  // Each calls `done` once, later, from the loop. Transfers of one endpoint end in the order of their submission;
  // several may be in flight. A limit of 0 is none.
  virtual void bulk_in(Bytes buffer, Done done) = 0;
  // zero_packet: a zero-length packet follows when the last one is full.
  virtual void bulk_out(Bytes data, bool zero_packet, Duration limit, Done done) = 0;
  virtual void interrupt_in(Bytes buffer, Done done) = 0;
  virtual void control(Control, Bytes data, Duration limit, Done done) = 0;

  // All transfers of this endpoint that are in flight; they end with Status::cancelled, unless they were faster.
  virtual void cancel(Endpoint) = 0;
  // Ends a halt. Nothing may be in flight on this endpoint.
  virtual void clear_halt(Endpoint, std::function<void(Status)> done) = 0;
  // The port is reset; the camera forgets everything, and may come back as another device: then gone. Nothing may be in
  // flight.
  virtual void reset(std::function<void(Status)> done) = 0;
  virtual bool gone() const = 0;
};

}  // namespace stuntcam::transport::usb
