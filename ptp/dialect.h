// The dialects that cameras speak over TCP, as far as telling them apart in a capture goes.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "ptp/framing.h"

namespace stuntcam::ptp {

struct Dialect {
  std::string_view name;  // key `dialect` of a profile
  u16 port = 0;           // of the command connection
  // Of the connections for events and live view, where they are others; they begin without an init packet then.
  u16 event_port = 0, live_view_port = 0;
  const Framing* framing = nullptr;
  std::size_t header = 0;            // bytes that begins() wants
  bool (*begins)(View) = nullptr;    // could a packet begin like this? strictly
  View (*identity)(const Message&);  // the bytes of the identity inside a received init packet, with its wire
  bool has(u16 any) const { return any != 0 && (any == port || any == event_port || any == live_view_port); }
};

// PTP/IP is the first. Who looks for one that fits begins at the end: what begins like another is PTP/IP as well.
std::span<const Dialect> dialects();
// Is this the header of a container (docs/protocol.md §6.2)? `header`: its 12 bytes.
bool begins_container(View header);

}  // namespace stuntcam::ptp
