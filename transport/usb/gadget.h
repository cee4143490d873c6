// A virtual device on a device controller of this machine, through Linux's FunctionFS: a computer with such a port is
// the camera for whatever it is plugged into. Needs root, the modules libcomposite and usb_f_fs, and configfs.
#pragma once

#include <memory>
#include <string>

#include "transport/usb/virtual_device.h"

namespace stuntcam::transport::usb {

class Gadget {
 public:
  // On the controller of this name in /sys/class/udc; "": the first. Throws std::system_error that says what failed,
  // and leaves nothing behind.
  Gadget(asio::io_context&, std::shared_ptr<VirtualDevice>, std::string controller);
  ~Gadget();
  Gadget(const Gadget&) = delete;
  Gadget& operator=(const Gadget&) = delete;

  const std::string& controller() const;
  void stop();  // the host sees it leave

 private:
  class Carrier;
  std::shared_ptr<Carrier> carrier_;
};

}  // namespace stuntcam::transport::usb
