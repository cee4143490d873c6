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

void StreamLink::received(std::size_t bytes) {
  moved_ += bytes;
  sent_since_receive_ = false;
}

void StreamLink::sent(std::size_t bytes) {
  moved_ += bytes;
  since_yield_ += bytes;
  sent_since_receive_ = true;
}

Room StreamLink::input_room() {
  if (in_.empty()) in_.resize(input_size);
  if (begin_ != 0) {
    std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return Room(in_).subspan(end_);
}

void StreamLink::filled(std::size_t got, std::size_t asked) {
  end_ += got;
  drained_ = got < asked;
  received(got);
}

bool StreamLink::try_fill() {
  if (drained_) return false;
  const Room room = input_room();
  const ssize_t got = try_receive(room);
  if (got == 0) end_of_stream();
  if (got < 0) return false;
  filled(static_cast<std::size_t>(got), room.size());
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
    if (try_fill()) continue;
    const Room room = input_room();
    const std::size_t got = co_await receive_some(room);
    filled(got, room.size());
  }
}

Task<> StreamLink::discard() {
  while (payload_left_ != 0) {
    if (begin_ == end_ && !try_fill()) {
      const Room room = input_room();
      const std::size_t got = co_await receive_some(room);
      filled(got, room.size());
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
  if (got < want) {
    const Room rest = room.subspan(got, want - got);
    const ssize_t more = try_receive(rest);
    if (more > 0) {
      received(static_cast<std::size_t>(more));
      got += static_cast<std::size_t>(more);
    } else if (got == 0) {  // else what there is; the end of the stream is there next time, too
      if (more == 0) end_of_stream();
      got = co_await receive_some(rest);
      received(got);
    }
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
    if (try_fill()) co_return true;
    const Room room = input_room();
    const std::size_t got = co_await receive_some(room);
    filled(got, room.size());
    co_return true;
  } catch (const std::system_error&) {
    co_return false;
  }
}

void StreamLink::put(const ptp::Message& message) { framing_.encode(message, out_); }

bool StreamLink::write_at_once(View bytes) {
  if (bytes.size() > small_payload || out_.size() > kept_output) return false;
  out_.insert(out_.end(), bytes.begin(), bytes.end());
  return true;
}

bool StreamLink::flush_at_once() {
  // Others' turn, or memory to give back.
  if (since_yield_ >= slice_size || out_.capacity() > kept_output) return false;
  const ssize_t taken = try_send(out_, {}, false);
  if (taken < 0) return false;
  sent(static_cast<std::size_t>(taken));
  out_.erase(out_.begin(), out_.begin() + taken);
  if (!out_.empty()) return false;
  uncork();
  return true;
}

// These hand on the task of who does it: a coroutine around a coroutine is an allocation more.
Task<> StreamLink::write(Payload payload) {
  if (payload.descriptor >= 0) return send_file(payload.descriptor, payload.offset, payload.size);
  return write_at_once(payload.bytes) ? nothing() : send_all(payload.bytes, true);
}

Task<> StreamLink::flush() { return send_all({}, false); }

// All that is queued, then the payload.
Task<> StreamLink::send_all(View payload, bool more) {
  std::size_t queued = 0;
  while (queued != out_.size() || !payload.empty()) {
    const View second = payload.first(std::min<std::size_t>(payload.size(), slice_size));
    const ssize_t taken = try_send(View(out_).subspan(queued), second, more);
    if (taken < 0) {
      co_await wait_writable();
      continue;
    }
    sent(static_cast<std::size_t>(taken));
    const auto from_queue = std::min<std::size_t>(static_cast<std::size_t>(taken), out_.size() - queued);
    queued += from_queue;
    payload = payload.subspan(static_cast<std::size_t>(taken) - from_queue);
    if (since_yield_ >= slice_size) {
      since_yield_ = 0;
      co_await yield();
    }
  }
  out_.clear();
  if (out_.capacity() > kept_output) out_.shrink_to_fit();
  if (!more) uncork();
}

Task<> StreamLink::send_file(int descriptor, u64 offset, u64 size) {
  if (!out_.empty()) co_await send_all({}, true);
  u64 done = 0;
  while (done < size) {
    const ssize_t taken = try_send_file(descriptor, offset + done, std::min(size - done, slice_size));
    if (taken < 0) {
      co_await wait_writable();
      continue;
    }
    if (taken == 0) throw SourceFailed(done);
    sent(static_cast<std::size_t>(taken));
    done += static_cast<u64>(taken);
    if (since_yield_ >= slice_size) {
      since_yield_ = 0;
      co_await yield();
    }
  }
}

}  // namespace stuntcam::transport
