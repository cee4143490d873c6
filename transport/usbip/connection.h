// One host that has attached a device: its commands in, the answers of the device out. Private to transport/usbip/.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "transport/spawn.h"
#include "transport/tcp_link.h"
#include "transport/usb/virtual_device.h"
#include "transport/usbip/protocol.h"

namespace stuntcam::transport::usbip {

// The host did what no host does; its connection ends.
struct Misbehaved : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Connection final : public usb::Bus, public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::io_context&, TcpSocket, std::shared_ptr<usb::VirtualDevice>);

  // Until the host has gone: throws std::system_error, or Misbehaved. The device must be attached; `greeting` is sent
  // first.
  Task<> run(Bytes greeting);
  Task<> refuse(Bytes answer);

  void answer(u32 urb, usb::UrbStatus, u64 size, View data) override;
  void more(View data) override;
  void accepted(u32 urb, usb::UrbStatus, u64 size) override;
  bool full() const override;
  void unplugged() override;

 private:
  Task<> send();
  Task<> submit(Command);
  Task<> control(Command);
  Task<> take_data(Command);
  Task<> until_room();
  void unlink(const Command&);
  void close();
  Bytes& queue() { return owed_ != 0 ? later_ : out_; }

  asio::io_context& io_;
  TcpSocket socket_;
  std::shared_ptr<usb::VirtualDevice> device_;
  Bytes out_;     // to the socket
  u64 owed_ = 0;  // bytes that more() still has to bring of the URB answered last
  Bytes later_;   // answers that came meanwhile
  Signal queued_, room_;
  bool closed_ = false;
};

}  // namespace stuntcam::transport::usbip
