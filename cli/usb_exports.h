// --usbip: the cameras of a host as USB devices, for whoever attaches them (docs/virtual-usb.md).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "cli/console.h"
#include "cli/listen_address.h"
#include "pcap/recording_file.h"
#include "profiles/profile.h"
#include "transport/real_clock.h"
#include "transport/server.h"
#include "transport/usb/gadget.h"
#include "transport/usb/virtual_device.h"
#include "transport/usbip/server.h"

namespace stuntcam::cli {

transport::usb::Description usb_description(const profiles::Profile&, const std::string& serial_number);

class UsbExports {
 public:
  // `recording` may be null.
  UsbExports(asio::io_context&, const Console&, std::shared_ptr<pcap::RecordingFile> recording);
  // Throws Failure when the profile has no [usb]. The server must outlive what is attached to the device. -> its bus id
  std::string add(asio::io_context&, transport::Server&, const profiles::Profile&, const std::string& serial_number);
  // On a device controller of this machine ("": the first); -> its name. Throws std::system_error.
  std::string plug(asio::io_context&, transport::Server&, const profiles::Profile&, const std::string& serial_number,
                   const std::string& controller);
  // -> "HOST:PORT". Throws std::system_error.
  std::string listen(const ListenAddress&);
  // On the loop of the first camera, which is the one that may have a controller.
  void stop();

 private:
  std::shared_ptr<transport::usb::VirtualDevice> device(asio::io_context&, transport::Server&, const profiles::Profile&,
                                                        const std::string& serial_number);
  const Console& console_;
  std::shared_ptr<pcap::RecordingFile> recording_;
  u32 devices_ = 0;
  transport::RealClock clock_;
  transport::usbip::Server server_;
  std::unique_ptr<transport::usb::Gadget> gadget_;
};

}  // namespace stuntcam::cli
