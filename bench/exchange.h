// A small operation, as bare as it can be measured: what goes over the wire, and nothing is decoded.
#pragma once

#include "bench/client.h"
#include "bench/pairs.h"

namespace stuntcam::bench {

inline constexpr u32 battery_level = 0x5001;  // one byte

// A request as it goes over the wire, and room for the whole answer.
struct Exchange {
  Exchange(Client& client, ptp::OperationCode code, u32 parameter)
      : request(client.request(code, {parameter})), reply(client.answer_size(request)) {}
  Bytes request, reply;
  void operator()(const Socket& socket) {
    socket.send(request);
    socket.receive_all(reply);
  }
};

inline Exchange small_exchange(Client& client) {
  return {client, ptp::OperationCode::GetDevicePropValue, battery_level};
}

// Seconds that so many of them take, one after the other.
inline double seconds_of(Exchange& exchange, const Client& client, std::size_t count) {
  return seconds([&] {
    for (std::size_t n = 0; n < count; ++n) exchange(client.socket());
  });
}

}  // namespace stuntcam::bench
