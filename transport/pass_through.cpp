// A client of a real camera: how it gets the line, and what becomes of it (bridge.h).
#include <fmt/format.h>

#include <system_error>

#include <asio/experimental/awaitable_operators.hpp>

#include "transport/bridge.h"
#include "transport/relay.h"

namespace stuntcam::transport {

std::string Line::title() const {
  return fmt::format("{} ({})", identity.name.empty() ? "the camera" : identity.name, command->peer());
}

// Waits until the client before has left nothing behind: that one may have vanished a moment ago.
Task<std::shared_ptr<Line>> ServerCore::open_line(Association& association, ptp::Identity client) {
  while (line_taken) co_await hung_up.wait();
  if (association.dropped() || stopping) throw std::system_error(asio::error::make_error_code(asio::error::eof));
  if (shared_line) {
    ++shared_line->share->clients;
    co_return shared_line;
  }
  line_taken = true;
  std::exception_ptr failure;
  std::shared_ptr<Line> line;
  try {
    line = co_await real_camera->open(client);
  } catch (...) {
    failure = std::current_exception();
  }
  opened_line = line;
  const bool shared = line && real_camera->shared;
  if (shared) {
    line->share = std::make_unique<Share>(io);
    line->share->clients = 1;
    shared_line = line;
    auto events = pass_events_to_all(line);
    if (line->events) spawn(io, std::move(events), [](const std::exception_ptr&) {});
  }
  if (!line || shared) {
    line_taken = false;
    hung_up.raise();
  }
  if (failure) std::rethrow_exception(failure);
  co_return line;
}

// The last client's line goes back to the camera; so does one that is out of step, and with it all who share it.
Task<> ServerCore::hang_up(std::shared_ptr<Line> line, bool in_step) {
  if (line->share) {
    Share& share = *line->share;
    --share.clients;
    share.broken = share.broken || !in_step;
    in_step = !share.broken;
    share.free.raise();
    if (share.broken && shared_line == line) {
      shared_line.reset();
      line_taken = true;
      const auto others = associations;
      for (const auto& [number, other] : others)
        if (other->line == line) other->drop();
    }
    if (share.clients != 0) co_return;
    if (shared_line == line) shared_line.reset();
    line_taken = true;
  }
  if (line->events) line->events->close();
  co_await real_camera->hang_up(std::move(line), in_step);
  line_taken = false;
  hung_up.raise();
}

// A camera that does not answer does not hold up the end either.
void ServerCore::let_go() {
  if (coroutines == 0) return;
  const auto open = opened_line.lock();
  if (options.log)
    options.log(fmt::format("{} does not answer; it is left as it is: switch it off and on before it is used again",
                            open ? open->title() : "the camera"));
  if (open) {
    open->command->close();
    if (open->events) open->events->close();
  }
  real_camera->let_go();
}

Task<> ServerCore::pass_events_to_all(std::shared_ptr<Line> line) {
  const auto self = shared_from_this();
  const auto tell = [&](const auto& what) {
    const auto all = associations;
    for (const auto& [number, association] : all)
      if (association->line == line) what(*association);
  };
  auto spread = [&tell](const EventOut& event) { tell([&event](Association& each) { each.event(event); }); };
  std::function<void(const EventOut&)> to(std::move(spread));
  co_await pass_events(line->events, std::move(to));
  tell([](Association& each) { each.close(); });
}

Task<> ServerCore::pass_through(std::shared_ptr<Association> association, ptp::Identity client) {
  const u32 number = association->number();
  std::shared_ptr<Line> line;
  std::optional<Unavailable> refusal;
  std::exception_ptr failure;
  try {
    line = co_await open_line(*association, client);
  } catch (const Unavailable& unavailable) {
    refusal = unavailable;
  } catch (...) {
    failure = std::current_exception();
  }
  if (!line) {
    if (refusal) co_await refuse(association->command(), refusal->reason);
    association->drop();
    associations.erase(number);
    if (failure) std::rethrow_exception(failure);
    throw Misbehaved(fmt::format("turned away: {}", refusal ? refusal->what() : "no camera"));
  }
  association->line = line;
  Bridge bridge(*this, association, line);
  if (line->events && !line->share)
    spawn(io, pass_events_to(association, line->events), [](const std::exception_ptr&) {});
  try {
    association->mute = !dialect.lanes;
    put_ack(*association, line->introduction);
    co_await association->command().flush();
    if (dialect.lanes) association->open_lanes(true);
    co_await bridge.run();
  } catch (...) {
    failure = std::current_exception();
  }
  association->drop();
  associations.erase(number);
  const bool in_step = co_await bridge.leave();
  association->line.reset();
  co_await hang_up(std::move(line), in_step);
  if (failure) std::rethrow_exception(failure);
}

// Events or live view on a connection of their own: as they come.
Task<> ServerCore::pass_lane(std::shared_ptr<Link> link, std::shared_ptr<Association> association, Lane which) {
  using namespace asio::experimental::awaitable_operators;
  const auto self = shared_from_this();
  const auto line = association->line;
  const bool events = which == Lane::event;
  const auto& dialer = events ? line->dial_events : line->dial_live_view;
  try {
    if (events) {
      association->attach_events(link);
    } else {
      association->attach_live_view(link);
    }
    const std::shared_ptr<Link> camera = co_await dialer();
    auto passing = pass_messages(*camera, *link);
    auto gone = until_gone(link);
    co_await (std::move(passing) || std::move(gone));
    camera->close();
  } catch (const std::system_error& error) {
    log(*link, fmt::format("no such connection to the camera: {}", error.code().message()));
  }
  link->close();
}

}  // namespace stuntcam::transport
