// A camera on USB, for a Server's clients (real_camera.h) and for initiators.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "transport/real_camera.h"
#include "transport/usb/find.h"

namespace stuntcam::transport::usb {

class Device;

using Log = std::function<void(const std::string&)>;
using Opener = std::function<std::unique_ptr<Pipe>(const Selector&)>;  // throws Problem

// The links to it, for one who asks it things.
struct Links {
  Links(asio::io_context&, Clock&, std::unique_ptr<Pipe>, Log);
  std::unique_ptr<Link> command() const;
  std::unique_ptr<Link> events() const;
  std::shared_ptr<Device> device;
};

// Opened at once: throws Problem. A camera that vanishes is looked for, by what it said it was, until it is back.
std::unique_ptr<RealCamera> make_usb_camera(asio::io_context&, Clock&, Selector, Opener, Log);

}  // namespace stuntcam::transport::usb
