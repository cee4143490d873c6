// Exports virtual devices to USB/IP clients: `usbip list -r HOST`, `usbip attach -r HOST -b 1-1`.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "transport/clock.h"
#include "transport/usb/virtual_device.h"
#include "transport/usbip/protocol.h"

namespace stuntcam::transport::usbip {

inline constexpr u16 usual_port = 3240;

// Where the n-th device, from 0, is plugged in, as its bus id says: 1-1, 1-2, … 1-127, 2-1, …
struct Numbers {
  u32 bus = 0, device = 0;
};
Numbers numbers(u32 index);

// A device, and the loop that it lives on.
struct Export {
  asio::io_context* io = nullptr;
  std::shared_ptr<usb::VirtualDevice> device;
};

class Server {
 public:
  // The clock is that of the loop. `log`: one line for each host that was refused or dropped, and why; called on any
  // loop.
  Server(asio::io_context&, Clock&, std::function<void(const std::string&)> log);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string add(Export);  // its bus id; before listen()
  // Accepts from now on; port 0 is a free one. Throws std::system_error naming an address that is taken.
  u16 listen(const std::string& host, u16 port);
  void stop();  // accepts nobody any more; devices are unplugged by whoever has them

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace stuntcam::transport::usbip
