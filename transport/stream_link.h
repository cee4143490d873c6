// What TCP links and memory links share: messages framed on a byte stream. A subclass moves bytes without waiting and
// waits for more; everything about heads, payload, queued output and fairness is here.
#pragma once

#include <sys/types.h>

#include "transport/link.h"

namespace stuntcam::transport {

// A file that gave fewer bytes than were announced (it was cut while being sent). The link is intact: `sent` bytes of
// the payload went out, and the frame still expects the others.
struct SourceFailed : std::exception {
  explicit SourceFailed(u64 bytes_sent) : sent(bytes_sent) {}
  const char* what() const noexcept override { return "the source of a data phase ended early"; }
  u64 sent;
};

// No coroutine moves more than this without letting the loop run others: a receiver on loopback keeps up, so waiting
// for the socket to be writable would never suspend (another client's operation took 377 ms).
inline constexpr u64 slice_size = 512 << 10;

class StreamLink : public Link {
 public:
  const ptp::Framing& framing() const final { return framing_; }
  Task<ptp::Expected<ptp::Message>> receive() final;
  Task<std::size_t> read(Room) final;
  bool pending() final;
  Task<bool> ready() final;
  void put(const ptp::Message&) final;
  Task<> write(Payload) final;
  Task<> flush() final;
  bool write_at_once(View) final;
  bool flush_at_once() final;
  u64 moved() const final { return moved_; }
  View unread() const final { return buffered(); }

 protected:
  explicit StreamLink(const ptp::Framing& framing) : framing_(framing) {}

  // Bytes moved, 0 at the end of the stream, or -1 when it would have to wait. Throw std::system_error.
  virtual ssize_t try_receive(Room) = 0;
  virtual ssize_t try_send(View first, View second, bool more) = 0;
  virtual ssize_t try_send_file(int descriptor, u64 offset, u64 size) = 0;  // 0: the file ended
  // All is sent that was to be sent: what was held back for more may go.
  virtual void uncork() {}
  virtual bool input_waiting() = 0;  // bytes or the end of the stream
  // Waits for bytes and moves some. Throws std::system_error; asio::error::eof at the end of the stream.
  virtual Task<std::size_t> receive_some(Room) = 0;
  virtual Task<> wait_writable() = 0;
  virtual Task<> yield() = 0;

  bool sent_since_receive() const { return sent_since_receive_; }

 private:
  Task<> discard();
  Room input_room();
  bool try_fill();  // false: it would have to wait
  void filled(std::size_t got, std::size_t asked);
  void received(std::size_t bytes);
  void sent(std::size_t bytes);
  Task<> send_all(View payload, bool more);
  Task<> send_file(int descriptor, u64 offset, u64 size);
  View buffered() const { return View(in_).subspan(begin_, end_ - begin_); }

  const ptp::Framing& framing_;
  Bytes in_;  // begin_..end_ is received and not consumed
  std::size_t begin_ = 0, end_ = 0;
  u64 payload_left_ = 0, payload_read_ = 0;  // of the frame received last
  Bytes out_;
  u64 moved_ = 0;
  u64 since_yield_ = 0;
  bool drained_ = false;  // the last receive into in_ got less than it asked for: the next would have to wait
  bool sent_since_receive_ = true;
};

}  // namespace stuntcam::transport
