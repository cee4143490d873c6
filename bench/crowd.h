// Many clients in one thread: each asks again as soon as it has its answer.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "bench/client.h"
#include "bench/media.h"

namespace stuntcam::bench {

class Crowd {
 public:
  // So many clients, dealt out to the ports. `open` is done by each before it counts.
  Crowd(const std::vector<u16>& ports, std::size_t clients, const std::function<void(Client&)>& open = {});
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  // `transactions` in all, as many as there are clients under way at once. Returns the bytes received.
  u64 run(const std::function<Bytes(Client&)>& request, u64 transactions);
  Client& front() { return *members_.front().client; }

 private:
  // Where a member is in its answer: packets are counted, not kept.
  struct Member {
    std::unique_ptr<Client> client;
    std::array<u8, 8> head{};
    std::size_t head_bytes = 0;
    u64 left = 0;  // of the packet
  };
  bool take(Member&, View received);  // true: the response is complete

  std::vector<Member> members_;
  Descriptor poll_;
  Bytes room_;
};

}  // namespace stuntcam::bench
