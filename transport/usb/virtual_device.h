// A still-image device as a host sees it (docs/protocol.md §6): control requests, one bulk endpoint each way, one for
// events. Behind it stands a camera's Server: for each host, and again after each reset, the device plugs a pair of
// links into it. Everything happens on the camera's loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "transport/link.h"
#include "transport/usb/bus.h"
#include "transport/usb/bus_observer.h"
#include "transport/usb/description.h"

namespace stuntcam::transport::usb {

// Serves an initiator on these two links until it ends: Server::attach, with whatever is put around the links.
using Plug = std::function<Task<>(std::unique_ptr<Link> command, std::unique_ptr<Link> events)>;

class VirtualDevice {
 public:
  VirtualDevice(asio::io_context&, Description, Plug);
  ~VirtualDevice();
  VirtualDevice(const VirtualDevice&) = delete;
  VirtualDevice& operator=(const VirtualDevice&) = delete;

  const Description& description() const;
  // One line each: what a host did that a device stalls on.
  void on_trouble(std::function<void(const std::string&)>);

  // What watches each host from now on.
  void watch(Watch);

  // A host takes the device; `host` is what the camera calls it. false: another has it.
  bool attach(Bus&, std::string host);
  void detach(Bus&);
  // The camera goes away: its host is told, nobody can attach it any more.
  void unplug();

  struct ControlAnswer {
    UrbStatus status = UrbStatus::ok;
    Bytes data{};
  };
  ControlAnswer control(const Setup&, View data);
  void submit_in(u8 endpoint, u32 urb, u64 length);
  // `length` bytes follow by arrive(), before anything else of this endpoint.
  void submit_out(u8 endpoint, u32 urb, u64 length, bool zero_packet);
  void arrive(View);
  bool unlink(u32 urb);  // true: it waited, and is forgotten
  void carried();        // the bus has room again

  std::size_t waiting() const;  // URBs
  u64 parked() const;           // bytes of OUT URBs that nobody has taken yet
  // Called when some of those were taken.
  void on_taken(std::function<void()>);

  struct State;

 private:
  std::shared_ptr<State> state_;  // the links have it, too
};

}  // namespace stuntcam::transport::usb
