// PTP/IP packets (docs/protocol.md §1): the 14 types, and the identity that the two init packets carry.
#pragma once

#include <array>
#include <string>

#include "ptp/framing.h"

namespace stuntcam::ptp {

enum class PacketType : u32 {
  init_command_request = 1,
  init_command_ack = 2,
  init_event_request = 3,
  init_event_ack = 4,
  init_fail = 5,
  operation_request = 6,
  operation_response = 7,
  event = 8,
  start_data = 9,
  data = 10,
  cancel = 11,
  end_data = 12,
  probe_request = 13,
  probe_response = 14,
};
std::string_view name(PacketType);  // "InitCommandRequest", …; "" when unknown

enum class InitFailReason : u32 { rejected = 1, busy = 2, unspecified = 3 };

using Guid = std::array<u8, 16>;     // opaque: never byte-swapped, echoed as it is
std::string to_string(const Guid&);  // 32 hex digits

// Who somebody says they are in InitCommandRequest and InitCommandAck.
struct Identity {
  Guid guid{};
  std::string name;          // UTF-8
  u32 version = 0x00010000;  // upper half major, lower half minor
  bool operator==(const Identity&) const = default;
};

// How an identity departed from the standard's form. All are accepted from clients unless the server is strict; each
// was seen from a real client (docs/clients.md).
struct IdentityForm {
  bool ascii_name = false;         // one byte a character
  bool unterminated_name = false;  // no 16-bit zero
  bool counted_name = false;       // a PTP string: count byte first
  bool short_version = false;      // two bytes
  bool no_version = false;
  bool odd_length = false;  // bytes left over
  bool standard() const {
    return !(ascii_name || unterminated_name || counted_name || short_version || no_version || odd_length);
  }
};

struct ReceivedIdentity {
  Identity identity;
  IdentityForm form;
};

// `body` is what follows the 8-byte header (request) or the connection number (ack). At least the 16 bytes of the GUID
// must be there; everything behind is read leniently.
Expected<ReceivedIdentity> decode_identity(View body);
Bytes encode_identity(const Identity&);
// The bytes of the identity inside a received init_command_request or init_command_ack message.
View identity_body(const Message&);

// The framing of both PTP/IP connections.
class PacketFraming final : public Framing {
 public:
  // strict: heads must have exactly the standard's lengths. Otherwise StartData may have a 32-bit total, a Data packet
  // no transaction id, and so on (docs/clients.md).
  explicit PacketFraming(bool strict = false) : strict_(strict) {}
  Expected<Head> head(View seen) const override;
  Expected<Message> decode(View head) const override;
  void encode(const Message&, Bytes& out) const override;
  u64 max_payload() const override { return 0xFFFFFFFFu - 12; }
  bool one_frame() const override { return false; }

 private:
  bool strict_;
};

}  // namespace stuntcam::ptp
