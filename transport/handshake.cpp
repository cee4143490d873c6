// How a fresh connection becomes an initiator's command or event connection (docs/protocol.md §1.3), and how a slot is
// found for it.
#include <fmt/format.h>

#include <system_error>

#include "transport/conversation.h"
#include "transport/server_core.h"
#include "transport/wait.h"

namespace stuntcam::transport {
namespace {

// A peer heard from within this is alive without being asked.
constexpr Duration recently = std::chrono::seconds(1);
// The newcomer waits 2.5 s at most (docs/clients.md §2), so the answer to a probe must be there sooner.
constexpr Duration probe_wait = std::chrono::seconds(1);

bool ordinary_end(const std::error_code& code) {
  return code == asio::error::eof || code == asio::error::connection_reset || code == asio::error::broken_pipe ||
         code == asio::error::operation_aborted;
}

}  // namespace

Task<> ServerCore::converse(std::unique_ptr<Link>& link, Lane as) {
  if (dialect.lanes && (as == Lane::event || as == Lane::live_view)) {
    co_await lane(link, as);
    co_return;
  }
  const auto first = co_await link->receive();
  if (!first) throw Misbehaved(first.error().to_string());
  if (first->kind == ptp::Kind::init_command_request && as != Lane::event) {
    co_await command_lane(link, *first);
  } else if (first->kind == ptp::Kind::init_event_request && as != Lane::command) {
    co_await event_lane(link, *first);
  } else {
    throw Misbehaved(dialect.lanes ? "the first packet is no InitCommandRequest"
                                   : "the first packet is neither InitCommandRequest nor InitEventRequest");
  }
}

Task<> ServerCore::serve(std::unique_ptr<Link> link, Lane as) {
  const auto self = shared_from_this();
  // The link moves into the association when the handshake is done; its address stays what `links` knows it by.
  Link* const key = link.get();
  const std::string peer = link->peer();
  const auto say = [&](const std::string& what) {
    if (options.log && !stopping) options.log(fmt::format("{}: {}", peer, what));
  };
  if (stopping) co_return;
  ++coroutines;
  links[key].link = key;
  limit(*link, options.handshake, "no whole first packet", false);
  start_sweep();
  try {
    co_await converse(link, as);
  } catch (const Misbehaved& reason) {
    say(fmt::format("{}; closed", reason.what()));
  } catch (const std::system_error& error) {
    if (!ordinary_end(error.code())) say(fmt::format("{}; closed", error.what()));
  } catch (const std::exception& error) {
    say(fmt::format("{}; closed", error.what()));
  }
  if (link) link->close();
  links.erase(key);
  link.reset();
  left();
}

Task<> ServerCore::refuse(Link& link, ptp::InitFailReason reason) {
  ptp::Message fail;
  fail.kind = ptp::Kind::init_fail;
  fail.params[0] = dialect.reason(reason);
  link.put(fail);
  co_await link.flush();
}

// A recorded camera introduces itself in its own words, which are the standard's or depart from it.
Bytes ServerCore::introduction() const {
  return dialect.protocol == 0 ? responder->introduction() : dialect.identity(responder->identity(), true);
}

void ServerCore::put_ack(Association& association, View introduction) {
  ptp::Message ack;
  ack.kind = ptp::Kind::init_command_ack;
  ack.params[0] = association.number();
  ack.wire = introduction;
  association.command().put(ack);
}

std::shared_ptr<Association> ServerCore::associate(std::unique_ptr<Link> command) {
  do {
    ++last_number;
  } while (last_number == 0 || associations.contains(last_number));
  const auto association = std::make_shared<Association>(*this, last_number, std::move(command));
  association->heard = clock.now();
  return association;
}

Seat::Seat(ServerCore& owner, std::shared_ptr<Association> seated, std::unique_ptr<Session> session)
    : core(owner), association(std::move(seated)) {
  association->session = std::move(session);
  core.associations[association->number()] = association;
}

Seat::~Seat() {
  association->drop();
  association->session.reset();
  core.associations.erase(association->number());
}

Task<> ServerCore::command_lane(std::unique_ptr<Link>& link, ptp::Message first) {
  const auto received = ptp::decode_identity(ptp::identity_body(first));
  if (!received) throw Misbehaved(received.error().to_string());
  if (first.params[0] != dialect.protocol) {
    co_await refuse(*link, ptp::InitFailReason::unspecified);
    throw Misbehaved(fmt::format("InitCommandRequest for another protocol, 0x{:08X}", first.params[0]));
  }
  if (options.strict && dialect.protocol == 0 && !received->form.standard()) {
    co_await refuse(*link, ptp::InitFailReason::rejected);
    throw Misbehaved("InitCommandRequest departs from the standard's form (refused under strict)");
  }
  limit(*link, {}, "");
  if (associations.size() >= options.max_initiators) co_await make_room();
  if (associations.size() >= options.max_initiators) {
    log(*link, fmt::format("refused: all {} slots for initiators are taken", options.max_initiators));
    co_await refuse(*link, ptp::InitFailReason::busy);
    co_return;
  }
  const auto association = associate(std::move(link));
  if (real_camera != nullptr) {
    associations[association->number()] = association;
    co_await pass_through(association, received->identity);
    co_return;
  }
  auto session = responder->open(received->identity, *association);
  if (!session) {
    co_await refuse(association->command(), session.error());
    association->drop();
    co_return;
  }
  const Seat seat(*this, association, std::move(*session));
  association->mute = !dialect.lanes;
  put_ack(*association, introduction());
  co_await association->command().flush();
  Conversation conversation(*this, association);
  co_await conversation.run();
}

Task<> ServerCore::event_lane(std::unique_ptr<Link>& link, ptp::Message first) {
  const auto found = associations.find(first.params[0]);
  if (found == associations.end() || found->second->events() != nullptr || found->second->closing()) {
    log(*link, fmt::format("refused: InitEventRequest for connection number {}, which is {}", first.params[0],
                           found == associations.end() ? "nobody's" : "taken"));
    co_await refuse(*link, ptp::InitFailReason::busy);
    co_return;
  }
  const auto association = found->second;
  limit(*link, {}, "");
  ptp::Message ack;
  ack.kind = ptp::Kind::init_event_ack;
  link->put(ack);
  Link& events = *link;
  association->attach_events(std::move(link));
  if (std::exchange(association->mute, false)) await_request(*association);
  struct Leave {
    Association& association;
    ~Leave() { association.drop(); }
  } leave{*association};
  co_await events.flush();
  co_await hear_events(association, events);
}

// What an initiator says on its event connection, until it ends.
Task<> ServerCore::hear_events(std::shared_ptr<Association> association, Link& events) {
  for (;;) {
    const auto message = co_await events.receive();
    if (!message) throw Misbehaved(message.error().to_string());
    association->heard = clock.now();
    switch (message->kind) {
      case ptp::Kind::probe_request: {
        ptp::Message answer;
        answer.kind = ptp::Kind::probe_response;
        association->send(answer);
        break;
      }
      case ptp::Kind::probe_response:
        association->probing = false;
        break;
      case ptp::Kind::cancel:
        association->cancel(message->transaction_id);
        break;
      default:
        // Unknown types are ignored here (docs/protocol.md §1.10).
        if (options.strict) throw Misbehaved("a packet that does not belong on the event connection");
    }
  }
}

Task<> ServerCore::make_room() {
  const auto waiting = associations;  // as they are now; each is kept alive while it is looked at
  bool asked = false;
  for (const auto& [number, association] : waiting) {
    if (clock.now() - association->heard < recently) continue;
    if (association->events() == nullptr) continue;
    ptp::Message probe;
    probe.kind = ptp::Kind::probe_request;
    association->probing = asked = true;
    association->send(probe);
  }
  if (asked) co_await wait(io, clock, probe_wait);
  for (const auto& [number, association] : waiting) {
    Link* const events = association->events();
    const bool silent = events == nullptr || association->probing;
    association->probing = false;
    // Silent and unacknowledged: the host is gone. Silent but acknowledged: a client that does not know probes.
    if (silent && (!association->command().acknowledged() || (events != nullptr && !events->acknowledged()))) {
      log(association->command(), "did not answer a probe; its slot goes to another initiator");
      association->drop();
      associations.erase(number);
    }
  }
}

}  // namespace stuntcam::transport
