// An initiator that is there without a handshake: the host that a USB device is plugged into (docs/protocol.md §6.4).
#include <fmt/format.h>

#include <system_error>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include "transport/conversation.h"
#include "transport/server_core.h"

namespace stuntcam::transport {

Task<> ServerCore::attach(std::unique_ptr<Link> command, std::shared_ptr<Link> events, ptp::Identity initiator) {
  const auto self = shared_from_this();
  const std::string peer = command->peer();
  const auto say = [&](const std::string& what) {
    if (options.log && !stopping) options.log(fmt::format("{}: {}", peer, what));
  };
  if (stopping) co_return;
  ++coroutines;
  try {
    co_await attached(command, events, initiator);
  } catch (const Misbehaved& reason) {
    say(fmt::format("{}; unplugged", reason.what()));
  } catch (const std::system_error&) {  // the host has gone, or reset the device
  } catch (const std::exception& error) {
    say(fmt::format("{}; unplugged", error.what()));
  }
  if (command) command->close();
  events->close();
  left();
}

Task<> ServerCore::attached(std::unique_ptr<Link>& command, std::shared_ptr<Link> events,
                            const ptp::Identity& initiator) {
  if (associations.size() >= options.max_initiators) co_await make_room();
  if (associations.size() >= options.max_initiators)
    throw Misbehaved(fmt::format("all {} slots for initiators are taken", options.max_initiators));
  const auto association = associate(std::move(command));
  if (responder == nullptr) throw Misbehaved("a real camera is served on the network only");
  auto session = responder->open(initiator, *association);
  if (!session) throw Misbehaved("the camera lets nobody in");
  association->keep_events(events);
  const Seat seat(*this, association, std::move(*session));
  auto cancels = cancels_of(association, events);
  asio::co_spawn(io, std::move(cancels), asio::detached);
  Conversation conversation(*this, association);
  co_await conversation.run();
}

// Beside the conversation, until the link is closed with it.
Task<> ServerCore::cancels_of(std::shared_ptr<Association> association, std::shared_ptr<Link> events) {
  const auto self = shared_from_this();
  ++coroutines;
  try {
    co_await hear_events(association, *events);
  } catch (const std::exception&) {
    association->drop();
  }
  left();
}

}  // namespace stuntcam::transport
