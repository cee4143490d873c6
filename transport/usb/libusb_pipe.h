// A Pipe over libusb. A thread of its own handles libusb's events and posts what has ended to the loop. Private to
// transport/usb/.
#pragma once

#include <libusb-1.0/libusb.h>

#include <memory>

#include <asio/io_context.hpp>

#include "transport/usb/find.h"

namespace stuntcam::transport::usb {

// A libusb of its own: cameras do not share fates, and what is plugged in later is seen where libusb's hotplug is blind
// (docs/usb.md).
class Context {
 public:
  Context();  // throws Problem
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  libusb_context* get() const { return context_; }

 private:
  libusb_context* context_ = nullptr;
};

// Takes an open handle whose interface is claimed.
std::unique_ptr<Pipe> make_libusb_pipe(asio::io_context&, std::unique_ptr<Context>, libusb_device_handle*, Interface,
                                       std::function<void(const std::string&)> log);

}  // namespace stuntcam::transport::usb
