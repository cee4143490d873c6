// A PTP/IP connection to a camera: both its TCP connections and the handshake (docs/protocol.md §1.3), and transactions
// on it, one after the other.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "initiator/event_stream.h"
#include "initiator/limit.h"
#include "initiator/problem.h"
#include "initiator/transaction.h"
#include "ptp/packets.h"
#include "transport/clock.h"
#include "transport/link.h"
#include "transport/observer.h"

namespace stuntcam::initiator {

// How long each phase may take.
struct Timeouts {
  transport::Duration connect = std::chrono::seconds(10);
  transport::Duration handshake = std::chrono::seconds(10);  // each answer of it
  transport::Duration answer = std::chrono::seconds(30);     // from a request to the first byte of data or the response
  transport::Duration stalled = std::chrono::seconds(30);    // a data phase in which nothing moves
  transport::Duration cancel = std::chrono::seconds(10);     // from Cancel to the response
  static Timeouts all(transport::Duration);
};

// Data to the camera goes in packets of this, as libgphoto2's does: it is what cameras have been tried with, and
// between two packets it can be cancelled.
inline constexpr u64 default_data_packet = 64 << 10;

struct ConnectionOptions {
  ptp::Identity identity{{'s', 't', 'u', 'n', 't', 'c', 'a', 'm', ' ', 'i', 'n', 'i', 't', 'i', 'a', 't'}, "stuntcam"};
  Timeouts timeouts;
  u64 data_packet = default_data_packet;
  Remark remark;         // may be empty
  transport::Wrap wrap;  // around each connection, 1 and 2; may be empty
};

// How to get the two connections. Each is called once, the event connection's after the command connection's Ack.
struct Dialers {
  std::function<transport::Task<std::unique_ptr<transport::Link>>()> command, events;
};
// event_port 0: the same as port.
Dialers tcp_dialers(asio::io_context&, transport::Clock&, std::string host, u16 port, u16 event_port,
                    transport::Duration limit);

class Connection {
 public:
  // Throws Problem. When it does, both connections are closed.
  static transport::Task<std::unique_ptr<Connection>> open(asio::io_context& io, transport::Clock& clock,
                                                           Dialers dialers, ConnectionOptions options);
  Connection(asio::io_context&, transport::Clock&, ConnectionOptions);  // for open()
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // One transaction. Whatever the camera answers is a Response; throws Problem when it answers nothing, breaks the
  // protocol, or the transaction was cancelled, and what the sink or the source threw. The request must live until
  // then. After a violation, a timeout or a close the connection is over: usable() is false.
  transport::Task<Response> transact(const Request& request, u32 transaction_id);
  // The transaction under way, to the letter of docs/protocol.md §1.6; nothing when there is none.
  void cancel();
  // Cancels, and lets no further transaction or wait begin but CloseSession.
  void interrupt();
  void resume();  // as if nobody had interrupted
  void set_timeouts(const Timeouts& timeouts) { options_.timeouts = timeouts; }
  void close();

  bool usable() const { return link_ != nullptr && !broken_; }
  const ptp::Identity& camera() const { return camera_; }
  EventStream& events() { return *events_; }
  transport::Clock& clock() { return clock_; }
  asio::io_context& io() { return io_; }
  const Timeouts& timeouts() const { return options_.timeouts; }

 private:
  struct Exchange;
  transport::Task<> shake_hands(const Dialers&);
  transport::Task<ptp::Message> answer(transport::Link&, ptp::Kind wanted, const char* name);
  transport::Task<> converse(Exchange&);
  transport::Task<> send_data(Exchange&);
  transport::Task<> take_data(Exchange&, ptp::Message);
  transport::Task<> take_payload(Exchange&);
  void put_cancel(Exchange&);
  transport::Task<> send_cancel(Exchange&);
  transport::Task<ptp::Message> next(const Exchange&);
  bool put_up_with(Exchange&, const ptp::Message&);
  void conclude(const Exchange&);
  [[noreturn]] void fail(const std::exception_ptr&, std::string_view phase);
  void remark(const std::string&) const;

  asio::io_context& io_;
  transport::Clock& clock_;
  ConnectionOptions options_;
  ptp::Identity camera_;
  std::shared_ptr<transport::Link> link_;
  std::shared_ptr<EventStream> events_;
  std::shared_ptr<Limit> limit_;
  Bytes buffer_;
  Exchange* exchange_ = nullptr;  // the one under way
  bool broken_ = false, interrupted_ = false;
};

}  // namespace stuntcam::initiator
