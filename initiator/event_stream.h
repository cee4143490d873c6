// The event connection: reads events beside the transactions, answers probes, sends Cancel.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "initiator/transaction.h"
#include "transport/clock.h"
#include "transport/link.h"
#include "transport/spawn.h"

namespace stuntcam::initiator {

// What the camera did that the standard forbids or leaves open, and that does no harm.
using Remark = std::function<void(const std::string&)>;

// Events that nobody took; of more, the oldest go.
inline constexpr std::size_t max_waiting_events = 4096;
// Answers to probes that wait for a camera to read them; it gets no more until it has.
inline constexpr std::size_t max_waiting_answers = 64;

class EventStream : public std::enable_shared_from_this<EventStream> {
 public:
  EventStream(asio::io_context& io, transport::Clock& clock, std::unique_ptr<transport::Link> link, Remark remark)
      : io_(io), clock_(clock), link_(std::move(link)), remark_(std::move(remark)), signal_(io) {}

  void start();  // reading, until the connection ends
  void close();
  bool ended() const { return ended_; }
  const std::string& why() const { return why_; }

  // The first event that the predicate takes, waiting or to come; the others stay. none when `limit` is over. Throws
  // Problem when the connection has ended or interrupt() was called.
  transport::Task<std::optional<Event>> wait(std::function<bool(const Event&)>, transport::Duration limit);
  void add(const Event&);  // that came some other way
  // ProbeRequest; does the camera answer within the limit?
  transport::Task<bool> probe(transport::Duration limit);
  void send(const ptp::Message&);  // in order, beside everything else
  void interrupt();
  void resume() { interrupted_ = false; }

 private:
  transport::Task<> read();
  void take(const ptp::Message&);
  transport::Task<> flush();
  void end(std::string why);
  void check() const;

  asio::io_context& io_;
  transport::Clock& clock_;
  std::unique_ptr<transport::Link> link_;
  Remark remark_;
  transport::Signal signal_;
  std::deque<Event> events_;
  u64 probed_ = 0;             // ProbeResponses that came
  std::size_t answering_ = 0;  // ProbeResponses that are not with the kernel yet
  bool flushing_ = false, ended_ = false, interrupted_ = false;
  std::string why_;
};

}  // namespace stuntcam::initiator
