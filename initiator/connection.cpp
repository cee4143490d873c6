#include "initiator/connection.h"

#include <fmt/format.h>

#include <system_error>

#include "transport/dial.h"

namespace stuntcam::initiator {

using ptp::Kind;
using ptp::Message;
using transport::Duration;
using transport::Link;
using transport::Task;

namespace {

std::string reason(u32 code) {
  switch (static_cast<ptp::InitFailReason>(code)) {
    case ptp::InitFailReason::rejected:
      return "it does not take this initiator (InitFail 1); it may have to be paired, or want another name or GUID";
    case ptp::InitFailReason::busy:
      return "it is busy with others (InitFail 2)";
    case ptp::InitFailReason::unspecified:
      return "it does not say why (InitFail 3)";
  }
  const auto name = ptp::to_string(static_cast<ptp::ResponseCode>(code));
  return fmt::format("InitFail 0x{:X} {}; it may know another name of this client, or nobody has accepted it", code,
                     name);
}

}  // namespace

Timeouts Timeouts::all(Duration time) { return {time, time, time, time, time}; }

Dialers tcp_dialers(asio::io_context& io, transport::Clock& clock, std::string host, u16 port, LanePorts lanes,
                    Duration limit, const transport::Dialect& dialect) {
  const auto& framing = dialect.framing(false);
  if (lanes.event == 0) lanes.event = dialect.lanes ? static_cast<u16>(port + 1) : port;
  if (lanes.live_view == 0) lanes.live_view = static_cast<u16>(lanes.event + 1);
  const auto dialer = [&io, &clock, host = std::move(host), limit, &framing](u16 to) {
    return [&io, &clock, host, to, limit, &framing] { return transport::dial(io, clock, host, to, framing, limit); };
  };
  return {dialer(port), dialer(lanes.event), dialer(lanes.live_view)};
}

Connection::Connection(asio::io_context& io, transport::Clock& clock, Dialers dialers, ConnectionOptions options)
    : io_(io),
      clock_(clock),
      options_(std::move(options)),
      dialers_(std::move(dialers)),
      limit_(std::make_shared<Limit>(clock)) {}

Connection::~Connection() {
  close();
  limit_->stop();
}

void Connection::close() {
  broken_ = true;
  if (link_) link_->close();
  if (events_) events_->close();
  end_live_view();
}

void Connection::remark(const std::string& text) const {
  if (options_.remark) options_.remark(text);
}

Task<std::unique_ptr<Connection>> Connection::open(asio::io_context& io, transport::Clock& clock, Dialers dialers,
                                                   ConnectionOptions options) {
  auto connection = std::make_unique<Connection>(io, clock, std::move(dialers), std::move(options));
  std::exception_ptr failure;
  try {
    co_await connection->shake_hands();
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) connection->fail(failure, "the handshake");
  connection->limit_->stop();
  co_return connection;
}

Task<> Connection::shake_hands() {
  try {
    auto link = co_await dialers_.command();
    if (options_.wrap) link = options_.wrap(std::move(link), 1);
    link_ = std::move(link);
  } catch (const std::system_error& error) {
    throw Problem(Trouble::unreachable, fmt::format("cannot connect: {}", error.code().message()));
  }
  const Bytes identity = dialect().identity(options_.identity, false);
  Message hello;
  hello.kind = Kind::init_command_request;
  hello.params[0] = dialect().protocol;
  hello.wire = identity;
  link_->put(hello);
  co_await link_->flush();
  const Message ack = co_await answer(*link_, Kind::init_command_ack, "InitCommandAck");
  const auto received = ptp::decode_identity(ptp::identity_body(ack));
  if (!received) violation(fmt::format("InitCommandAck: {}", received.error().to_string()), ack.wire);
  if (dialect().protocol == 0 && !received->form.standard())
    remark("the identity in InitCommandAck does not have the standard's form");
  camera_ = received->identity;
  if (dialect().lanes) co_return;
  const u32 number = ack.params[0];
  std::unique_ptr<Link> events = co_await dial_events();
  Message request;
  request.kind = Kind::init_event_request;
  request.params[0] = number;
  events->put(request);
  co_await events->flush();
  co_await answer(*events, Kind::init_event_ack, "InitEventAck");
  limit_->stop();  // it looks at a link that moves
  events_ = std::make_shared<EventStream>(io_, clock_, std::move(events), options_.remark);
  events_->start();
}

Task<std::unique_ptr<Link>> Connection::dial_events() {
  try {
    auto events = co_await dialers_.events();
    if (options_.wrap) events = options_.wrap(std::move(events), 2);
    co_return events;
  } catch (const std::system_error& error) {
    throw Problem(Trouble::unreachable, fmt::format("cannot open the event connection: {}", error.code().message()));
  }
}

Task<> Connection::open_events() {
  std::unique_ptr<Link> events = co_await dial_events();
  events_ = std::make_shared<EventStream>(io_, clock_, std::move(events), options_.remark);
  events_->start();
}

Task<Bytes> Connection::live_view_frame() {
  Bytes frame;
  std::exception_ptr failure;
  try {
    if (!live_view_) {
      auto link = co_await dialers_.live_view();
      if (options_.wrap) link = options_.wrap(std::move(link), 3);
      live_view_ = std::move(link);
    }
    limit_->start(*live_view_, options_.timeouts.answer, "no live-view frame");
    const auto head = co_await live_view_->receive();
    if (!head) violation(fmt::format("in place of a live-view frame, {}", head.error().to_string()), {});
    if (head->size > max_data_set)
      violation(fmt::format("a live-view frame of {} bytes; the most is {}", head->size, max_data_set));
    Bytes room(64 << 10);
    for (;;) {
      const std::size_t got = co_await live_view_->read(room);
      if (got == 0) break;
      frame.insert(frame.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(got));
    }
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) fail(failure, "live view");
  limit_->stop();
  co_return frame;
}

void Connection::end_live_view() {
  if (live_view_) live_view_->close();
  live_view_.reset();
}

Task<> Connection::goodbye() {
  Message message;
  message.kind = Kind::goodbye;
  link_->put(message);
  co_await link_->flush();
}

Task<Message> Connection::answer(Link& link, Kind wanted, const char* name) {
  limit_->start(link, options_.timeouts.handshake, fmt::format("no {}", name));
  const auto message = co_await link.receive();
  if (!message) violation(fmt::format("in place of {}, {}", name, message.error().to_string()), link.unread());
  if (message->kind == Kind::init_fail)
    throw Problem(Trouble::unreachable, fmt::format("the camera turned us away: {}", reason(message->params[0])));
  if (message->kind != wanted) violation(fmt::format("another packet came in place of {}", name), message->wire);
  co_return *message;
}

// In the words of the protocol; the connection is over.
void Connection::fail(const std::exception_ptr& failure, std::string_view phase) {
  const bool late = limit_->over();
  limit_->stop();
  close();
  if (late) throw Problem(Trouble::timeout, limit_->what());
  try {
    std::rethrow_exception(failure);
  } catch (const std::system_error& error) {
    throw Problem(Trouble::closed,
                  fmt::format("the camera closed the connection during {} ({})", phase, error.code().message()));
  }
}

}  // namespace stuntcam::initiator
