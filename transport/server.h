// A server holds one Responder and speaks PTP/IP, or a dialect of it, for it: connections, handshakes, sessions, data
// phases, events, probes, cancels, limits. One server, one loop: an io_context that one thread runs; several servers
// may share a loop.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "transport/clock.h"
#include "transport/dialect.h"
#include "transport/link.h"
#include "transport/observer.h"
#include "transport/responder.h"

namespace stuntcam::transport {

// Where a server listens. Without lanes, events have the command port, and live view none: 0.
struct Ports {
  u16 command = 0, event = 0, live_view = 0;
};

struct ServerOptions {
  const Dialect* dialect = &standard_dialect();
  u32 max_initiators = 8;       // command connections at once; one more gets InitFail(busy)
  u32 max_connections = 2048;   // sockets at once; one more takes the place of the oldest half-open one, or is closed
  bool strict = false;          // close on what the standard forbids, instead of putting up with it
  u64 data_packet = 16u << 20;  // payloads up to this go as one EndData; larger ones in Data packets of 1 MiB
  bool five_response_parameters = false;
  bool three_event_parameters = false;
  bool one_packet_per_segment = false;
  Duration handshake{std::chrono::seconds(10)};  // from accept to a whole first packet, and from there to a request or
                                                 // the event connection; docs/protocol.md §1.8
  Duration idle{};                               // a command connection without requests this long is closed; 0 = never
  Duration stalled{std::chrono::seconds(60)};    // a transfer that moves no byte this long is given up
  Duration cancel_wait{std::chrono::seconds(5)};  // for the command connection's Cancel after the event connection's
  Duration data_wait{std::chrono::seconds(2)};    // for the data phase that a request did not announce
  // One line each: who was dropped and why. Never called for a client that behaves.
  std::function<void(const std::string&)> log;
  Wrap wrap;
};

class RealCamera;
struct ServerCore;

class Server {
 public:
  Server(asio::io_context&, Responder&, Clock&, ServerOptions);
  // In front of a real camera (real_camera.h), for one initiator at a time.
  Server(asio::io_context&, RealCamera&, Clock&, ServerOptions);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and accepts from now on. Port 0: a free one; where the dialect has lanes, the ports of events and live view
  // are the two behind `port`, or, for 0, a free pair of neighbours. Throws std::system_error naming the address that
  // is taken.
  Ports listen(const std::string& host, u16 port);
  // One connection, whatever made it: runs until it ends. For tests over memory links, and what listen() spawns.
  Task<> serve(std::unique_ptr<Link>, Lane = Lane::first_packet_says);
  // An initiator that is there without a handshake, with both connections: the host of a USB device. Until it ends. No
  // limit of time holds for it.
  Task<> attach(std::unique_ptr<Link> command, std::unique_ptr<Link> events, ptp::Identity initiator);
  // Stops accepting, closes every connection; `stopped` is called once every coroutine has ended. Only then may the
  // responder go.
  void stop(std::function<void()> stopped);
  std::size_t connections() const;
  std::size_t initiators() const;

 private:
  std::shared_ptr<ServerCore> core_;
};

}  // namespace stuntcam::transport
