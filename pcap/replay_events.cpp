// What a camera says by itself: ClientReplay's events and live view.
#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "pcap/replay_client.h"
#include "transport/send_body.h"
#include "transport/spawn.h"
#include "transport/wait.h"

namespace stuntcam::pcap {

using ptp::Kind;
using ptp::Message;
using transport::Duration;
using transport::Link;
using transport::Task;

namespace {

// Events that are kept until something recorded expects them.
constexpr std::size_t most_events = 10'000;
constexpr Duration glance = std::chrono::milliseconds(20), pause = std::chrono::milliseconds(100);

// A transaction has another number now.
QueuedEvent queued(const Message& event, const transport::Dialect& dialect) {
  const bool nothing = event.count == 0 || names_its_transaction(event, dialect);
  return {event.code, nothing ? 0 : event.params[0]};
}

Task<> read_events(std::shared_ptr<Link> link, std::shared_ptr<std::deque<QueuedEvent>> bag,
                   const transport::Dialect& dialect) {
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
    if (message->kind == Kind::event && room) bag->push_back(queued(*message, dialect));
  }
}

Task<> count_pictures(std::shared_ptr<Link> link, std::shared_ptr<u64> count) {
  Bytes buffer;
  for (;;) {
    const auto message = co_await link->receive();
    if (!message) co_return;
    const Room room = transport::transfer_buffer(buffer, message->size);
    for (;;) {
      const std::size_t got = co_await link->read(room);
      if (got == 0) break;
    }
    ++*count;
  }
}

void ignore(const std::exception_ptr&) {}

}  // namespace

void ClientReplay::listen() { transport::spawn(io_, read_events(events_, bag_, dialect_), ignore); }

// The other connections, as clients open them: at once. A camera that refuses one differs only if something came on it.
Task<> ClientReplay::open_lanes(Step& step) {
  for (const auto& link : {events_, live_view_})
    if (link) link->close();
  const bool pictures = !session_.frames.empty();
  const bool told = std::ranges::any_of(session_.transactions, [](const auto& one) { return !one.events.empty(); });
  try {
    events_ = co_await dialers_.events();
    if (events_) listen();
  } catch (const std::system_error& error) {
    if (told) step.differences.push_back({step.request + ".event connection", "taken", error.code().message()});
  }
  if (!pictures) co_return;
  try {
    live_view_ = co_await dialers_.live_view();
    transport::spawn(io_, count_pictures(live_view_, pictures_), ignore);
  } catch (const std::system_error& error) {
    step.differences.push_back({step.request + ".live view connection", "taken", error.code().message()});
  }
}

// What is in them is not compared, but that they come.
Task<> ClientReplay::await_picture(std::size_t index, Step& step) {
  const auto& frames = session_.frames;
  if (!live_view_ || frames.empty() || frames.front().after.value_or(index) != index) co_return;
  const auto due = clock_.now() + options_.condition;
  while (*pictures_ == 0 && clock_.now() < due) co_await transport::wait(io_, clock_, glance);
  if (*pictures_ == 0) step.differences.push_back({step.request + ".live view", "pictures", "did not come"});
}

Difference ClientReplay::absent(const Step& step, const QueuedEvent& event) const {
  const auto name = ptp::to_string(static_cast<ptp::EventCode>(event.code), session_.dictionary.vendor);
  return {step.request + ".events", fmt::format("{}(0x{:x})", name, event.param), "did not come"};
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
  if (!recorded && one.data) awaited_ += static_cast<i64>(one.data->size - std::min(plan_.quiet, one.data->size));
  const auto due = clock_.now() + options_.condition;
  for (;;) {
    const Answer answer = co_await ask_until_ready(one, request);
    const auto live = recorded ? queued_events(answer.kept) : std::nullopt;
    if (live && bag_->size() + live->size() <= most_events) bag_->insert(bag_->end(), live->begin(), live->end());
    if (!recorded && answer.data) awaited_ -= static_cast<i64>(answer.size - std::min(plan_.quiet, answer.size));
    std::erase_if(missing, [&](const QueuedEvent& event) { return take_event(event); });
    const bool late = clock_.now() >= due;
    if (late) awaited_ = 0;
    if ((missing.empty() && awaited_ <= 0) || late) {
      if (one.response->code != answer.response->code)
        step.differences = compare(one, answer_of(*file_, one), answer, session_.dictionary, ids_, options_.masks);
      break;
    }
    co_await transport::wait(io_, clock_, pause);
  }
  for (const auto& event : missing) step.differences.push_back(absent(step, event));
}

Task<> ClientReplay::await_events(const RecordedTransaction& one, Step& step) {
  const auto due = clock_.now() + options_.condition;
  for (const auto& event : one.events) {
    const QueuedEvent recorded = queued(event.message, dialect_);
    bool came = take_event(recorded);
    while (!came && clock_.now() < due) {
      co_await transport::wait(io_, clock_, glance);
      came = take_event(recorded);
    }
    if (!came) step.differences.push_back(absent(step, recorded));
  }
}

}  // namespace stuntcam::pcap
