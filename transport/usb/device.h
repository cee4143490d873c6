// One camera on USB: containers on its bulk endpoints, events, class requests, and what to do when it is out of step
// (docs/protocol.md §6, docs/usb.md). Lives as long as the camera is plugged in; the links to it (usb_link.h) come and
// go. Private to transport/usb/.
#pragma once

#include <array>
#include <deque>
#include <optional>

#include "ptp/container.h"
#include "ptp/packets.h"
#include "transport/clock.h"
#include "transport/link.h"
#include "transport/spawn.h"
#include "transport/usb/class_request.h"
#include "transport/usb/pipe.h"

namespace stuntcam::transport::usb {

// A message for whoever reads the link, with the body of an init packet.
struct Said {
  ptp::Message message;
  Bytes body;
};

class Device : public std::enable_shared_from_this<Device> {
 public:
  using Log = std::function<void(const std::string&)>;
  Device(asio::io_context& io, Clock& clock, std::unique_ptr<Pipe> pipe, Log log);
  void start();  // takes events from now on

  const Interface& interface() const { return pipe_->interface(); }
  bool gone() const { return gone_; }
  u64 moved() const { return moved_; }
  asio::io_context& io() { return io_; }
  ptp::Identity identity() const;

  // ---- the command link ----
  void put(const ptp::Message&);
  Task<> write(Payload);
  Task<> flush();
  // The next message. Waits; gives none when something woke it and there is nothing yet.
  Task<std::optional<Said>> next();
  // 0: the frame has ended, or `closed` became true.
  Task<std::size_t> read(Room, const bool& closed);
  u64 frame_left() const { return frame_left_; }
  bool has_input() const;
  void abandon();  // nobody waits any more for what is on its way to the camera
  // ---- the event link ----
  std::deque<ptp::Message> events;
  unsigned listeners = 0;  // who takes them

  // Wakes on everything that happens.
  Signal changed;
  // Whoever waits for it wakes, and is told that it is gone. It still is what was plugged in until it is destroyed.
  void let_go() { lose(); }
  // After a link that was left in the middle of something: class reset, and if that does not help, a reset of the port.
  Task<> restore();

 private:
  struct Arrival {
    Status status = Status::ok;
    Bytes buffer;
    std::size_t size = 0, begin = 0;
    View rest() const { return View(buffer).subspan(begin, size - begin); }
    bool full() const { return size == buffer.size(); }
  };

  // device_in.cpp
  void ask(std::size_t size);
  void top_up();
  void arrived(Transfer);
  void drop_arrival();
  u64 unread() const;
  bool looks_like_response(const Arrival&) const;
  bool stale(u32 transaction_id) const;
  bool is_answer(View) const;
  void skim();
  Task<std::optional<Said>> answer();
  std::optional<Said> take_response(View);
  void note_session(u16 response);
  std::optional<Said> begin_data(View);
  std::optional<Said> next_frame();
  bool cut_short() const;
  void end_frame();
  Said respond(ptp::Message) const;

  // device_out.cpp
  void put_data(const ptp::Message&);
  Task<> send(Bytes, bool end);
  Task<> send_command();
  Task<> end_of_data();
  Task<> until_sent();

  // recovery.cpp
  // Where an answer of the pipe will be, and what puts it there and wakes who waits for it.
  template <class T>
  struct Awaited {
    std::shared_ptr<std::optional<T>> answer;
    std::function<void(T)> done;
  };
  template <class T>
  Awaited<T> await_answer();
  Task<Transfer> control(u8 request, bool in, Bytes data);
  Task<Status> clear_halt(Endpoint);
  Task<std::optional<DeviceStatus>> status();
  Task<bool> until_idle();  // false: busy for too long
  Task<> stop_reading();
  Task<std::optional<ptp::Message>> drain(Duration quiet);
  Task<> cancel_transaction();
  Task<> recover(Status why);
  Task<> reset();
  Task<> reset_port();
  Task<> reopen(ptp::Message session);
  void conclude(u16 code);

  // device_events.cpp
  void listen();
  void interrupted(Transfer);
  void take_event(View);
  Task<> fetch_extended_event(ptp::Message);
  Task<> resume_events();
  Task<> stop_events();
  void tell(const ptp::Message& event);

  void lose();
  void log(const std::string&) const;

  asio::io_context& io_;
  Clock& clock_;
  std::unique_ptr<Pipe> pipe_;
  Log log_;
  ptp::ContainerFraming containers_;
  bool gone_ = false;
  bool busy_ = false;  // out of step: somebody is putting it right
  u64 moved_ = 0;

  // The transaction under way.
  ptp::Message request_;
  std::optional<ptp::Message> session_;  // the request that opened it, while it is open
  bool under_way_ = false;               // no response yet
  bool asked_ = false;                   // an answer is to come
  bool stale_ = true;                    // something older may come before it
  unsigned strays_ = 0;                  // transfers that were no answer
  bool in_data_ = false, between_frames_ = false, unknown_ = false;
  u64 total_ = 0, data_left_ = 0;  // of the data phase; not taken from the arrivals yet
  u64 frame_left_ = 0;
  bool last_frame_ = false;
  std::deque<Said> said_;

  std::deque<Arrival> arrivals_;
  std::deque<std::size_t> in_flight_;  // sizes asked for
  std::vector<Bytes> spare_;

  // To the camera.
  Bytes command_, out_;
  bool command_waits_ = false, sending_ = false, out_last_ = false, cancel_wanted_ = false;
  u64 out_left_ = 0, out_sent_ = 0;
  unsigned out_in_flight_ = 0;
  std::optional<Status> out_failed_;
  bool end_stalled_ = false;  // only the empty packet behind the data was refused

  Bytes event_;           // pieces of a container
  std::size_t skip_ = 0;  // bytes still to come of one that was told already
  unsigned interrupts_ = 0, event_failures_ = 0;
  bool deaf_ = false, resuming_ = false;
};

}  // namespace stuntcam::transport::usb
