#include "pcap/replay_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "pcap/replay_script.h"
#include "transport/send_body.h"
#include "transport/spawn.h"
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
// Events that are kept until something recorded expects them.
constexpr std::size_t most_events = 10'000;
// Objects that are looked at to find those of the capture among the camera's.
constexpr std::size_t most_looked_at = 2'000;
constexpr Duration glance = std::chrono::milliseconds(20), pause = std::chrono::milliseconds(100);
// Parameters of events below are codes of properties, not handles.
constexpr u32 least_handle = 0x10000;

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

Task<> read_events(std::shared_ptr<Link> link, std::shared_ptr<std::deque<QueuedEvent>> bag) {
  for (;;) {
    const auto message = co_await link->receive();
    if (!message) co_return;
    if (message->kind == Kind::probe_request) {
      Message answer;
      answer.kind = Kind::probe_response;
      link->put(answer);
      co_await link->flush();
    }
    const bool room = bag->size() < most_events;
    if (message->kind == Kind::event && room) bag->push_back({message->code, message->params[0]});
  }
}

bool names_object(const QueuedEvent& event) {
  return event.code == static_cast<u16>(ptp::EventCode::ObjectAdded) || event.param >= least_handle;
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
      options_(std::move(options)),
      tell_(std::move(tell)) {
  find_fresh();
}

ClientReplay::~ClientReplay() {
  ++*asked_;
  for (const auto& link : {link_, events_})
    if (link) link->close();
}

// What events announced was made in the session. In a queue whose form is not known, an event names an object where the
// bytes of its handle are.
void ClientReplay::find_fresh() {
  const auto note = [this](const QueuedEvent& event) {
    if (names_object(event)) ids_.fresh.insert(event.param);
  };
  std::set<u32> objects;
  for (const auto& one : session_.transactions)
    if (const u32 handle = Identifiers::object(one.request); handle >= least_handle) objects.insert(handle);
  for (const auto& one : session_.transactions) {
    for (const auto& event : one.events) note({event.message.code, event.message.params[0]});
    if (role_of(one, session_.dictionary.vendor) != Role::queue) continue;
    const auto bytes = recorded_bytes(one);
    const auto queued = bytes ? queued_events(*bytes) : std::nullopt;
    for (const auto& event : queued.value_or(std::vector<QueuedEvent>())) note(event);
    if (queued || !bytes) continue;
    quiet_ = std::min(quiet_, one.data->size);
    for (std::size_t at = 0; at + sizeof(u32) <= bytes->size(); ++at) {
      u32 value = 0;
      std::memcpy(&value, bytes->data() + at, sizeof(value));
      if (objects.contains(value)) ids_.fresh.insert(value);
    }
  }
}

std::optional<Bytes> ClientReplay::recorded_bytes(const RecordedTransaction& one) const {
  return one.data ? bytes_of(*file_, *one.data, max_data_set) : std::nullopt;
}

Task<> ClientReplay::run(ClientDialers dialers) {
  co_await connect(dialers);
  for (std::size_t i = 0; i < session_.transactions.size(); ++i) {
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
    if (!now.differences.empty()) now.outcome = Step::Outcome::different;
    now.seconds = std::chrono::duration<double>(clock_.now() - begun).count();
    if (now.outcome == Step::Outcome::different || now.outcome == Step::Outcome::failed) ++different_;
    tell_(now);
    if (now.outcome == Step::Outcome::failed) break;
  }
  ++*asked_;
  link_->close();
  if (events_) events_->close();
}

Task<> ClientReplay::connect(const ClientDialers& dialers) {
  link_ = co_await dialers.command();
  const Bytes identity = session_.initiator_identity.empty()
                             ? ptp::encode_identity({{'s', 't', 'u', 'n', 't', 'c', 'a', 'm'}, "stuntcam"})
                             : session_.initiator_identity;
  Message hello;
  hello.kind = Kind::init_command_request;
  hello.wire = identity;
  link_->put(hello);
  co_await link_->flush();
  const Message ack = co_await first_answer(*link_);
  const u32 number = ack.params[0];
  events_ = co_await dialers.events();
  if (!events_) co_return;
  Message request;
  request.kind = Kind::init_event_request;
  request.params[0] = number;
  events_->put(request);
  co_await events_->flush();
  co_await first_answer(*events_);
  transport::spawn(io_, read_events(events_, bag_), [](const std::exception_ptr&) {});
}

Task<Message> ClientReplay::first_answer(Link& link) {
  guard(clock_, {&link == link_.get() ? link_ : events_, asked_, *asked_, link.moved()}, options_.answer);
  const auto message = co_await link.receive();
  ++*asked_;
  if (!message) throw std::runtime_error("the camera's first packet: " + message.error().to_string());
  if (message->kind == Kind::init_fail)
    throw std::runtime_error(fmt::format("the camera turned us away: InitFail {}", message->params[0]));
  co_return *message;
}

// Was the camera busy, and asked the same again before anything else was done?
bool ClientReplay::waits(std::size_t index) const {
  const auto& one = session_.transactions[index];
  if (!is(one.response, ResponseCode::DeviceBusy)) return false;
  for (std::size_t i = index + 1; i < session_.transactions.size(); ++i) {
    const auto& next = session_.transactions[i];
    if (same_request(next.request, one.request)) return true;
    if (role_of(next, session_.dictionary.vendor) == Role::effect) return false;
  }
  return false;
}

Task<> ClientReplay::step(std::size_t index, Step& step) {
  const auto& one = session_.transactions[index];
  if (one.incomplete || waits(index)) {
    step.outcome = Step::Outcome::skipped;
    step.why = one.incomplete ? "it was not captured whole" : "the camera was busy; asked until it is not";
    co_return;
  }
  Message request = ids_.translate(one.request);
  if (is(request, OperationCode::TerminateOpenCapture) && transactions_.contains(request.params[0]))
    request.params[0] = transactions_[request.params[0]];
  if (role_of(one, session_.dictionary.vendor) == Role::queue) {
    co_await poll(one, request, step);
  } else {
    const Answer answer = co_await ask_until_ready(one, request);
    learn(one, answer);
    if (is(one.request, OperationCode::GetObjectHandles)) co_await map_handles(one, answer);
    compare_answer(one, answer, step);
  }
  if (!one.events.empty()) co_await await_events(one, step);
}

Task<ClientReplay::Answer> ClientReplay::ask(const RecordedTransaction& one, Message request) {
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

Task<ClientReplay::Answer> ClientReplay::converse(const RecordedTransaction& one, Message request) {
  Answer answer;
  link_->put(request);
  const bool sends = one.data && !one.data->sent && same_request(request, ids_.translate(one.request));
  if (sends) co_await send_data(one, request);
  co_await link_->flush();
  for (;;) {
    const auto message = co_await link_->receive();
    if (!message) throw std::runtime_error("the camera sent no packet of PTP/IP: " + message.error().to_string());
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
  link_->put(head);
  head.first = false;
  for (u64 offset = 0; !head.last; offset += head.size) {
    head.size = std::min(packet_size, head.total - offset);
    head.last = offset + head.size == head.total;
    link_->put(head);
    co_await transport::send_body(*link_, body, offset, head.size, buffer_);
  }
}

// A camera that is busy now and was not then is asked until it is ready.
Task<ClientReplay::Answer> ClientReplay::ask_until_ready(const RecordedTransaction& one, Message request) {
  const auto due = clock_.now() + options_.condition;
  for (;;) {
    Answer answer = co_await ask(one, request);
    const bool busy = is(answer.response, ResponseCode::DeviceBusy) && !is(one.response, ResponseCode::DeviceBusy);
    if (!busy || clock_.now() >= due) co_return answer;
    co_await transport::wait(io_, clock_, pause);
  }
}

bool ClientReplay::take_event(const QueuedEvent& recorded) {
  const auto wanted = ids_.handles.contains(recorded.param) ? ids_.handles[recorded.param] : recorded.param;
  const auto same_code = [&](const QueuedEvent& one) { return one.code == recorded.code; };
  auto found = std::ranges::find_if(*bag_, [&](const auto& one) { return same_code(one) && one.param == wanted; });
  if (found == bag_->end() && names_object(recorded)) {
    found = std::ranges::find_if(*bag_, same_code);
    if (found != bag_->end()) ids_.handles[recorded.param] = found->param;
  }
  if (found == bag_->end()) return false;
  bag_->erase(found);
  return true;
}

// A queue is asked until it has given what it gave then; not so many times. Of a queue in a form that is not known
// here, that is as many bytes.
Task<> ClientReplay::poll(const RecordedTransaction& one, Message request, Step& step) {
  const auto bytes = recorded_bytes(one);
  const auto recorded = bytes ? queued_events(*bytes) : std::nullopt;
  std::vector<QueuedEvent> missing = recorded.value_or(std::vector<QueuedEvent>());
  if (!recorded && one.data) awaited_ += static_cast<i64>(one.data->size - std::min(quiet_, one.data->size));
  const auto due = clock_.now() + options_.condition;
  for (;;) {
    const Answer answer = co_await ask_until_ready(one, request);
    const auto live = recorded ? queued_events(answer.kept) : std::nullopt;
    if (live && bag_->size() + live->size() <= most_events) bag_->insert(bag_->end(), live->begin(), live->end());
    if (!recorded && answer.data) awaited_ -= static_cast<i64>(answer.size - std::min(quiet_, answer.size));
    std::erase_if(missing, [&](const QueuedEvent& event) { return take_event(event); });
    const bool late = clock_.now() >= due;
    if (late) awaited_ = 0;
    if ((missing.empty() && awaited_ <= 0) || late) {
      if (one.response && answer.response && one.response->code != answer.response->code)
        compare_answer(one, answer, step);
      break;
    }
    co_await transport::wait(io_, clock_, pause);
  }
  for (const auto& event : missing) {
    const auto name = ptp::to_string(static_cast<ptp::EventCode>(event.code), session_.dictionary.vendor);
    step.differences.push_back(
        {step.request + ".events", fmt::format("{}(0x{:x})", name, event.param), "did not come"});
  }
}

Task<> ClientReplay::await_events(const RecordedTransaction& one, Step& step) {
  const auto due = clock_.now() + options_.condition;
  for (const auto& event : one.events) {
    const QueuedEvent recorded{event.message.code, event.message.count > 0 ? event.message.params[0] : 0};
    bool came = take_event(recorded);
    while (!came && clock_.now() < due) {
      co_await transport::wait(io_, clock_, glance);
      came = take_event(recorded);
    }
    if (came) continue;
    const auto name = ptp::to_string(static_cast<ptp::EventCode>(recorded.code), session_.dictionary.vendor);
    step.differences.push_back(
        {step.request + ".events", fmt::format("{}(0x{:x})", name, recorded.param), "did not come"});
  }
}

void ClientReplay::learn(const RecordedTransaction& one, const Answer& answer) {
  if (!is(one.response, ResponseCode::OK) || !is(answer.response, ResponseCode::OK)) return;
  if (is(one.request, OperationCode::GetStorageIDs)) {
    const auto bytes = recorded_bytes(one);
    const auto then = ptp::decode_u32_array(bytes.value_or(Bytes()), "StorageIDs");
    const auto now = ptp::decode_u32_array(answer.kept, "StorageIDs");
    for (std::size_t i = 0; then && now && i < std::min(then->size(), now->size()); ++i)
      ids_.storages[(*then)[i]] = (*now)[i];
  }
  if (is(one.request, OperationCode::SendObjectInfo) && one.response->count > 2 && answer.response->count > 2)
    ids_.handles[one.response->params[2]] = answer.response->params[2];
  if (is(one.request, OperationCode::CopyObject) && one.response->count > 0 && answer.response->count > 0)
    ids_.handles[one.response->params[0]] = answer.response->params[0];
}

// The same objects may have other handles: they are found by name and size, and where nothing is known of them, by
// their place in the list.
Task<> ClientReplay::map_handles(const RecordedTransaction& one, const Answer& answer) {
  const auto bytes = recorded_bytes(one);
  const auto then = ptp::decode_u32_array(bytes.value_or(Bytes()), "Handles");
  const auto now = ptp::decode_u32_array(answer.kept, "Handles");
  if (!then || !now || std::ranges::is_permutation(*then, *now) || now->size() > most_looked_at) co_return;
  using Name = std::pair<std::string, u32>;
  std::map<u32, Name> wanted;
  for (const auto& other : session_.transactions) {
    const auto data = is(other.request, OperationCode::GetObjectInfo) ? recorded_bytes(other) : std::nullopt;
    const auto info = data ? ptp::decode<ptp::ObjectInfo>(*data) : std::unexpected(ptp::Error{});
    if (info) wanted[other.request.params[0]] = {info->filename, info->object_compressed_size};
  }
  std::multimap<Name, u32> live;
  for (const u32 handle : *now) {
    RecordedTransaction question;
    Message request;
    request.code = static_cast<u16>(OperationCode::GetObjectInfo);
    request.count = 1;
    request.params[0] = handle;
    const Answer told = co_await ask(question, request);
    const auto info = ptp::decode<ptp::ObjectInfo>(told.kept);
    if (info) live.emplace(Name(info->filename, info->object_compressed_size), handle);
  }
  for (std::size_t i = 0; i < then->size(); ++i) {
    const auto recorded = (*then)[i];
    if (ids_.handles.contains(recorded)) continue;
    const auto known = wanted.find(recorded);
    const auto found = known == wanted.end() ? live.end() : live.find(known->second);
    if (found != live.end()) {
      ids_.handles[recorded] = found->second;
      live.erase(found);
    } else if (known == wanted.end() && then->size() == now->size()) {
      ids_.handles[recorded] = (*now)[i];
    }
  }
}

}  // namespace stuntcam::pcap
