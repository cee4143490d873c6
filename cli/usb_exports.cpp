#include "cli/usb_exports.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include <asio/ip/address.hpp>

#include "cli/failure.h"
#include "pcap/usb_recorder.h"

namespace stuntcam::cli {
namespace {

namespace usb = transport::usb;

const std::string& either(const std::string& first, const std::string& second) {
  return first.empty() ? second : first;
}

}  // namespace

usb::Description usb_description(const profiles::Profile& profile, const std::string& serial_number) {
  if (!profile.usb)
    throw Failure(usage, fmt::format("{} has no USB: its profile has no [usb]", profile.name),
                  "docs/profiles.md says what a [usb] table needs");
  const auto& from = *profile.usb;
  usb::Description device;
  device.vendor_id = from.vendor_id;
  device.product_id = from.product_id;
  device.release = from.release;
  device.manufacturer = either(from.manufacturer, profile.device.manufacturer);
  device.product = either(from.product, profile.device.model);
  device.serial = either(from.serial, serial_number);
  using Speed = profiles::Usb::Speed;
  device.speed = from.speed == Speed::super  ? usb::Speed::super
                 : from.speed == Speed::high ? usb::Speed::high
                                             : usb::Speed::full;
  device.interrupt_packet = from.interrupt_packet;
  device.zlp = from.zlp;
  device.split_header = from.split_header;
  device.stall_unsupported = from.stall_unsupported;
  device.reset_keeps_session = from.reset_keeps_session;
  switch (from.status) {
    case profiles::Usb::Status::ok:
      device.status = usb::StatusAnswer::ok;
      break;
    case profiles::Usb::Status::empty:
      device.status = usb::StatusAnswer::empty;
      break;
    case profiles::Usb::Status::stall:
      device.status = usb::StatusAnswer::stall;
      break;
    case profiles::Usb::Status::busy:
      device.status = usb::StatusAnswer::busy;
      break;
  }
  return device;
}

UsbExports::UsbExports(asio::io_context& io, const Console& console, std::shared_ptr<pcap::RecordingFile> recording)
    : console_(console),
      recording_(std::move(recording)),
      clock_(io),
      server_(io, clock_, [this](const std::string& line) { console_.warn(line); }) {}

std::shared_ptr<usb::VirtualDevice> UsbExports::device(asio::io_context& io, transport::Server& server,
                                                       const profiles::Profile& profile,
                                                       const std::string& serial_number) {
  // Hosts of a USB bus have no name and no GUID.
  const auto plug = [&server](std::unique_ptr<transport::Link> command, std::unique_ptr<transport::Link> events) {
    return server.attach(std::move(command), std::move(events), ptp::Identity{.guid = {}, .name = "USB host"});
  };
  auto made = std::make_shared<usb::VirtualDevice>(io, usb_description(profile, serial_number), plug);
  made->on_trouble(
      [this, name = profile.name](const std::string& line) { console_.warn(fmt::format("{}: {}", name, line)); });
  const auto place = transport::usbip::numbers(devices_++);
  if (!recording_) return made;
  pcap::RecordedDevice shown{static_cast<u16>(place.bus), static_cast<u8>(place.device), profile.name, {}, {}};
  shown.vendor = profile.device.vendor;
  made->watch([file = recording_, shown](const std::string& host) mutable {
    shown.host = host;
    return pcap::make_usb_recorder(file, shown);
  });
  return made;
}

std::string UsbExports::add(asio::io_context& io, transport::Server& server, const profiles::Profile& profile,
                            const std::string& serial_number) {
  return server_.add({&io, device(io, server, profile, serial_number)});
}

std::string UsbExports::plug(asio::io_context& io, transport::Server& server, const profiles::Profile& profile,
                             const std::string& serial_number, const std::string& controller) {
  gadget_ = std::make_unique<usb::Gadget>(io, device(io, server, profile, serial_number), controller);
  return gadget_->controller();
}

void UsbExports::stop() {
  server_.stop();
  if (gadget_) gadget_->stop();
}

std::string UsbExports::listen(const ListenAddress& address) {
  const u16 port = server_.listen(address.host, address.port);
  const bool colons = address.host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(colons ? "[{}]:{}" : "{}:{}"), address.host, port);
}

}  // namespace stuntcam::cli
