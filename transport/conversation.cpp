#include "transport/conversation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <asio/experimental/awaitable_operators.hpp>

#include "transport/wait.h"

namespace stuntcam::transport {

using ptp::Kind;
using ptp::Message;

namespace {

// What a session keeps of its buffer between transactions.
constexpr std::size_t kept_buffer = 4 << 10;
// Data up to this is queued with its heads and the response, and leaves with them.
constexpr u64 small_body = 16 << 10;

[[noreturn]] void peer_is_gone() { throw std::system_error(asio::error::make_error_code(asio::error::eof)); }

// Reads and drops: for a data phase that the answer did not wait for.
class Discard final : public Intake {
 public:
  void write(View) override {}
  Reply finish(bool) override { return {}; }
};

}  // namespace

Task<> Conversation::run() {
  while (!association_->closing()) {
    core_.await_request(*association_);
    // next() without a coroutine of its own: nothing is allocated for an operation that is answered at once.
    ptp::Expected<Message> received;
    if (held_) {
      received = *held_;
      held_.reset();
    } else {
      received = co_await link_.receive();
    }
    if (!received) throw Misbehaved(received.error().to_string());
    const Message message = *received;
    association_->heard = core_.clock.now();
    switch (message.kind) {
      case Kind::operation_request:
        if (core_.options.strict && !core_.dialect.lanes && association_->events() == nullptr) {
          throw Misbehaved("an OperationRequest before the event connection is there");
        }
        begin(message);
        if (answered_at_once(message)) {
          const View body = put_data_heads(message);
          if (!body.empty() && !link_.write_at_once(body)) co_await link_.write(Payload(body));
          link_.put(response_to(message, std::get<Reply>(answer_)));
          if (!link_.flush_at_once()) co_await link_.flush();
        } else {
          co_await transact(message);
        }
        end();
        break;
      case Kind::probe_request: {
        Message answer;
        answer.kind = Kind::probe_response;
        co_await put(answer);
        co_await link_.flush();
        break;
      }
      case Kind::init_command_request:
        // gphoto2 sends it twice in this dialect, and waits for the second answer too (docs/clients.md §3).
        if (!core_.dialect.lanes) put_up_with(message);
        ServerCore::put_ack(*association_, core_.introduction());
        co_await link_.flush();
        break;
      case Kind::goodbye:
        co_return;
      case Kind::cancel:          // too late: the response is out (docs/protocol.md §1.6)
      case Kind::probe_response:  // on the wrong connection, but an answer
        break;
      default:
        put_up_with(message);
    }
  }
}

Task<Message> Conversation::next() {
  if (held_) {
    const Message message = *held_;
    held_.reset();
    co_return message;
  }
  const auto message = co_await link_.receive();
  if (!message) throw Misbehaved(message.error().to_string());
  co_return *message;
}

void Conversation::put_up_with(const Message& message) {
  switch (message.kind) {
    case Kind::data:
      // A late EndData, or data for an operation that was answered without it. The link drops the payload.
      if (core_.options.strict) throw Misbehaved("data outside a data phase");
      return;
    case Kind::operation_request:
      if (core_.options.strict || held_) throw Misbehaved("an OperationRequest while a transaction is under way");
      held_ = message;
      held_->wire = {};
      return;
    case Kind::cancel:
    case Kind::probe_request:
    case Kind::probe_response:
      return;
    case Kind::unknown:
      throw Misbehaved(fmt::format("unknown packet type 0x{:X} on the command connection", message.params[0]));
    default:
      throw Misbehaved("a packet that does not belong on the command connection");
  }
}

Task<Conversation::Input> Conversation::until_input(std::optional<Duration> limit) {
  using namespace asio::experimental::awaitable_operators;
  if (held_) {  // what comes behind a held request stays in the link
    auto poked = association_->until_poked();
    auto late = wait(core_.io, core_.clock, limit.value_or(core_.options.stalled));
    const auto woken = co_await (std::move(poked) || std::move(late));
    if (association_->dropped()) peer_is_gone();
    co_return woken.index() == 0 ? Input::poked : Input::late;
  }
  const bool already = link_.pending();
  if (already) co_return Input::there;
  auto ready = link_.ready();
  auto poked = association_->until_poked();
  std::size_t woken = 0;
  bool there = false;
  if (limit) {
    auto late = wait(core_.io, core_.clock, *limit);
    const auto result = co_await (std::move(ready) || std::move(poked) || std::move(late));
    woken = result.index();
    there = woken == 0 && std::get<0>(result);
  } else {
    const auto result = co_await (std::move(ready) || std::move(poked));
    woken = result.index();
    there = woken == 0 && std::get<0>(result);
  }
  if (association_->dropped() || (woken == 0 && !there)) peer_is_gone();
  if (woken == 0) co_return Input::there;
  co_return woken == 1 ? Input::poked : Input::late;
}

void Conversation::begin(const Message& request) {
  association_->answering = true;
  association_->mute = false;
  association_->forget_cancel();
  core_.limit(link_, core_.options.stalled, "a transfer does not move");
  answer_ = association_->session->request(request);
}

void Conversation::end() {
  association_->session->answered();
  for (const EventOut& event : std::get<Reply>(answer_).then) association_->event(event);
  answer_.emplace<Reply>();
  if (buffer_.size() > kept_buffer) Bytes().swap(buffer_);
  association_->answering = false;
}

// Most operations: the whole answer is there and is small, so it is one write, and there is nothing to wait for or to
// look at on the way.
bool Conversation::answered_at_once(const Message& request) const {
  const auto* const reply = std::get_if<Reply>(&answer_);
  if (reply == nullptr || request.data_phase == 2 || reply->before_data > Duration{} ||
      reply->before_response > Duration{} || core_.options.one_packet_per_segment)
    return false;
  const auto& body = reply->body;
  if (std::holds_alternative<std::monostate>(body)) return true;
  const bool in_memory = std::holds_alternative<View>(body) || std::holds_alternative<Bytes>(body);
  return in_memory && size_of(body) <= std::min(small_body, core_.options.data_packet) && !reply->announced &&
         reply->packets.empty();
}

View Conversation::put_data_heads(const Message& request) {
  const auto& data = std::get<Reply>(answer_).body;
  if (std::holds_alternative<std::monostate>(data)) return {};
  const View body = std::holds_alternative<Bytes>(data) ? View(std::get<Bytes>(data)) : std::get<View>(data);
  Message head = data_head(request, body.size());
  if (!link_.framing().one_frame()) {
    link_.put(head);
    head.first = false;
  }
  head.last = true;
  head.size = body.size();
  link_.put(head);
  return body;
}

Task<> Conversation::transact(Message request) {
  Outcome outcome = Outcome::done;
  Reply reply;
  if (auto* intake = std::get_if<std::unique_ptr<Intake>>(&answer_)) {
    outcome = co_await take_data(request, **intake, reply);
    intake->reset();  // what a cancelled transfer left is gone before the response says so
  } else {
    reply = std::move(std::get<Reply>(answer_));
    if (request.data_phase == 2) {
      Discard discard;
      Reply ignored;
      outcome = co_await take_data(request, discard, ignored);
    }
  }
  if (outcome == Outcome::done) outcome = co_await answer(request, reply);
  if (outcome == Outcome::cancelled) {
    association_->session->cancelled(request.transaction_id);
    reply = Reply(ptp::ResponseCode::TransactionCanceled);
  } else if (outcome == Outcome::source_failed) {
    reply = Reply(ptp::ResponseCode::IncompleteTransfer);
  }
  co_await put(response_to(request, reply));
  co_await link_.flush();
  answer_ = std::move(reply);  // its events follow
}

Task<Conversation::Outcome> Conversation::answer(Message request, Reply& reply) {
  Outcome outcome = co_await pause(request, reply.before_data);
  if (outcome != Outcome::done) co_return outcome;
  if (!std::holds_alternative<std::monostate>(reply.body)) {
    outcome = co_await send_data(request, reply);
    if (outcome != Outcome::done) co_return outcome;
  }
  if (reply.before_response != Duration{}) co_await link_.flush();
  outcome = co_await pause(request, reply.before_response);
  co_return outcome;
}

Task<Conversation::Outcome> Conversation::pause(Message request, Duration time) {
  if (time <= Duration{}) co_return Outcome::done;
  core_.limit(link_, {}, "");
  const Duration due = core_.clock.now() + time;
  for (Duration now = core_.clock.now(); now < due; now = core_.clock.now()) {
    const Input input = co_await until_input(due - now);
    if (association_->cancelled(request.transaction_id)) {
      co_await await_cancel(request);
      co_return Outcome::cancelled;
    }
    if (input != Input::there) continue;
    const Message message = co_await next();
    if (message.kind == Kind::cancel) co_return Outcome::cancelled;
    put_up_with(message);
  }
  core_.limit(link_, core_.options.stalled, "a transfer does not move");
  co_return Outcome::done;
}

Message Conversation::response_to(const Message& request, const Reply& reply) const {
  Message response;
  response.kind = Kind::operation_response;
  response.code = reply.code;
  response.transaction_id = request.transaction_id;
  response.params = reply.params;
  response.count = core_.options.five_response_parameters ? u8{5} : reply.count;
  return response;
}

// Queues a head; on its own segment where the clients of a camera want that.
Task<> Conversation::put(Message message) {
  if (core_.options.one_packet_per_segment) co_await link_.flush();
  link_.put(message);
}

// After the event connection's Cancel: the command connection's must follow; what comes before it is dropped.
Task<> Conversation::await_cancel(Message request) {
  const Duration due = core_.clock.now() + core_.options.cancel_wait;
  for (Duration now = core_.clock.now(); now < due && !held_; now = core_.clock.now()) {
    const Input input = co_await until_input(due - now);
    if (input == Input::late) co_return;
    if (input == Input::poked) continue;
    const Message message = co_await next();
    if (message.kind == Kind::cancel) co_return;
    if (message.kind != Kind::data) put_up_with(message);
  }
  (void)request;
}

}  // namespace stuntcam::transport
