#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>

#include "transport/server_core.h"

namespace stuntcam::transport {

void Association::event(const EventOut& out) {
  ptp::Message message;
  message.kind = ptp::Kind::event;
  message.code = out.code;
  message.transaction_id = out.transaction_id;
  message.count = core_.options.three_event_parameters ? u8{3} : out.count;
  for (std::size_t i = 0; i < out.count; ++i) message.params[i] = out.params[i];
  send(message);
}

void Association::send(const ptp::Message& message) {
  if (!events_ || closing_) return;
  if (queue_.size() >= max_unread_events) {
    core_.log(*events_, "does not read its events; closed");
    drop();
    return;
  }
  queue_.push_back(message);
  if (writing_) return;
  writing_ = true;
  core_.limit(*events_, core_.options.stalled, "does not read its events");
  asio::co_spawn(core_.io, [self = shared_from_this()] { return self->write_events(); }, asio::detached);
}

Task<> Association::write_events() {
  const auto self = shared_from_this();
  const auto core = core_.shared_from_this();
  try {
    while (!queue_.empty()) {
      while (!queue_.empty()) {
        events_->put(queue_.front());
        queue_.pop_front();
      }
      co_await events_->flush();
    }
  } catch (const std::system_error&) {
    drop();  // the readers of both connections notice and end
  }
  writing_ = false;
  core_.limit(*events_, {}, "");
  if (closing_ && !answering) drop();
}

void Association::close() {
  // What is under way still goes out: the response by the conversation, queued events by write_events; the last one
  // drops.
  if (!answering && !writing_) drop();
  closing_ = true;
}

void Association::drop() {
  closing_ = dropped_ = true;
  command_->close();
  if (events_) events_->close();
  poke();
}

Task<> Association::until_poked() {
  asio::error_code woken;
  co_await poke_.async_wait(asio::redirect_error(use_awaitable, woken));
}

}  // namespace stuntcam::transport
