#include "transport/stream_link.h"

#include <algorithm>
#include <cstring>
#include <system_error>

#include <asio/error.hpp>

namespace stuntcam::transport {
namespace {

// One read takes at most this: many small messages, and little copying of payload that arrives with a head.
constexpr std::size_t input_size = ptp::max_head;
// Pieces of a long payload end at multiples of this, so that who writes them to a file writes whole pages.
constexpr std::size_t page_size = 4096;
// Payload up to this is queued with its head and leaves with the response in one segment; more is sent from where it
// lies.
constexpr std::size_t small_payload = 16 << 10;
// A queue of output grows beyond a segment only in a burst of small messages; then it is given back.
constexpr std::size_t kept_output = 64 << 10;

Task<> nothing() { co_return; }

[[noreturn]] void end_of_stream() { throw std::system_error(asio::error::make_error_code(asio::error::eof)); }

}  // namespace

bool StreamLink::try_fill() {
  if (in_.empty()) in_.resize(input_size);
  if (begin_ != 0) {
    std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const ssize_t got = try_receive(Room(in_).subspan(end_));
  if (got == 0) end_of_stream();
  if (got < 0) return false;
  end_ += static_cast<std::size_t>(got);
  moved_ += static_cast<u64>(got);
  return true;
}

Task<ptp::Expected<ptp::Message>> StreamLink::receive() {
  if (payload_left_ != 0) co_await discard();
  for (;;) {
    const auto head = framing_.head(buffered());
    if (!head) co_return std::unexpected(head.error());
    if (head->need == 0 && end_ - begin_ >= head->size) {
      const View bytes = buffered().first(head->size);
      begin_ += head->size;
      payload_left_ = head->payload;
      payload_read_ = 0;
      const auto message = framing_.decode(bytes);
      if (!message) begin_ -= head->size;  // for unread()
      co_return message;
    }
    const bool filled = try_fill();
    if (!filled) co_await wait_readable();
  }
}

Task<> StreamLink::discard() {
  while (payload_left_ != 0) {
    if (begin_ == end_) {
      const bool filled = try_fill();
      if (!filled) {
        co_await wait_readable();
        continue;
      }
    }
    const auto skipped = static_cast<std::size_t>(std::min<u64>(payload_left_, end_ - begin_));
    begin_ += skipped;
    payload_left_ -= skipped;
    since_yield_ += skipped;
    if (since_yield_ >= slice_size) {
      since_yield_ = 0;
      co_await yield();
    }
  }
}

Task<std::size_t> StreamLink::read(Room room) {
  auto want = static_cast<std::size_t>(std::min<u64>(payload_left_, room.size()));
  if (want == 0) co_return 0;
  if (want == room.size() && want > page_size) want -= (payload_read_ + want) % page_size;
  std::size_t got = std::min(want, end_ - begin_);
  if (got != 0) std::memcpy(room.data(), in_.data() + begin_, got);
  begin_ += got;
  while (got < want) {
    const ssize_t received = try_receive(room.subspan(got, want - got));
    if (received > 0) {
      got += static_cast<std::size_t>(received);
      moved_ += static_cast<u64>(received);
      break;
    }
    if (got != 0) break;  // also at the end of the stream, which is there next time, too
    if (received == 0) end_of_stream();
    co_await wait_readable();
  }
  payload_left_ -= got;
  payload_read_ += got;
  since_yield_ += got;
  if (since_yield_ >= slice_size) {
    since_yield_ = 0;
    co_await yield();
  }
  co_return got;
}

bool StreamLink::pending() { return begin_ != end_ || input_waiting(); }

Task<bool> StreamLink::ready() {
  if (begin_ != end_) co_return true;
  // Looks by receiving into the buffer: the bytes stay for receive(). A link that is closed under it is gone, too:
  // whoever waits for this or something else must wake.
  try {
    for (;;) {
      const bool filled = try_fill();
      if (filled) co_return true;
      co_await wait_readable();
    }
  } catch (const std::system_error&) {
    co_return false;
  }
}

void StreamLink::put(const ptp::Message& message) { framing_.encode(message, out_); }

// These hand on the task of who does it: a coroutine around a coroutine is an allocation more.
Task<> StreamLink::write(Payload payload) {
  if (payload.descriptor >= 0) return send_file(payload.descriptor, payload.offset, payload.size);
  if (payload.size > small_payload || out_.size() > kept_output) return send_all(payload.bytes, true);
  out_.insert(out_.end(), payload.bytes.begin(), payload.bytes.end());
  return nothing();
}

Task<> StreamLink::flush() { return send_all({}, false); }

// All that is queued, then the payload.
Task<> StreamLink::send_all(View payload, bool more) {
  std::size_t queued = 0;
  while (queued != out_.size() || !payload.empty()) {
    const View second = payload.first(std::min<std::size_t>(payload.size(), slice_size));
    const ssize_t sent = try_send(View(out_).subspan(queued), second, more);
    if (sent < 0) {
      co_await wait_writable();
      continue;
    }
    const auto from_queue = std::min<std::size_t>(static_cast<std::size_t>(sent), out_.size() - queued);
    queued += from_queue;
    payload = payload.subspan(static_cast<std::size_t>(sent) - from_queue);
    moved_ += static_cast<u64>(sent);
    since_yield_ += static_cast<u64>(sent);
    if (since_yield_ >= slice_size) {
      since_yield_ = 0;
      co_await yield();
    }
  }
  out_.clear();
  if (out_.capacity() > kept_output) out_.shrink_to_fit();
}

Task<> StreamLink::send_file(int descriptor, u64 offset, u64 size) {
  if (!out_.empty()) co_await send_all({}, true);
  u64 done = 0;
  while (done < size) {
    const ssize_t sent = try_send_file(descriptor, offset + done, std::min(size - done, slice_size));
    if (sent < 0) {
      co_await wait_writable();
      continue;
    }
    if (sent == 0) throw SourceFailed(done);
    done += static_cast<u64>(sent);
    moved_ += static_cast<u64>(sent);
    since_yield_ += static_cast<u64>(sent);
    if (since_yield_ >= slice_size) {
      since_yield_ = 0;
      co_await yield();
    }
  }
}

}  // namespace stuntcam::transport
