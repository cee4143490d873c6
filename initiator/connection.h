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
#include "transport/dialect.h"
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

// Data to the camera goes in packets of this, as libgphoto2's does: it is what cameras have been tried with. Between
// two packets it can be cancelled. Of more than 64 MiB they have 1 MiB, where this is less: a movie goes a tenth faster
// so.
inline constexpr u64 default_data_packet = 64 << 10;

struct ConnectionOptions {
  ptp::Identity identity{{'s', 't', 'u', 'n', 't', 'c', 'a', 'm', ' ', 'i', 'n', 'i', 't', 'i', 'a', 't'}, "stuntcam"};
  Timeouts timeouts;
  u64 data_packet = default_data_packet;
  Remark remark;         // may be empty
  transport::Wrap wrap;  // around each connection, 1, 2, …; may be empty
  const transport::Dialect* dialect = &transport::standard_dialect();
};

// How to get the connections. The event connection's is called after the command connection's Ack, or, where the
// dialect has lanes, once the camera is in the mode for it; that of live view, which only such dialects have, then too.
struct Dialers {
  using Dialer = std::function<transport::Task<std::unique_ptr<transport::Link>>()>;
  Dialer command, events, live_view;
};
// 0: the same as port; where the dialect has lanes, the next one, and live view has the one behind events.
struct LanePorts {
  u16 event = 0, live_view = 0;
};
Dialers tcp_dialers(asio::io_context&, transport::Clock&, std::string host, u16 port, LanePorts,
                    transport::Duration limit, const transport::Dialect& = transport::standard_dialect());

class Connection {
 public:
  // Throws Problem. When it does, both connections are closed.
  static transport::Task<std::unique_ptr<Connection>> open(asio::io_context& io, transport::Clock& clock,
                                                           Dialers dialers, ConnectionOptions options);
  Connection(asio::io_context&, transport::Clock&, Dialers, ConnectionOptions);  // for open()
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

  // For dialects that have lanes: the event connection, the next live-view frame (on a connection that comes and goes),
  // and the last word.
  transport::Task<> open_events();
  transport::Task<Bytes> live_view_frame();
  void end_live_view();
  transport::Task<> goodbye();
  const transport::Dialect& dialect() const { return *options_.dialect; }

  bool usable() const { return link_ != nullptr && !broken_; }
  const ptp::Identity& camera() const { return camera_; }
  EventStream& events() { return *events_; }  // of dialects with lanes: after open_events()
  transport::Clock& clock() { return clock_; }
  asio::io_context& io() { return io_; }
  const Timeouts& timeouts() const { return options_.timeouts; }

 private:
  struct Exchange;
  transport::Task<> shake_hands();
  transport::Task<std::unique_ptr<transport::Link>> dial_events();
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
  Dialers dialers_;
  ptp::Identity camera_;
  std::shared_ptr<transport::Link> link_, live_view_;
  std::shared_ptr<EventStream> events_;
  std::shared_ptr<Limit> limit_;
  Bytes buffer_;
  Exchange* exchange_ = nullptr;  // the one under way
  bool broken_ = false, interrupted_ = false;
};

}  // namespace stuntcam::initiator
