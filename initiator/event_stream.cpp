#include "initiator/event_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "initiator/problem.h"

namespace stuntcam::initiator {

using ptp::Kind;
using ptp::Message;
using transport::Duration;
using transport::Task;

void EventStream::start() {
  transport::spawn(io_, read(), [self = shared_from_this()](const std::exception_ptr& error) {
    std::string why = "the camera closed the event connection";
    try {
      if (error) std::rethrow_exception(error);
    } catch (const std::exception& problem) {
      why = fmt::format("the event connection ended: {}", problem.what());
    }
    self->end(why);
  });
}

Task<> EventStream::read() {
  for (;;) {
    const auto message = co_await link_->receive();
    if (!message) violation(fmt::format("on the event connection, {}", message.error().to_string()), link_->unread());
    take(*message);
  }
}

void EventStream::take(const Message& message) {
  switch (message.kind) {
    case Kind::event: {
      Event event;
      event.code = message.code;
      event.transaction_id = message.transaction_id;
      event.count = std::min<u8>(message.count, 3);
      std::copy_n(message.params.begin(), 3, event.params.begin());
      add(event);
      break;
    }
    case Kind::probe_request: {
      if (answering_ == max_waiting_answers) break;
      ++answering_;
      Message answer;
      answer.kind = Kind::probe_response;
      send(answer);
      break;
    }
    case Kind::probe_response:
      ++probed_;
      signal_.raise();
      break;
    default:
      if (remark_) remark_("a packet that is no event came on the event connection");
  }
}

void EventStream::add(const Event& event) {
  if (events_.size() == max_waiting_events) events_.pop_front();
  events_.push_back(event);
  signal_.raise();
}

void EventStream::check() const {
  if (interrupted_) throw Problem(Trouble::cancelled, "interrupted");
  if (ended_) throw Problem(Trouble::closed, why_);
}

Task<std::optional<Event>> EventStream::wait(std::function<bool(const Event&)> wanted, Duration limit) {
  const auto self = shared_from_this();
  const Duration due = clock_.now() + limit;
  clock_.after(limit, [weak = weak_from_this()] {
    if (const auto stream = weak.lock()) stream->signal_.raise();
  });
  for (;;) {
    const auto found = std::ranges::find_if(events_, wanted);
    if (found != events_.end()) {
      const Event event = *found;
      events_.erase(found);
      co_return event;
    }
    check();
    if (clock_.now() >= due) co_return std::nullopt;
    co_await signal_.wait();
  }
}

Task<bool> EventStream::probe(Duration limit) {
  const auto self = shared_from_this();
  check();
  const u64 before = probed_;
  const Duration due = clock_.now() + limit;
  clock_.after(limit, [weak = weak_from_this()] {
    if (const auto stream = weak.lock()) stream->signal_.raise();
  });
  Message request;
  request.kind = Kind::probe_request;
  send(request);
  while (probed_ == before && !ended_ && clock_.now() < due) co_await signal_.wait();
  co_return probed_ != before;
}

void EventStream::send(const Message& message) {
  if (ended_) return;
  link_->put(message);
  if (flushing_) return;  // the one under way takes it along
  flushing_ = true;
  transport::spawn(io_, flush(), [self = shared_from_this()](const std::exception_ptr&) {
    self->flushing_ = false;
    self->answering_ = 0;
  });
}

// A failure shows in read() as well, and is told there.
Task<> EventStream::flush() { co_await link_->flush(); }

void EventStream::interrupt() {
  interrupted_ = true;
  signal_.raise();
}

void EventStream::end(std::string why) {
  ended_ = true;
  why_ = std::move(why);
  signal_.raise();
}

void EventStream::close() { link_->close(); }

}  // namespace stuntcam::initiator
