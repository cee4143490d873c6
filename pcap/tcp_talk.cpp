#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>

#include "pcap/talk.h"

namespace stuntcam::pcap {
namespace {

using ptp::Kind;

std::string host(const Endpoint& end) {
  auto without_port = end;
  without_port.port = 0;
  return to_string(without_port);
}

// Which side sends packets of this type; nullopt: both do.
std::optional<bool> sent_by_responder(Kind kind) {
  switch (kind) {
    case Kind::init_command_request:
    case Kind::init_event_request:
    case Kind::operation_request:
      return false;
    case Kind::init_command_ack:
    case Kind::init_event_ack:
    case Kind::init_fail:
    case Kind::operation_response:
    case Kind::event:
      return true;
    default:
      return {};
  }
}

}  // namespace

TcpTalk::TcpTalk(Sessions& sessions, TraceSink& sink, u64 connection, const Endpoint& first, const Endpoint& second,
                 bool handshake, std::optional<u16> port)
    : Talk(sessions, sink, connection), ends_{first, second}, handshake_(handshake), port_(port) {
  if (handshake_) return;
  conversation_.missed();
  lost_ = {true, true};  // where nothing begins a packet, this one was begun before
}

bool TcpTalk::data(bool side, View bytes, Origin origin) {
  last_ = origin;
  heard_[side] = true;
  if (!decided_ && !decide(side, bytes, origin)) return !refused_;
  walkers_[side].data(bytes, origin);
  return true;
}

void TcpTalk::gap(bool side, u64 size, Origin origin) {
  View nothing;
  if (!decided_ && !decide(side, nothing, origin)) {
    held_[side].clear();
    return;
  }
  tell_gap(side, size, origin);
  walkers_[side].gap(size, origin);
}

void TcpTalk::finish() {
  if (!decided_ || std::exchange(finished_, true)) return;
  for (auto& walker : walkers_) walker.end(last_);
  tell_all();
  const bool pushes = session_ && session_->dialect != ptp::dialects()[0].name;  // events, live view: one way
  if (heard_[0] == heard_[1] || pushes) return;
  const auto& silent = ends_[heard_[0] ? 1 : 0];
  sink_.warn(last_.frame,
             fmt::format("connection {}: nothing that {} sent was captured", connection_, to_string(silent)));
}

// true: this is a camera's, and `bytes` is to be read; what came before it has been.
bool TcpTalk::decide(bool side, View& bytes, Origin origin) {
  const ptp::Dialect* expected = nullptr;
  for (const auto& one : ptp::dialects())
    if (has_port(one.port) || (one.event_port && (has_port(one.event_port) || has_port(one.live_view_port))))
      expected = &one;
  if (port_) expected = nullptr;
  auto& held = held_[side];
  const bool asked = port_ && has_port(*port_);
  if (port_ && !asked) return !(refused_ = true);
  if (!expected) {
    if (held.empty()) held_from_[side] = origin;
    held.insert(held.end(), bytes.begin(), bytes.end());
    bytes = {};
    if (!recognise(side)) return false;
  } else {
    dialect_ = expected;
  }
  decided_ = true;
  const auto camera_has = [&](u16 port) { return asked ? port == *port_ : dialect_->has(port); };
  if (!handshake_) sink_.warn(origin.frame, fmt::format("connection {}: its beginning was not captured", connection_));
  role_known_ = handshake_ || asked || expected;
  initiator_ = !handshake_ && (asked || expected) && camera_has(ends_[0].port);
  for (auto& walker : walkers_) walker.speak(*dialect_);
  for (const bool which : {side, !side}) walkers_[which].data(std::exchange(held_[which], {}), held_from_[which]);
  return true;
}

// By the look of the first packet; where the port was asked for, at last as PTP/IP.
bool TcpTalk::recognise(bool side) {
  const View held = held_[side];
  if (held.empty() && port_) return true;  // a gap in front
  bool open = false;
  for (const auto& one : ptp::dialects() | std::views::reverse) {
    dialect_ = &one;
    if (held.size() < one.header)
      open = true;
    else if (one.begins(held.first(one.header)))
      return true;
  }
  if (open) return false;
  dialect_ = ptp::dialects().data();
  refused_ = !port_;
  return port_.has_value();
}

void TcpTalk::settle(bool side, Kind kind) {
  const auto by_responder = sent_by_responder(kind);
  if (role_known_ || !by_responder) return;
  role_known_ = true;
  initiator_ = *by_responder ? !side : side;
}

std::string TcpTalk::responder() const {
  auto end = ends_[!initiator_];
  if (end.port == dialect_->event_port || end.port == dialect_->live_view_port) end.port = dialect_->port;
  return to_string(end);
}

// An unknown number on a connection that has its session changes nothing: else one flow could begin any number of them.
void TcpTalk::find_session(const ptp::Message& message, Origin origin) {
  const bool joins = message.kind == Kind::init_event_request;
  if (session_ && !joins) return;
  const auto initiator = host(ends_[initiator_]);
  if (joins) {
    if (auto named = sessions_.find(initiator, responder(), message.params[0])) session_ = std::move(named);
  } else if (dialect_->event_port && message.kind != Kind::init_command_request &&
             message.kind != Kind::operation_request) {
    session_ = sessions_.find(initiator, responder(), {});
    if (!session_) session_ = sessions_.find_neighbour(dialect_->name, initiator, ends_[!initiator_]);
  } else if (message.kind != Kind::init_command_request) {
    session_ = sessions_.find_headless(initiator, responder());
    if (session_) session_->headless = false;
  }
  if (session_) return;
  auto session = sessions_.open(dialect_->name, initiator, responder());
  session->headless = joins;
  session->initiator_end = ends_[initiator_];
  session->responder_end = ends_[!initiator_];
  begin(std::move(session), origin);
}

}  // namespace stuntcam::pcap
