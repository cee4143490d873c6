// The inside of a VirtualDevice, shared with its links. Private to transport/usb/.
#pragma once

#include <deque>
#include <optional>

#include "ptp/container.h"
#include "ptp/message.h"
#include "transport/spawn.h"
#include "transport/usb/in_endpoint.h"
#include "transport/usb/out_endpoint.h"
#include "transport/usb/virtual_device.h"
#include "transport/usb/watched_bus.h"

namespace stuntcam::transport::usb {

// One initiator's time, from the plug or a reset to the next: what its two links share.
struct Round {
  explicit Round(asio::io_context& io) : events_wake(io) {}
  bool closed = false;
  std::deque<u32> cancels, events_cancels;  // transactions that the host cancelled; each link tells of them
  Signal events_wake;
};

struct VirtualDevice::State : std::enable_shared_from_this<VirtualDevice::State> {
  State(asio::io_context& loop, Description what, Plug serve)
      : io(loop),
        description(std::move(what)),
        plug(std::move(serve)),
        bulk_in(description.bulk_packet(), description.zlp),
        interrupt(description.interrupt_packet, true),
        bulk_out(description.bulk_packet()),
        wake(loop) {}

  Task<> serve_host(u64 visit);
  void end_round();
  void leave();
  void unplug();

  ControlAnswer standard(const Setup&);
  ControlAnswer of_endpoint(const Setup&);
  ControlAnswer of_class(const Setup&, View data);
  ControlAnswer status() const;
  ControlAnswer extended_event() const;
  void clear_halt(u8 endpoint);
  void cancel(u32 transaction_id);
  void reset();

  // Both bulk endpoints halt: what came is nothing that a host of this class sends.
  void stall(const std::string& why);
  void event(const ptp::Message&);  // or bytes that are to look like one
  void send_events();
  bool cancelled(u32 transaction_id) const { return cancelled_transaction == transaction_id; }
  void end_transaction();
  void note(std::string_view what) {
    if (observer) observer->note(what);
  }
  void taken() {
    if (tell_taken) tell_taken();
  }

  asio::io_context& io;
  const Description description;
  Plug plug;
  std::function<void(const std::string&)> trouble;
  std::function<void()> tell_taken;
  Watch watch;
  Bus* carrier = nullptr;                 // of the host; null: nobody has attached the device
  std::unique_ptr<BusObserver> observer;  // of the host; null: nobody wants to know
  std::optional<WatchedBus> watched;      // the carrier, then
  Bus* bus = nullptr;                     // either of the two
  std::string host;
  u64 visits = 0;
  bool unplugged = false, serving = false, restart = false;
  InEndpoint bulk_in, interrupt;
  OutEndpoint bulk_out;
  Signal wake;  // something changed on a bulk endpoint
  std::shared_ptr<Round> round;
  u8 configuration = 0;
  std::optional<u32> transaction;            // under way, as the host sees it
  std::optional<u32> cancelled_transaction;  // the same, and its host wants no more of it
  std::deque<Bytes> events;
  std::size_t event_sent = 0;  // bytes of the first
  Bytes last_event;            // its container, for GetExtendedEventData
};

// What the two links of a round have in common.
const ptp::ContainerFraming& containers();
ptp::Message cancel_message(u32 transaction_id);
[[noreturn]] void gone();  // throws what a link that was closed throws

// The two links of a round.
std::unique_ptr<Link> make_command_link(std::shared_ptr<VirtualDevice::State>, std::shared_ptr<Round>);
std::unique_ptr<Link> make_event_link(std::shared_ptr<VirtualDevice::State>, std::shared_ptr<Round>);

}  // namespace stuntcam::transport::usb
