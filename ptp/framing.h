// How messages look in bytes. Stateless: one object serves any number of links. PTP/IP packets are in packets.h, the
// 12-byte containers of USB in container.h.
#pragma once

#include "ptp/bytes.h"
#include "ptp/error.h"
#include "ptp/message.h"

namespace stuntcam::ptp {

// What the first bytes of a frame say about it. While need is not 0, the caller must first have that many bytes.
struct Head {
  std::size_t need = 0;  // not 0: bytes that must be there before head() can say more
  std::size_t size = 0;  // bytes of the head: all of the frame but a data payload
  u64 payload = 0;       // bytes of data payload behind the head
};

class Framing {
 public:
  virtual ~Framing() = default;
  // `seen` is what has arrived of a frame. An error is fatal for the connection: there is no resynchronisation.
  virtual Expected<Head> head(View seen) const = 0;
  // `head` is exactly Head::size bytes. Message::wire borrows them.
  virtual Expected<Message> decode(View head) const = 0;
  // Appends all that precedes the payload of this message.
  virtual void encode(const Message&, Bytes& out) const = 0;
  virtual u64 max_payload() const = 0;  // of one frame
  virtual bool one_frame() const = 0;   // a data phase is a single frame
};

// No head is longer than this: bounds what a link buffers before it knows what comes. The longest legal head is an
// InitCommandAck with a 40-unit name, 112 bytes; clients send longer names.
inline constexpr std::size_t max_head = 2048;

}  // namespace stuntcam::ptp
