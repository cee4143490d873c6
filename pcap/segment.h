// One TCP segment in made-up IP and Ethernet headers, with right lengths and checksums.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "ptp/bytes.h"

namespace stuntcam::pcap {

struct Endpoint {
  bool v6 = false;
  std::array<u8, 16> address{};  // v4: the first four bytes
  u16 port = 0;
  bool operator==(const Endpoint&) const = default;
};
// "127.0.0.1" or "::1"; nullopt for anything else.
std::optional<Endpoint> parse_endpoint(const std::string& address, u16 port);
// "127.0.0.1:50412", as Link::peer() says; the port stands behind the last colon.
std::optional<Endpoint> parse_endpoint(const std::string& address_and_port);
std::string to_string(const Endpoint&);

struct Segment {
  static constexpr u8 fin = 1, syn = 2, reset = 4, push = 8, ack = 16;
  Endpoint from, to;  // of one family
  u32 sequence = 0, acknowledged = 0;
  u8 flags = 0;
  View payload{};
};

// Appends the whole frame. A SYN carries the options that stacks send: segment size and window scale.
void encode(const Segment&, bool from_camera, Bytes& out);
// The same without the payload, which the lengths and checksums are right for.
void encode_head(const Segment&, bool from_camera, Bytes& out);

}  // namespace stuntcam::pcap
