// Cameras on USB: which there are, and how to get hold of one, with advice where that fails.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <asio/io_context.hpp>

#include "transport/usb/pipe.h"

namespace stuntcam::transport::usb {

// Which camera is meant: what is not said may be anything.
struct Selector {
  std::optional<u16> vendor, product;
  std::optional<u8> bus, device;
  std::optional<std::string> serial_number;
};
// What follows "usb:": nothing, "VID:PID" in hexadecimal, or "BUS,DEV" as gphoto2 and lsusb write them.
std::optional<Selector> parse_selector(std::string_view);

// It can't be had; the remedy is what helps, with the exact command where there is one.
struct Problem : std::runtime_error {
  Problem(const std::string& what, std::string help) : std::runtime_error(what), remedy(std::move(help)) {}
  std::string remedy;
};

// Interfaces of class 6, subclass 1, protocol 1; of a camera that was named by VID:PID, also one of the vendor's own
// class. Throws Problem. The log gets what is wrong with transfers.
std::unique_ptr<Pipe> open_camera(asio::io_context&, const Selector&, std::function<void(const std::string&)> log);

// What to do when another program has the device. `holder`: its name, "" where that can't be seen.
std::string remedy_for_busy(std::string_view holder);
std::string remedy_for_permission(u8 bus, u8 device);

}  // namespace stuntcam::transport::usb
