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
  while (events_ && !queue_.empty() && !dropped_) {
    const auto link = events_;
    try {
      while (!queue_.empty()) {
        link->put(queue_.front());
        queue_.pop_front();
      }
      co_await link->flush();
    } catch (const std::system_error&) {
      lose(*link);
    }
    core_.limit(*link, {}, "");
  }
  writing_ = false;
  if (closing_ && !answering) drop();
}

// The event connection cannot be written to. Whoever reads on it notices, too.
void Association::lose(Link& link) {
  if (!core_.dialect.lanes) return drop();
  link.close();
  detach(link);
}

void Association::close() {
  // What is under way still goes out: the response by the conversation, queued events by write_events; the last one
  // drops.
  if (!answering && !writing_) drop();
  closing_ = true;
}

void Association::open_lanes(bool open) {
  lanes_open_ = open;
  if (!open && !events_stay_) close_lanes();
}

void Association::close_lanes() {
  if (events_) events_->close();
  if (live_view_) live_view_->close();
}

void Association::detach(const Link& link) {
  if (events_.get() == &link) {
    events_.reset();
    queue_.clear();
  }
  if (live_view_.get() == &link) live_view_.reset();
}

void Association::drop() {
  closing_ = dropped_ = true;
  command_->close();
  lanes_open_ = false;
  close_lanes();
  poke();
}

Task<> Association::until_poked() {
  asio::error_code woken;
  co_await poke_.async_wait(asio::redirect_error(use_awaitable, woken));
}

}  // namespace stuntcam::transport
