// Events and live view on ports of their own (docs/protocol.md §6.5). Nothing on these connections says whose they are:
// they go to the newest initiator from the same address that may have them.
#include <fmt/format.h>

#include <ranges>
#include <system_error>

#include <asio/experimental/awaitable_operators.hpp>

#include "transport/server_core.h"
#include "transport/wait.h"

namespace stuntcam::transport {
namespace {

constexpr int most_pairs_tried = 100;  // of neighbouring free ports
constexpr u16 last_port = 65535;

std::string address(const Link& link) {
  const auto peer = link.peer();
  return peer.substr(0, peer.rfind(':'));
}

Task<bool> has_left(Link& link) {
  const bool something = link.pending();
  if (!something) co_return false;
  try {
    co_await link.receive();
  } catch (const std::system_error&) {
    co_return true;
  }
  co_return false;
}

}  // namespace

void ServerCore::listen_to_lanes(const std::string& host, u16 command_port, Ports& ports) {
  if (command_port > last_port - 2)
    throw std::system_error(asio::error::make_error_code(asio::error::invalid_argument),
                            fmt::format("no two ports are left behind {}", command_port));
  for (int pairs = 1;; ++pairs) {
    const auto events = bind(host, command_port == 0 ? u16{0} : static_cast<u16>(command_port + 1));
    ports.event = events->local_endpoint().port();
    ports.live_view = static_cast<u16>(ports.event + 1);
    if (ports.event == last_port) continue;
    try {
      start(bind(host, ports.live_view), Lane::live_view);
    } catch (const std::system_error&) {
      if (command_port != 0 || pairs == most_pairs_tried) throw;
      continue;
    }
    start(events, Lane::event);
    return;
  }
}

std::shared_ptr<Association> ServerCore::lane_owner(const Link& link) const {
  const auto from = address(link);
  for (const auto& [number, association] : std::views::reverse(associations))
    if (association->lanes_open() && address(association->command()) == from) return association;
  return nullptr;
}

Task<> ServerCore::lane(std::unique_ptr<Link>& link, Lane which) {
  const auto association = lane_owner(*link);
  const bool events = which == Lane::event;
  const bool taken = association && (events ? association->events() != nullptr : association->has_live_view());
  if (!association || taken) {
    // One that has left already came in time, and was accepted late.
    const bool left = co_await has_left(*link);
    if (!left)
      log(*link, fmt::format("refused: {}", taken ? "it has such a connection already"
                                                  : "a connection for events or live view before an initiator's time"));
    link->close(true);
    co_return;
  }
  limit(*link, {}, "");
  const std::shared_ptr<Link> shared = std::move(link);
  struct Leave {
    Association& association;
    const Link& link;
    ~Leave() { association.detach(link); }
  } leave{*association, *shared};
  if (association->line) {
    co_await pass_lane(shared, association, which);
    co_return;
  }
  if (events) {
    association->attach_events(shared);
    co_await until_gone(shared);
    co_return;
  }
  using namespace asio::experimental::awaitable_operators;
  association->attach_live_view(shared);
  auto frames = live_view(shared, association);
  auto gone = until_gone(shared);
  co_await (std::move(frames) || std::move(gone));
}

// Whatever comes is dropped: nothing is said on these connections but by the camera.
Task<> ServerCore::until_gone(std::shared_ptr<Link> link) {
  const auto self = shared_from_this();
  try {
    for (;;) {
      const auto message = co_await link->receive();
      if (message) continue;
      log(*link, fmt::format("{}; closed", message.error().to_string()));
      break;
    }
  } catch (const std::system_error&) {  // it has
  }
  link->close();
}

// A frame at each tick. While a slow peer takes one, those that fall due are never made.
Task<> ServerCore::live_view(std::shared_ptr<Link> link, std::shared_ptr<Association> association) {
  const auto self = shared_from_this();
  ptp::Message head;
  head.kind = ptp::Kind::data;
  head.first = head.last = true;
  Duration due = clock.now();
  try {
    while (association->session && association->lanes_open()) {
      const Duration interval = std::max(association->session->frame_interval(), Duration(1));
      if (const auto frame = association->session->frame()) {
        head.total = head.size = frame->size();
        limit(*link, options.stalled, "does not read its live view");
        link->put(head);
        const Payload payload(*frame);
        co_await link->write(payload);
        co_await link->flush();
        limit(*link, {}, "");
        ++head.transaction_id;
      }
      const Duration now = clock.now();
      due += interval * ((now - due) / interval + 1);
      co_await wait(io, clock, due - now);
    }
  } catch (const std::system_error&) {  // the peer has gone
  }
  link->close();
}

}  // namespace stuntcam::transport
