// Who watches the bus between a virtual device and its host: a recorder. Called on the camera's loop, in the order in
// which things happen on the bus. Lives until the host has left; what waits then has ended with it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "transport/usb/bus.h"

namespace stuntcam::transport::usb {

class BusObserver {
 public:
  virtual ~BusObserver() = default;
  // The host asks on the control endpoint, with these bytes for the device; what is told until controlled() it causes.
  virtual void control(const Setup&, View data) = 0;
  virtual void controlled(UrbStatus, View data) = 0;  // those of the device
  // An URB. `endpoint` is its address: the upper bit tells that the bytes go to the host. Else arrived() brings them.
  virtual void submitted(u8 endpoint, u32 urb, u64 length) = 0;
  virtual void arrived(View) = 0;
  virtual void unlinked(u32 urb) = 0;
  // As in Bus.
  virtual void answered(u32 urb, UrbStatus, u64 size, View data) = 0;
  virtual void more(View data) = 0;
  virtual void accepted(u32 urb, UrbStatus, u64 size) = 0;
  // A fault has been at what comes next.
  virtual void note(std::string_view) = 0;
};

// What watches a host that has attached the device; `host` is what the camera calls it. May be null.
using Watch = std::function<std::unique_ptr<BusObserver>(const std::string& host)>;

}  // namespace stuntcam::transport::usb
