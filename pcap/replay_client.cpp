#include "pcap/replay_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>

#include "pcap/replay_script.h"
#include "transport/send_body.h"
#include "transport/wait.h"

namespace stuntcam::pcap {

using ptp::Kind;
using ptp::Message;
using ptp::OperationCode;
using ptp::ResponseCode;
using transport::Duration;
using transport::Link;
using transport::Task;

namespace {

// As libgphoto2 sends data: what cameras have been tried with.
constexpr u64 packet_size = 64 << 10;
constexpr Duration pause = std::chrono::milliseconds(100);
// InitFail's reasons up to here are PTP/IP's; other dialects have response codes there.
constexpr u32 most_reasons = 0xFF;

bool is(const Message& message, OperationCode code) { return message.code == static_cast<u16>(code); }
bool is(const std::optional<Message>& response, ResponseCode code) {
  return response && response->code == static_cast<u16>(code);
}

struct Guard {
  std::weak_ptr<Link> link;
  std::shared_ptr<u64> asked;
  u64 number = 0, moved = 0;
};
// Closes the link when nothing has moved for that long and the same question is still open.
void guard(transport::Clock& clock, const Guard& state, Duration limit) {
  clock.after(limit, [&clock, state, limit] {
    const auto link = state.link.lock();
    if (!link || *state.asked != state.number) return;
    auto next = state;
    next.moved = link->moved();
    if (next.moved != state.moved) return guard(clock, next, limit);
    link->close();
  });
}

bool same_request(const Message& one, const Message& other) {
  return one.code == other.code && one.params == other.params;
}

}  // namespace

ClientReplay::ClientReplay(asio::io_context& io, transport::Clock& clock, std::shared_ptr<const RecordedFile> file,
                           std::size_t session, ClientOptions options, Tell tell)
    : io_(io),
      clock_(clock),
      file_(std::move(file)),
      session_(file_->sessions[session]),
      dialect_(dialect_of(session_)),
      options_(std::move(options)),
      plan_(*file_, session_, options_.masks),
      tell_(std::move(tell)) {
  ids_.fresh = plan_.fresh;
}

ClientReplay::~ClientReplay() {
  ++*asked_;
  for (const auto& link : {link_, events_, live_view_})
    if (link) link->close();
}

std::optional<Bytes> ClientReplay::recorded_bytes(const RecordedTransaction& one) const {
  return one.data ? bytes_of(*file_, *one.data, max_data_set) : std::nullopt;
}

Task<> ClientReplay::run(ClientDialers dialers) {
  dialers_ = std::move(dialers);
  co_await connect();
  changed_now_ = clock_.now();
  bool failed = false;
  for (std::size_t i = 0; i < session_.transactions.size() && !failed; ++i) {
    const auto& one = session_.transactions[i];
    Step now;
    now.number = i + 1;
    now.frame = one.asked.frame;
    now.request = subject(one.request, session_.dictionary.vendor);
    const auto begun = clock_.now();
    try {
      co_await step(i, now);
    } catch (const std::system_error& error) {
      now.outcome = Step::Outcome::failed;
      const bool silent = clock_.now() - begun >= options_.answer;
      now.why = silent ? "no answer" : fmt::format("the connection ended: {}", error.code().message());
    } catch (const std::runtime_error& error) {
      now.outcome = Step::Outcome::failed;
      now.why = error.what();
    }
    failed = now.outcome == Step::Outcome::failed;
    if (!now.differences.empty()) now.outcome = Step::Outcome::different;
    now.seconds = std::chrono::duration<double>(clock_.now() - begun).count();
    if (now.outcome == Step::Outcome::different || now.outcome == Step::Outcome::failed) ++different_;
    tell_(now);
  }
  if (!failed) co_await say_goodbye();
  ++*asked_;
  for (const auto& link : {link_, events_, live_view_})
    if (link) link->close();
}

Task<> ClientReplay::connect() {
  link_ = co_await dialers_.command();
  const Bytes identity = session_.initiator_identity.empty()
                             ? dialect_.identity({{'s', 't', 'u', 'n', 't', 'c', 'a', 'm'}, "stuntcam"}, false)
                             : session_.initiator_identity;
  Message hello;
  hello.kind = Kind::init_command_request;
  hello.params[0] = dialect_.protocol;
  hello.wire = identity;
  link_->put(hello);
  co_await link_->flush();
  const Message ack = co_await first_answer(*link_);
  if (dialect_.lanes) co_return;
  const u32 number = ack.params[0];
  events_ = co_await dialers_.events();
  if (!events_) co_return;
  Message request;
  request.kind = Kind::init_event_request;
  request.params[0] = number;
  events_->put(request);
  co_await events_->flush();
  co_await first_answer(*events_);
  listen();
}

Task<Message> ClientReplay::first_answer(Link& link) {
  guard(clock_, {&link == link_.get() ? link_ : events_, asked_, *asked_, link.moved()}, options_.answer);
  const auto message = co_await link.receive();
  ++*asked_;
  if (!message) throw std::runtime_error("the camera's first packet: " + message.error().to_string());
  if (message->kind == Kind::init_fail) {
    const u32 reason = message->params[0];
    throw std::runtime_error(reason > most_reasons ? fmt::format("the camera turned us away: InitFail 0x{:X}", reason)
                                                   : fmt::format("the camera turned us away: InitFail {}", reason));
  }
  co_return *message;
}

// A session that was closed is over for the camera, where its dialect has a word for that, when it has come.
Task<> ClientReplay::say_goodbye() {
  if (!dialect_.goodbye || open_) co_return;
  Message message;
  message.kind = Kind::goodbye;
  try {
    link_->put(message);
    co_await link_->flush();
  } catch (const std::system_error&) {
    co_return;  // it has hung up first
  }
}

Task<> ClientReplay::step(std::size_t index, Step& step) {
  const auto& one = session_.transactions[index];
  const auto vendor = session_.dictionary.vendor;
  const auto role = role_of(one, vendor);
  if (one.incomplete) {
    step.outcome = Step::Outcome::skipped;
    step.why = "it was not captured whole";
    co_return;
  }
  if (plan_.waited[index]) {
    step.outcome = Step::Outcome::skipped;
    step.why = is(one.response, ResponseCode::DeviceBusy) ? "the camera was busy; asked until it is not"
                                                          : "asked again; what it came to is compared";
  } else {
    Message request = ids_.translate(one.request);
    const auto begun =
        names_transaction(request.code, vendor) ? transactions_.find(request.params[0]) : transactions_.end();
    if (begun != transactions_.end()) request.params[0] = begun->second;
    if (role == Role::queue) {
      co_await poll(one, request, step);
    } else {
      co_await ask_until_as_recorded(one, request, step);
    }
  }
  if (role == Role::effect) {
    changed_then_ = one.answered.time;
    changed_now_ = clock_.now();
  }
  if (!one.events.empty()) co_await await_events(one, step);
  co_await await_picture(index, step);
}

// A difference may go away: what moved in the recording for as long as a condition is waited for, all else for as long
// as it had then since something changed, and as long again.
bool ClientReplay::may_change(const RecordedTransaction& one, const std::vector<Difference>& found,
                              Duration due) const {
  if (found.empty() || !one.data || !one.data->sent || one.data->size > max_data_set) return false;
  const Duration had = changed_then_ == 0 ? Duration{} : Duration(one.asked.time - changed_then_);
  if (clock_.now() < changed_now_ + std::min(2 * had, options_.condition)) return true;
  const auto moved = [&](const Difference& each) { return plan_.moves(one.request, each.field); };
  return clock_.now() < due && std::ranges::any_of(found, moved);
}

Task<> ClientReplay::ask_until_as_recorded(const RecordedTransaction& one, Message request, Step& step) {
  const auto due = clock_.now() + options_.condition;
  const Answer recorded = answer_of(*file_, one);
  for (;;) {
    const Answer answer = co_await ask_until_ready(one, request);
    learn(one, answer);
    if (is(one.request, OperationCode::GetObjectHandles)) co_await map_handles(one, answer);
    auto found = compare(one, recorded, answer, session_.dictionary, ids_, options_.masks);
    const bool again = may_change(one, found, due);
    if (!again) step.differences = std::move(found);
    const bool enters = one.request.code == dialect_.entry() && is(answer.response, ResponseCode::OK);
    if (enters && dialect_.lanes) co_await open_lanes(step);
    if (!again) co_return;
    co_await transport::wait(io_, clock_, pause);
  }
}

// A camera that is busy now and was not then is asked until it is ready.
Task<Answer> ClientReplay::ask_until_ready(const RecordedTransaction& one, Message request) {
  const auto due = clock_.now() + options_.condition;
  for (;;) {
    Answer answer = co_await ask(one, request);
    const bool busy = is(answer.response, ResponseCode::DeviceBusy) && !is(one.response, ResponseCode::DeviceBusy);
    if (!busy || clock_.now() >= due) co_return answer;
    co_await transport::wait(io_, clock_, pause);
  }
}

Task<Answer> ClientReplay::ask(const RecordedTransaction& one, Message request) {
  if (is(request, OperationCode::OpenSession)) open_ = false;
  request.kind = Kind::operation_request;
  request.transaction_id = open_ ? ++last_ : 0;
  transactions_[one.request.transaction_id] = request.transaction_id;
  guard(clock_, {link_, asked_, ++*asked_, link_->moved()}, options_.answer);
  Answer answer = co_await converse(one, request);
  ++*asked_;
  const bool ok = is(answer.response, ResponseCode::OK);
  if (is(request, OperationCode::OpenSession) && ok) {
    open_ = true;
    last_ = 0;
  }
  if (is(request, OperationCode::CloseSession) && ok) open_ = false;
  co_return answer;
}

Task<Answer> ClientReplay::converse(const RecordedTransaction& one, Message request) {
  Answer answer;
  link_->put(request);
  const bool sends = one.data && !one.data->sent && same_request(request, ids_.translate(one.request));
  if (sends) co_await send_data(one, request);
  co_await link_->flush();
  for (;;) {
    const auto message = co_await link_->receive();
    if (!message)
      throw std::runtime_error(
          fmt::format("the camera sent no packet of the dialect {}: {}", dialect_.name, message.error().to_string()));
    if (message->kind == Kind::operation_response) {
      answer.response = *message;
      answer.response->wire = {};
      co_return answer;
    }
    if (message->kind != Kind::data) continue;
    answer.data = true;
    const Room room = transport::transfer_buffer(buffer_, message->size);
    for (;;) {
      const std::size_t got = co_await link_->read(room);
      if (got == 0) break;
      const auto bytes = room.first(got);
      answer.size += got;
      answer.hash = hash(answer.hash, bytes);
      const auto keep = std::min(got, max_data_set - answer.kept.size());
      answer.kept.insert(answer.kept.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(keep));
    }
  }
}

Task<> ClientReplay::send_data(const RecordedTransaction& one, Message request) {
  transport::Body body = body_of(*file_, *one.data);
  const auto small = recorded_bytes(one);
  if (small) body = ids_.translate(one.request, *small);
  Message head;
  head.kind = Kind::data;
  head.code = request.code;
  head.transaction_id = request.transaction_id;
  head.first = true;
  head.total = transport::size_of(body);
  const bool one_packet = link_->framing().one_frame();
  if (!one_packet) {
    link_->put(head);
    head.first = false;
  }
  for (u64 offset = 0; !head.last; offset += head.size) {
    head.size = one_packet ? head.total : std::min(packet_size, head.total - offset);
    head.last = offset + head.size == head.total;
    link_->put(head);
    co_await transport::send_body(*link_, body, offset, head.size, buffer_);
  }
}

}  // namespace stuntcam::pcap
