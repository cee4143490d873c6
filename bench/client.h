// The smallest PTP/IP client that can measure: packets by hand, so that what is measured is the server.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "bench/bare.h"
#include "bench/socket.h"
#include "ptp/codes.h"

namespace stuntcam::bench {

// The buffer of one of many, who waits most of the time.
inline constexpr std::size_t small_buffer = 4u << 10;

class Client {
 public:
  // With an event connection besides, where it is wanted: nothing is said on it.
  explicit Client(u16 port, bool events = false, std::size_t buffer = receive_size);
  // A transaction whose answer is kept.
  Bytes data(ptp::OperationCode, std::initializer_list<u32> params);
  // A transaction whose payload is counted and dropped. Throws when the response is not OK.
  u64 drain(ptp::OperationCode, std::initializer_list<u32> params);
  // The same with the payload in hand, piece by piece.
  void stream(ptp::OperationCode, std::initializer_list<u32> params, const std::function<void(View)>& payload);
  // SendObjectInfo and SendObject: all of the file in one packet, by a bare loop of sendfile.
  void upload(const std::string& name, int descriptor, u64 size);
  // The only object that is no folder.
  u32 only_object();

  // For measuring a transaction without any decoding: what to send, and how many bytes come back.
  Bytes request(ptp::OperationCode, std::initializer_list<u32> params, bool sends = false);
  std::size_t answer_size(View request);
  const Socket& socket() const { return socket_; }

 private:
  void start_data(u64 total, u64 packet_size);
  struct Head {
    u32 length = 0, type = 0;
  };
  Head receive_head();
  template <class Payload>
  void answer(const Payload& payload);
  void fill();

  void shake_hands(u16 port, bool events);

  Socket socket_;
  std::optional<Socket> events_;
  Bytes buffer_;
  std::size_t begin_ = 0, end_ = 0;  // of what is in the buffer
  u32 transaction_ = 0;
};

}  // namespace stuntcam::bench
