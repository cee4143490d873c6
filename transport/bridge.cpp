#include "transport/bridge.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include <asio/experimental/awaitable_operators.hpp>

namespace stuntcam::transport {

using ptp::Kind;
using ptp::Message;
using ptp::OperationCode;
using ptp::ResponseCode;

Bridge::Bridge(ServerCore& core, std::shared_ptr<Association> association, std::shared_ptr<Line> line)
    : core_(core),
      association_(std::move(association)),
      line_(std::move(line)),
      client_(association_->command()),
      camera_(*line_->command),
      patience_(std::make_shared<Patience>(core.clock, camera_)) {}

Bridge::~Bridge() { patience_->end(); }

Task<> Bridge::run() {
  while (!association_->closing()) {
    core_.await_request(*association_);
    const Message message = co_await receive_from_client();
    association_->heard = core_.clock.now();
    switch (message.kind) {
      case Kind::operation_request:
        co_await transact(message);
        break;
      case Kind::init_command_request:
        if (!core_.dialect.lanes) stray(message);
        core_.put_ack(*association_, line_->introduction);  // as in Conversation::run
        co_await client_.flush();
        break;
      case Kind::goodbye:
        if (line_->dialect->goodbye) camera_.put(message);
        co_return;
      case Kind::probe_request:
        co_await answer_probe();
        break;
      default:
        stray(message);
    }
  }
}

Task<> Bridge::transact(Message request) {
  association_->answering = true;
  association_->mute = false;
  association_->forget_cancel();
  core_.limit(client_, {}, "");  // it may have to wait for its turn
  if (line_->share) {
    co_await share(request);
  } else {
    last_transaction_ = request.transaction_id;
    Exchange exchange(request);
    unfinished_ = true;
    co_await converse(exchange);
    unfinished_ = false;
  }
  patience_->stop();
  association_->answering = false;
}

// One after the other, with ids of the line's own.
Task<> Bridge::share(Message request) {
  Share& share = *line_->share;
  while (share.taken) co_await share.free.wait();
  if (association_->dropped()) throw std::system_error(asio::error::make_error_code(asio::error::eof));
  share.taken = true;
  struct Leave {
    Bridge& bridge;
    ~Leave() {
      if (!bridge.unfinished_) bridge.give_way();  // else leave() puts things right first
    }
  } leave{*this};
  Exchange exchange(request);
  const bool answered = co_await answer_here(exchange);
  if (!answered) {
    exchange.request.transaction_id = share.open ? ++share.last_transaction : 0;
    last_transaction_ = exchange.request.transaction_id;
    unfinished_ = true;
    co_await converse(exchange);
    unfinished_ = false;
  }
}

void Bridge::give_way() {
  if (!line_->share) return;
  line_->share->taken = false;
  line_->share->free.raise();
}

// Sessions are the clients' own where they share the camera's.
Task<bool> Bridge::answer_here(const Exchange& exchange) {
  const Message& request = exchange.request;
  Message response;
  response.kind = Kind::operation_response;
  response.transaction_id = exchange.client_id;
  const auto say = [&](ResponseCode code) { response.code = static_cast<u16>(code); };
  if (is(request, OperationCode::OpenSession)) {
    if (!open_ && !line_->share->open) co_return false;
    say(open_ ? ResponseCode::SessionAlreadyOpened : ResponseCode::OK);
    if (!open_) open_ = request;
  } else if (is(request, OperationCode::CloseSession)) {
    say(open_ ? ResponseCode::OK : ResponseCode::SessionNotOpen);
    open_.reset();
  } else if (!open_ && !is(request, OperationCode::GetDeviceInfo)) {
    say(ResponseCode::SessionNotOpen);
  } else {
    co_return false;
  }
  client_.put(response);
  co_await client_.flush();
  co_return true;
}

Task<> Bridge::converse(Exchange& exchange) {
  const bool closes = is(exchange.request, OperationCode::CloseSession);
  const bool translates = core_.dialect.closing == 0 && line_->dialect->closing != 0;
  if (closes && translates) {
    const Message closing = plain_request(static_cast<OperationCode>(line_->dialect->closing), last_transaction_);
    co_await ask(closing);
  }
  patience_->start(answer_limit, fmt::format("no answer to {}", exchange.name));
  core_.limit(client_, exchange.request.data_phase == 2 ? core_.options.stalled : Duration{}, "no data came");
  camera_.put(exchange.request);
  co_await flush_camera();
  patience_->start(answer_limit, fmt::format("no answer to {}", exchange.name));
  while (!exchange.responded) {
    const Turn turn = co_await next_turn(exchange);
    if (turn == Turn::cancel) {
      co_await cancel(exchange);
    } else if (turn == Turn::camera) {
      co_await from_camera(exchange);
    } else {
      co_await from_client(exchange);
    }
  }
  if (closes && translates && line_->dialect->goodbye) {
    Message goodbye;
    goodbye.kind = Kind::goodbye;
    camera_.put(goodbye);
    co_await flush_camera();
  }
}

Task<Bridge::Turn> Bridge::next_turn(const Exchange& exchange) {
  using namespace asio::experimental::awaitable_operators;
  for (;;) {
    if (association_->dropped()) throw std::system_error(asio::error::make_error_code(asio::error::eof));
    if (!exchange.cancelled && association_->cancelled(exchange.client_id)) co_return Turn::cancel;
    const bool said = camera_.pending();
    if (said) co_return Turn::camera;
    const bool asked = !held_ && client_.pending();
    if (asked) co_return Turn::client;
    auto camera = camera_.ready();
    auto poked = association_->until_poked();
    if (held_) {  // what comes behind a held request stays in the link
      const auto woken = co_await (std::move(camera) || std::move(poked));
      if (woken.index() == 0) co_return Turn::camera;
      continue;
    }
    auto client = client_.ready();
    const auto woken = co_await (std::move(camera) || std::move(client) || std::move(poked));
    if (woken.index() == 0) co_return Turn::camera;  // also when it is gone: receive says why
    if (woken.index() == 1) co_return Turn::client;
  }
}

Task<> Bridge::from_camera(Exchange& exchange) {
  const Message message = co_await receive_from_camera();
  switch (message.kind) {
    case Kind::data:
      patience_->start(data_limit, fmt::format("the data of {} stopped", exchange.name));
      core_.limit(client_, core_.options.stalled, "a transfer does not move");
      co_await to_client(exchange, message);
      core_.limit(client_, {}, "");
      patience_->start(answer_limit, fmt::format("no response to {}", exchange.name));
      break;
    case Kind::operation_response:
      co_await respond(exchange, message);
      break;
    case Kind::probe_request: {
      Message answer;
      answer.kind = Kind::probe_response;
      camera_.put(answer);
      co_await flush_camera();
      break;
    }
    default:
      client_.put(message);  // an event on the command connection: the client sees what the camera does
      co_await client_.flush();
  }
}

Task<> Bridge::respond(Exchange& exchange, Message response) {
  const Message& request = exchange.request;
  const bool opens = is(request, OperationCode::OpenSession);
  if (opens && !open_ && line_->replaces_sessions && is(response, ResponseCode::SessionAlreadyOpened)) {
    co_await ask(plain_request(OperationCode::CloseSession, request.transaction_id));
    response = co_await ask(request);
  }
  if (opens && (is(response, ResponseCode::OK) || is(response, ResponseCode::SessionAlreadyOpened))) {
    const bool fresh = !open_;
    open_ = request;
    if (line_->share) line_->share->open = true;
    if (fresh && is(response, ResponseCode::OK) && core_.dialect.opening.empty()) co_await open_for_standard_client();
  }
  if (is(request, OperationCode::CloseSession) && is(response, ResponseCode::OK)) open_.reset();
  exchange.responded = true;
  response.wire = {};
  if (line_->share) response.transaction_id = exchange.client_id;
  client_.put(response);
  co_await client_.flush();
}

Task<> Bridge::from_client(Exchange& exchange) {
  const Message message = co_await receive_from_client();
  association_->heard = core_.clock.now();
  switch (message.kind) {
    case Kind::data:  // behind a Cancel, or an EndData that nobody waits for: the link drops the payload
      if (!exchange.cancelled && !exchange.ended) co_await to_camera(exchange, message);
      break;
    case Kind::cancel:
      if (!exchange.cancelled) co_await cancel(exchange);
      break;
    case Kind::operation_request:
      if (core_.options.strict) throw Misbehaved("an OperationRequest while a transaction is under way");
      hold(message);
      break;
    case Kind::probe_request:
      co_await answer_probe();
      break;
    default:
      stray(message);
  }
}

void Bridge::lost(const std::exception_ptr& failure) {
  if (patience_->over())
    fail(fmt::format("it is silent, {}: if that happens again, switch it off and on", patience_->what()));
  try {
    std::rethrow_exception(failure);
  } catch (const std::system_error& error) {
    fail(fmt::format("it is gone ({}): is it on, and connected?", error.code().message()));
  }
}

void Bridge::fail(const std::string& why) {
  broken_ = true;
  throw CameraFailed(fmt::format("{}: {}", line_->title(), why));
}

Task<Message> Bridge::receive_from_camera() {
  std::exception_ptr failure;
  try {
    const auto message = co_await camera_.receive();
    if (message) co_return *message;
    fail(fmt::format("it broke the protocol, {}: --record shows how", message.error().to_string()));
  } catch (const std::system_error&) {
    failure = std::current_exception();
  }
  lost(failure);
}

Task<std::size_t> Bridge::read_camera(Room room) {
  std::exception_ptr failure;
  try {
    const std::size_t got = co_await camera_.read(room);
    co_return got;
  } catch (const std::system_error&) {
    failure = std::current_exception();
  }
  lost(failure);
}

Task<> Bridge::write_camera(View bytes) {
  std::exception_ptr failure;
  try {
    const Payload payload(bytes);
    co_await camera_.write(payload);
    co_return;
  } catch (const std::system_error&) {
    failure = std::current_exception();
  }
  lost(failure);
}

Task<> Bridge::flush_camera() {
  std::exception_ptr failure;
  try {
    co_await camera_.flush();
    co_return;
  } catch (const std::system_error&) {
    failure = std::current_exception();
  }
  lost(failure);
}

Task<Message> Bridge::receive_from_client() {
  if (held_) {
    const Message message = *held_;
    held_.reset();
    co_return message;
  }
  const auto message = co_await client_.receive();
  if (!message) throw Misbehaved(message.error().to_string());
  co_return *message;
}

Task<> Bridge::answer_probe() {
  Message answer;
  answer.kind = Kind::probe_response;
  client_.put(answer);
  co_await client_.flush();
}

void Bridge::hold(const Message& message) {
  held_ = message;
  held_->wire = {};
}

// What does not belong where it came.
void Bridge::stray(const Message& message) {
  if (message.kind == Kind::cancel || message.kind == Kind::probe_response) return;
  if (message.kind == Kind::data && !core_.options.strict) return;  // the link drops the payload
  throw Misbehaved("a packet that does not belong on the command connection");
}

}  // namespace stuntcam::transport
