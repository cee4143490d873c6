// A Link is one connection that carries messages, in order, each way. Its framing is inside; payload moves by calls of
// its own, so that a file slice reaches sendfile untouched and nothing here is as large as an object. Links that wrap a
// link watch (Tap) or meddle (Fault).
//
// One reader and one writer at a time (they may be different coroutines); everything on the camera's loop. Functions
// that wait throw std::system_error when the connection fails or ends (asio::error::eof); a message that does not parse
// is an Expected's error.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ptp/framing.h"
#include "transport/task.h"

namespace stuntcam::transport {

// What write moves: borrowed until it returns. Trivially copyable, with constructors: it may cross co_await.
struct Payload {
  View bytes{};
  int descriptor = -1;  // ≥ 0: a file slice instead of bytes
  u64 offset = 0, size = 0;
  Payload(View view) : bytes(view), size(view.size()) {}  // NOLINT(google-explicit-constructor): a view is a payload
  Payload(int file, u64 at, u64 length) : descriptor(file), offset(at), size(length) {}
};

// Which of an initiator's connections it is, where that does not depend on what the first packet says.
enum class Lane : u8 { first_packet_says, command, event, live_view };

class Link {
 public:
  virtual ~Link() = default;
  virtual const ptp::Framing& framing() const = 0;
  // The next head. First discards what was left unread of the last frame. Cancel-safe: partial input stays in the link.
  virtual Task<ptp::Expected<ptp::Message>> receive() = 0;
  // Payload of that frame, straight from the connection into room; 0 = the frame has ended.
  virtual Task<std::size_t> read(Room) = 0;
  // Is a whole head, or the end, there without waiting? Costs one system call at most.
  virtual bool pending() = 0;
  // Waits until there is something to receive and consumes nothing; false = the peer has gone, or the
  // link was closed meanwhile. Cancel-safe, as receive.
  virtual Task<bool> ready() = 0;
  // Queues a head: no I/O, no coroutine. Message::wire need only live until put returns.
  virtual void put(const ptp::Message&) = 0;
  // Payload of the frame put last; may be called many times per frame. Small bytes are only queued.
  virtual Task<> write(Payload) = 0;
  // All that was put is with the kernel, in one segment where it fits.
  virtual Task<> flush() = 0;
  // The same two, done already where nobody need wait for it: coroutines are a good part of a small operation's cost.
  // false: not, or not all of it; then write and flush do it.
  virtual bool write_at_once(View) { return false; }
  virtual bool flush_at_once() { return false; }
  // Both ways; whoever waits on this link wakes with operation_aborted. reset: a TCP reset instead of a FIN.
  virtual void close(bool reset = false) = 0;
  // Our direction only: the peer reads the end after what was flushed, and may go on sending. Nothing happens where the
  // transport cannot do it.
  virtual void close_sending() {}
  // What is put next, or the end that comes next, is somebody's doing on purpose: told to those who watch.
  virtual void mark(std::string_view) {}
  // Payload and head bytes moved so far, both ways: whether a transfer makes progress.
  virtual u64 moved() const = 0;
  // Has the peer acknowledged all that was sent? (A dead host has not.) true where the transport cannot say.
  virtual bool acknowledged() const { return true; }
  // After receive() gave an error: the bytes that it could not make sense of, for a report.
  virtual View unread() const { return {}; }
  virtual Lane lane() const { return Lane::first_packet_says; }
  virtual std::string peer() const = 0;             // "127.0.0.1:50412", for logs
  virtual std::string local() const { return {}; }  // our end, alike; "" where it has no name
};

}  // namespace stuntcam::transport
