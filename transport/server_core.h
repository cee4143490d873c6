// The inside of a Server, shared by its coroutines. Private to transport/.
#pragma once

#include <deque>
#include <list>
#include <map>
#include <optional>
#include <stdexcept>

#include <asio/basic_waitable_timer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/use_awaitable.hpp>

#include "transport/server.h"
#include "transport/spawn.h"

namespace stuntcam::transport {

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                         asio::io_context::executor_type>;
inline constexpr asio::use_awaitable_t<asio::io_context::executor_type> use_awaitable;

// The peer did what ends a connection (docs/protocol.md §1.10). Caught in Core::serve, which logs it and closes.
struct Misbehaved : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A limit on one connection's time, looked at by the sweep: nothing is armed or disarmed per operation.
struct Watch {
  Link* link = nullptr;
  Duration since{};           // when the limit began to count
  Duration limit{};           // 0: none
  bool moving_counts = true;  // bytes that move start it anew; not while somebody only shakes hands
  u64 moved = 0;
  const char* reason = "";  // for the log: "no request for …"
};

class Association;
struct Line;

struct ServerCore : std::enable_shared_from_this<ServerCore> {
  ServerCore(asio::io_context& loop, Responder* camera, Clock& time, ServerOptions settings)
      : io(loop),
        responder(camera),
        clock(time),
        options(std::move(settings)),
        dialect(*options.dialect),
        framing(dialect.framing(options.strict)),
        hung_up(loop) {}

  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

  std::shared_ptr<Acceptor> bind(const std::string& host, u16 port);
  void start(const std::shared_ptr<Acceptor>&, Lane);
  void listen_to_lanes(const std::string& host, u16 command_port, Ports&);
  Task<> accept(std::shared_ptr<Acceptor>, Lane);
  Task<> serve(std::unique_ptr<Link>, Lane);
  Task<> converse(std::unique_ptr<Link>&, Lane);
  Task<> command_lane(std::unique_ptr<Link>&, ptp::Message first);
  static void put_ack(Association&, View introduction);
  Bytes introduction() const;  // of the responder
  // A client's way through to the real camera (pass_through.cpp).
  Task<> pass_through(std::shared_ptr<Association>, ptp::Identity);
  Task<std::shared_ptr<Line>> open_line(Association&, ptp::Identity);
  Task<> hang_up(std::shared_ptr<Line>, bool in_step);
  void let_go();
  Task<> pass_events_to_all(std::shared_ptr<Line>);
  Task<> pass_lane(std::shared_ptr<Link>, std::shared_ptr<Association>, Lane);
  Task<> event_lane(std::unique_ptr<Link>&, ptp::Message first);
  Task<> hear_events(std::shared_ptr<Association>, Link& events);
  // attach.cpp
  Task<> attach(std::unique_ptr<Link> command, std::shared_ptr<Link> events, ptp::Identity initiator);
  Task<> attached(std::unique_ptr<Link>& command, std::shared_ptr<Link> events, const ptp::Identity& initiator);
  Task<> cancels_of(std::shared_ptr<Association>, std::shared_ptr<Link> events);
  std::shared_ptr<Association> associate(std::unique_ptr<Link> command);
  Task<> refuse(Link&, ptp::InitFailReason);
  // The lanes of a dialect that has them (lanes.cpp).
  std::shared_ptr<Association> lane_owner(const Link&) const;
  Task<> lane(std::unique_ptr<Link>&, Lane);
  Task<> live_view(std::shared_ptr<Link>, std::shared_ptr<Association>);
  Task<> until_gone(std::shared_ptr<Link>);
  // Frees the slots of peers that are gone (docs/protocol.md §1.7); takes at most a second.
  Task<> make_room();
  void limit(Link&, Duration, const char* reason, bool moving_counts = true);
  void await_request(Association&);  // the limit while it asks for nothing
  // Closes the connection that has been shaking hands for longest; false: there is none.
  bool drop_half_open();
  void complain(const std::string& what);  // of a crowd: now and then
  void sweep();
  void start_sweep();
  void log(const Link&, const std::string& what) const;
  void stop(std::function<void()> stopped);
  void left();  // a coroutine, and maybe the last one

  asio::io_context& io;
  Responder* responder;               // null: there is a real camera
  RealCamera* real_camera = nullptr;  // null: there is a responder
  Clock& clock;
  ServerOptions options;
  const Dialect& dialect;
  const ptp::Framing& framing;
  std::list<std::shared_ptr<Acceptor>> acceptors;
  std::map<const Link*, Watch> links;  // every connection being served
  std::map<u32, std::shared_ptr<Association>> associations;
  u32 last_number = 0;
  u64 accepted = 0;
  bool sweeping = false, stopping = false;
  std::optional<Duration> complained;  // when
  std::weak_ptr<Line> opened_line;     // to the real camera: the last one
  std::shared_ptr<Line> shared_line;
  bool line_taken = false;  // to the real camera, from the moment that it is asked for
  Signal hung_up;           // it is free again
  std::size_t coroutines = 0;
  std::function<void()> stopped;
};

// A slot with its session. Whatever ends the conversation, both go with this, and the event connection with them.
struct Seat {
  Seat(ServerCore&, std::shared_ptr<Association>, std::unique_ptr<Session>);
  ~Seat();
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  ServerCore& core;
  std::shared_ptr<Association> association;
};

// One initiator: its connections and its Session. Owns both links; every coroutine that uses them holds a shared_ptr to
// it. It ends with the first of its connections.
class Association final : public Outlet, public std::enable_shared_from_this<Association> {
 public:
  Association(ServerCore& core, u32 number, std::unique_ptr<Link> command)
      : core_(core), number_(number), command_(std::move(command)), poke_(core.io, Timer::time_point::max()) {}

  void event(const EventOut&) override;
  void close() override;
  void open_lanes(bool open) override;

  u32 number() const { return number_; }
  Link& command() { return *command_; }
  Link* events() { return events_.get(); }
  void attach_events(std::shared_ptr<Link> link) { events_ = std::move(link); }
  // They are there for as long as the initiator is, whatever the dialect says of lanes.
  void keep_events(std::shared_ptr<Link> link) {
    attach_events(std::move(link));
    events_stay_ = true;
  }
  void attach_live_view(std::shared_ptr<Link> link) { live_view_ = std::move(link); }
  bool has_live_view() const { return live_view_ != nullptr; }
  void detach(const Link&);  // a lane whose connection has ended; the others go on
  bool lanes_open() const { return lanes_open_; }
  void send(const ptp::Message&);  // on the event connection, in order
  void drop();                     // closes both connections now
  bool closing() const { return closing_; }
  bool dropped() const { return dropped_; }

  // The event connection asked to cancel this transaction.
  void cancel(u32 transaction_id) {
    cancelled_ = transaction_id;
    poke();
  }
  bool cancelled(u32 transaction_id) const { return cancelled_ == transaction_id; }
  void forget_cancel() { cancelled_.reset(); }
  // Wakes the command coroutine out of until_poked().
  void poke() { poke_.cancel(); }
  Task<> until_poked();

  std::unique_ptr<Session> session;
  std::shared_ptr<Line> line;  // to the real camera
  Duration heard{};            // when the peer last sent anything
  bool probing = false;        // a ProbeRequest is out
  bool answering = false;      // a transaction is under way
  bool mute = false;           // it was let in, and has neither asked for anything nor opened its event connection

 private:
  Task<> write_events();
  void lose(Link& events);
  void close_lanes();
  ServerCore& core_;
  u32 number_;
  std::unique_ptr<Link> command_;
  std::shared_ptr<Link> events_, live_view_;
  std::deque<ptp::Message> queue_;
  bool writing_ = false, closing_ = false, dropped_ = false, lanes_open_ = false, events_stay_ = false;
  std::optional<u32> cancelled_;
  Timer poke_;
};

// A peer that lets this many events pile up does not read them, and is closed.
inline constexpr std::size_t max_unread_events = 1024;

}  // namespace stuntcam::transport
