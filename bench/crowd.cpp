#include "bench/crowd.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include "ptp/packets.h"

namespace stuntcam::bench {

Crowd::Crowd(const std::vector<u16>& ports, std::size_t clients, const std::function<void(Client&)>& open)
    : poll_(::epoll_create1(EPOLL_CLOEXEC)), room_(receive_size) {
  members_.reserve(clients);
  for (std::size_t n = 0; n < clients; ++n) {
    auto& member = members_.emplace_back();
    member.client = std::make_unique<Client>(ports[n % ports.size()], true, small_buffer);
    if (open) open(*member.client);
    epoll_event interest{.events = EPOLLIN, .data = {.u64 = n}};
    if (::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, member.client->socket().fd(), &interest) != 0)
      throw std::runtime_error("epoll_ctl failed");
  }
}

bool Crowd::take(Member& member, View received) {
  bool complete = false;
  while (!received.empty()) {
    if (member.left == 0) {
      const auto part = std::min(received.size(), member.head.size() - member.head_bytes);
      std::memcpy(member.head.data() + member.head_bytes, received.data(), part);
      member.head_bytes += part;
      received = received.subspan(part);
      if (member.head_bytes < member.head.size()) continue;
      u32 length = 0;
      std::memcpy(&length, member.head.data(), sizeof length);
      member.left = length - member.head.size();
    }
    const auto part = static_cast<std::size_t>(std::min<u64>(received.size(), member.left));
    member.left -= part;
    received = received.subspan(part);
    if (member.left > 0) continue;
    member.head_bytes = 0;
    u32 type = 0;
    std::memcpy(&type, member.head.data() + 4, sizeof type);
    complete = complete || type == static_cast<u32>(ptp::PacketType::operation_response);
  }
  return complete;
}

u64 Crowd::run(const std::function<Bytes(Client&)>& request, u64 transactions) {
  u64 asked = 0, answered = 0, bytes = 0;
  const auto ask = [&](Member& member) {
    if (asked == transactions) return;
    ++asked;
    member.client->socket().send(request(*member.client));
  };
  for (auto& member : members_) ask(member);
  std::array<epoll_event, 64> happened{};
  while (answered < transactions) {
    const int events = ::epoll_wait(poll_.get(), happened.data(), static_cast<int>(happened.size()), -1);
    for (int n = 0; n < events; ++n) {
      auto& member = members_[happened[static_cast<std::size_t>(n)].data.u64];
      const auto got = member.client->socket().receive(room_);
      bytes += got;
      if (!take(member, View(room_).first(got))) continue;
      ++answered;
      ask(member);
    }
  }
  return bytes;
}

}  // namespace stuntcam::bench
