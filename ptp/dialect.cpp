#include "ptp/dialect.h"

#include <algorithm>
#include <cstring>

#include "ptp/container.h"
#include "ptp/fuji.h"
#include "ptp/packets.h"

namespace stuntcam::ptp {
namespace {

constexpr u32 last_packet_type = 14;

bool begins_packet(View header) {
  static const PacketFraming strict(true);
  u32 type = 0;
  std::memcpy(&type, header.data() + 4, sizeof type);
  return type >= 1 && type <= last_packet_type && strict.head(header).has_value();
}

// Its packets are containers, but for the init packets, whose type is a word, and the live-view frames; the goodbye is
// shorter than a header.
bool begins_fuji(View header) {
  static const FujiFraming framing;
  u32 length = 0, type = 0;
  std::memcpy(&length, header.data(), sizeof length);
  std::memcpy(&type, header.data() + 4, sizeof type);
  const auto head = framing.head(header);
  if (!head || head->need > 0) return false;
  constexpr u32 frame = 0, last_init = 5, fuji_event = 28;
  constexpr u32 max_frame = 1u << 22;  // above any picture for a phone
  if (type == frame) return length <= max_frame;
  u32 word = 0;
  std::memcpy(&word, header.data() + 8, sizeof word);
  // The other init packets could be PTP/IP's.
  if (type <= last_init) return type == 1 && word == fuji_protocol;
  if (length == fuji_event && (type & 0xFFFF) == static_cast<u16>(ContainerType::event)) return true;
  return begins_container(header);
}

// Behind the word of the header.
View fuji_identity(const Message& message) {
  return message.wire.subspan(std::min<std::size_t>(12, message.wire.size()));
}

const PacketFraming packet_framing;
const FujiFraming fuji_framing;

constexpr Dialect table[] = {
    {"ptpip", 15740, 0, 0, &packet_framing, 8, begins_packet, identity_body},
    {"fuji", 55740, 55741, 55742, &fuji_framing, 12, begins_fuji, fuji_identity},
};

}  // namespace

std::span<const Dialect> dialects() { return table; }

bool begins_container(View header) {
  static const ContainerFraming framing;
  const auto head = framing.head(header);
  if (!head || head->need > 0) return false;
  u16 type = 0, code = 0;
  std::memcpy(&type, header.data() + 4, sizeof type);
  std::memcpy(&code, header.data() + 6, sizeof code);
  if (type != static_cast<u16>(ContainerType::data) && (head->size - header.size()) % 4 != 0) return false;
  // Codes say by their upper digit what they are, with the top bit for a vendor's (docs/protocol.md §5).
  const unsigned family = code >> 12 & 7;
  switch (static_cast<ContainerType>(type)) {
    case ContainerType::command:
    case ContainerType::data:
      return family == 1;
    case ContainerType::response:
      return family == 2;
    case ContainerType::event:
      return family == 4;
  }
  return false;
}

}  // namespace stuntcam::ptp
