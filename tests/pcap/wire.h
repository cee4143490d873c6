// Bytes of a PTP/IP conversation for tests, and a feeder that cuts them into messages as a link does.
#pragma once

#include "ptp/packets.h"
#include "ptp/writer.h"

namespace stuntcam::test {

inline Bytes packet(u32 type, const Bytes& body) {
  Bytes bytes;
  ptp::Writer out(bytes);
  out.integer(static_cast<u32>(8 + body.size()));
  out.integer(type);
  out.bytes(body);
  return bytes;
}

struct Body {
  Bytes bytes;
  template <class T>
  Body& add(T value) {
    ptp::Writer(bytes).integer(value);
    return *this;
  }
  Body& add(const Bytes& more) {
    ptp::Writer(bytes).bytes(more);
    return *this;
  }
  operator const Bytes&() const { return bytes; }  // NOLINT(google-explicit-constructor): reads as the bytes it holds
};

inline Bytes request(u16 code, u32 transaction, std::initializer_list<u32> parameters = {}, u32 data_phase = 1) {
  Body body;
  body.add(data_phase).add(code).add(transaction);
  for (const auto parameter : parameters) body.add(parameter);
  return packet(6, body);
}
inline Bytes response(u16 code, u32 transaction) { return packet(7, Body().add(code).add(transaction)); }
inline Bytes start_data(u32 transaction, u64 total) { return packet(9, Body().add(transaction).add(total)); }
inline Bytes data(u32 transaction, const Bytes& payload) { return packet(10, Body().add(transaction).add(payload)); }
inline Bytes end_data(u32 transaction, const Bytes& payload) {
  return packet(12, Body().add(transaction).add(payload));
}

// Gives whole packets to `sink` (anything with head(sent, message, wire) and payload(sent, view)), payload in pieces.
template <class Sink>
void feed(Sink& sink, bool sent, View bytes, std::size_t piece = 7) {
  const ptp::PacketFraming framing;
  while (!bytes.empty()) {
    std::size_t seen = 0;
    auto head = framing.head({});
    while (head && head->need > 0) {
      seen = head->need;
      head = framing.head(bytes.first(seen));
    }
    const auto wire = bytes.first(head.value().size);
    sink.head(sent, framing.decode(wire).value(), wire);
    bytes = bytes.subspan(head->size);
    for (u64 left = head->payload; left > 0;) {
      const auto now = bytes.first(std::min<std::size_t>({piece, left, bytes.size()}));
      if (now.empty()) return;  // the peer left in the middle
      sink.payload(sent, now);
      bytes = bytes.subspan(now.size());
      left -= now.size();
    }
  }
}

}  // namespace stuntcam::test
