// Fujifilm's dialect on TCP (docs/protocol.md §6.5): init packets as in PTP/IP, then containers as over USB, events
// with a word more, and a goodbye. Live-view frames travel on a connection of their own.
#pragma once

#include "ptp/framing.h"
#include "ptp/packets.h"

namespace stuntcam::ptp {

// The protocol version in front of the initiator's identity; another one is refused with fuji_invalid.
inline constexpr u32 fuji_protocol = 0x8F53E4F2;
// InitFail's reasons are response codes here.
inline constexpr u32 fuji_busy = 0x2019, fuji_invalid = 0x201D;

// The body of init_command_request and init_command_ack behind the word in front of it: GUID, and the name in a field
// of fixed size, filled with zeros. A name that is too long is cut; a zero always ends it.
inline constexpr std::size_t fuji_request_name = 54;  // bytes: clients send packets of 82
inline constexpr std::size_t fuji_ack_name = 40;      // bytes: the camera sends packets of 68
Bytes encode_fuji_identity(const Identity&, std::size_t name_size);

// All three connections. An event is always the 28 bytes that cameras send. A data message with code 0 is a live-view
// frame: its head is 18 bytes, its TransactionID the frame's counter, of which eight bits travel.
class FujiFraming final : public Framing {
 public:
  Expected<Head> head(View seen) const override;
  Expected<Message> decode(View head) const override;
  void encode(const Message&, Bytes& out) const override;
  u64 max_payload() const override { return 0xFFFFFFFEu - 18; }
  bool one_frame() const override { return true; }
};

}  // namespace stuntcam::ptp
