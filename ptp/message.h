// One message of a PTP conversation, whatever carries it. A value without I/O: what the framings decode and encode, and
// what a Link moves. Payload is never inside: a Data message announces it, the Link moves it.
#pragma once

#include <array>
#include <type_traits>

#include "ptp/bytes.h"

namespace stuntcam::ptp {

enum class Kind : u8 {
  init_command_request,
  init_command_ack,
  init_event_request,
  init_event_ack,
  init_fail,
  operation_request,
  operation_response,
  event,
  data,
  cancel,
  probe_request,
  probe_response,
  goodbye,  // Fujifilm's end of a conversation
  raw,      // bytes that no framing would produce; to send only
  unknown,  // a packet type without a meaning here
};

struct Message {
  Kind kind = Kind::unknown;
  u8 count = 0;                      // parameters really on the wire: 0..5; events 0..3
  bool first = false, last = false;  // data: begins, ends its data phase. A container is both at once
  u16 code = 0;                      // operation, response or event code
  u32 transaction_id = 0;
  // operation_request: DataPhaseInfo, 1 no data or to the initiator, 2 from the initiator, 3 unknown; 0 where the
  // framing does not say (containers).
  u32 data_phase = 0;
  // Parameters. init_command_ack, init_event_request: [0] = connection number. init_fail: [0] = reason.
  // init_command_request: [0] = the protocol version in front of the identity, where the dialect has one; else 0.
  // unknown: [0] = packet type.
  std::array<u32, 5> params{};
  u64 total = 0;  // data && first: payload bytes of the whole phase, or unknown_size
  u64 size = 0;   // data: payload bytes of this frame, or unknown_size (then the link knows the end)
  // Received: the exact bytes of the head, valid until the next receive. To send: the body behind the fixed fields of
  // the init packets (an encoded Identity), or all of a raw message; borrowed until put returns.
  View wire{};
};
static_assert(std::is_trivially_copyable_v<Message>);  // may cross co_await by value

inline constexpr u32 no_transaction = 0xFFFFFFFF;  // the TransactionID of events that belong to none

}  // namespace stuntcam::ptp
