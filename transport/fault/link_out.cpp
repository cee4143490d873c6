// What goes out through a fault link, and how it waits.
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include "transport/fault/engine.h"
#include "transport/fault/link.h"
#include "transport/stream_link.h"
#include "transport/wait.h"

namespace stuntcam::transport {

using ptp::Kind;

namespace {

constexpr asio::use_awaitable_t<asio::io_context::executor_type> use_awaitable;
// Faults on top of each other make much of one message, and a peer that does not read lets it pile up: then it is
// enough.
constexpr std::size_t most_pieces = 1 << 20;
// Before a reset, which would take back what the kernel still holds; a peer that does not read is not waited for long.
constexpr int acknowledgement_looks = 20;
constexpr Duration acknowledgement_pause = std::chrono::milliseconds(5);

[[noreturn]] void aborted() { throw std::system_error(asio::error::make_error_code(asio::error::operation_aborted)); }
[[noreturn]] void gone() { throw std::system_error(asio::error::make_error_code(asio::error::eof)); }

}  // namespace

void FaultLink::pass(Piece piece) {
  Pieces now, next;
  now.push_back(std::move(piece));
  for (const auto& stage : stages_) {
    for (auto& one : now) {
      stage->out(std::move(one), next);
      if (next.size() > most_pieces) return end(true);
    }
    now.clear();
    now.swap(next);
  }
  enqueue(std::move(now));
}

void FaultLink::enqueue(Pieces pieces) {
  if (queue_.size() + pieces.size() > most_pieces) {
    queue_.clear();
    return end(true);
  }
  for (auto& one : pieces) queue_.push_back(std::move(one));
}

void FaultLink::count(const ptp::Message& message) {
  scratch_.clear();
  inner().framing().encode(message, scratch_);
  passage_->sent += scratch_.size();
}

void FaultLink::put(const ptp::Message& message) {
  learn_lane(message, true);
  if (bare()) {
    count(message);
    inner().put(message);
  } else {
    pass(head_piece(message));
  }
  if (message.kind == Kind::init_event_ack) engine_->event_link_is_there();  // nothing goes out before it
}

Task<> FaultLink::write(Payload payload) {
  if (!bare()) return write_through(payload);
  passage_->sent += payload.size;
  return inner().write(payload);
}

Task<> FaultLink::write_through(Payload payload) {
  const bool bytes_wanted = std::ranges::any_of(stages_, [](const auto& stage) { return stage->wants_payload(); });
  if (payload.descriptor >= 0 && bytes_wanted) {
    co_await write_file(payload);
    co_return;
  }
  if (bytes_wanted) {
    for (View rest = payload.bytes; !rest.empty();) {
      const View now = rest.first(std::min(rest.size(), piece_size));
      rest = rest.subspan(now.size());
      pass(payload_piece(now));
      co_await execute(false);
    }
    co_return;
  }
  Piece piece = simple_piece(Piece::Is::payload);
  piece.payload = payload;
  pass(std::move(piece));
  co_await execute(false);
}

Task<> FaultLink::write_file(Payload payload) {
  Bytes buffer(static_cast<std::size_t>(std::min<u64>(payload.size, piece_size)));
  for (u64 done = 0; done < payload.size;) {
    const auto want = static_cast<std::size_t>(std::min<u64>(payload.size - done, buffer.size()));
    const ssize_t got = ::pread(payload.descriptor, buffer.data(), want, static_cast<off_t>(payload.offset + done));
    if (got <= 0) throw SourceFailed(done);
    pass(payload_piece(View(buffer).first(static_cast<std::size_t>(got))));
    co_await execute(false);
    done += static_cast<u64>(got);
  }
}

Task<> FaultLink::flush() {
  if (bare()) return inner().flush();
  return execute(true);
}

Task<> FaultLink::until_idle() {
  asio::error_code woken;
  while (executing_) co_await idle_.async_wait(asio::redirect_error(use_awaitable, woken));
}

// One at a time: what is queued was borrowed until this returns.
Task<> FaultLink::execute(bool flush) {
  co_await until_idle();
  struct Turn {
    FaultLink& link;
    explicit Turn(FaultLink& of) : link(of) { link.executing_ = true; }
    ~Turn() {
      link.executing_ = false;
      link.idle_.cancel();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
  };
  const Turn turn(*this);
  Pieces mine;
  while (!queue_.empty()) {
    mine.clear();
    mine.swap(queue_);
    for (auto& piece : mine) co_await carry_out(piece);
  }
  if (closed_) aborted();
  if (flush) co_await inner().flush();
}

Task<> FaultLink::carry_out(Piece& piece) {
  if (closed_) aborted();
  switch (piece.is) {
    case Piece::Is::head: {
      ptp::Message message = piece.message;
      if (!piece.bytes.empty()) message.wire = piece.bytes;
      inner().put(message);
      count(message);
      if (message.kind == Kind::event) engine_->event_sent();
      break;
    }
    case Piece::Is::payload: {
      const Payload payload = piece.bytes.empty() ? piece.payload : Payload(View(piece.bytes));
      passage_->sent += payload.size;
      co_await inner().write(payload);
      break;
    }
    case Piece::Is::mark:
      inner().mark({reinterpret_cast<const char*>(piece.bytes.data()), piece.bytes.size()});
      break;
    case Piece::Is::flush:
      co_await inner().flush();
      break;
    case Piece::Is::pause:
      co_await inner().flush();
      co_await sleep_until(piece.time);
      break;
    case Piece::Is::half_close:
      co_await inner().flush();
      inner().close_sending();
      break;
    case Piece::Is::reset:
    case Piece::Is::close:
      co_await inner().flush();
      if (piece.is == Piece::Is::reset) co_await until_acknowledged();
      end(piece.is == Piece::Is::reset);
      aborted();
  }
}

Task<> FaultLink::until_acknowledged() {
  for (int look = 0; look < acknowledgement_looks && !inner().acknowledged(); ++look)
    co_await wait(engine_->io(), engine_->clock(), acknowledgement_pause);
}

void FaultLink::send_later(Pieces pieces) {
  enqueue(std::move(pieces));
  if (closed_) return;
  // Posted: behind what is being queued at this moment.
  asio::post(engine_->io(), [self = shared_from_this()] {
    asio::co_spawn(self->engine_->io(), [self] { return self->deliver(); }, asio::detached);
  });
}

Task<> FaultLink::deliver() {
  const auto self = shared_from_this();
  try {
    co_await until_idle();
    delivering_ = true;
    co_await execute(true);
    delivering_ = false;
  } catch (const std::system_error&) {  // whoever reads or writes there notices, too
    delivering_ = false;
  }
}

void FaultLink::end_now(const Pieces& pieces) {
  for (const auto& piece : pieces) {
    if (piece.is == Piece::Is::mark)
      inner().mark({reinterpret_cast<const char*>(piece.bytes.data()), piece.bytes.size()});
    else if (piece.is == Piece::Is::half_close)
      inner().close_sending();
    else if (piece.is == Piece::Is::reset || piece.is == Piece::Is::close)
      end(piece.is == Piece::Is::reset);
  }
}

void FaultLink::end(bool reset) {
  closed_ = true;
  inner().close(reset);
  timer_.cancel();
}

void FaultLink::close(bool reset) { end(reset); }

// A pause is on purpose: whoever looks whether anything moves is told that it does.
u64 FaultLink::moved() const { return Wrapper::moved() + (sleeping_ ? ++pretended_ : pretended_); }

void FaultLink::wake(u64 sleep) {
  woken_ = std::max(woken_, sleep);
  timer_.cancel();
}

Task<> FaultLink::until_woken(u64 sleep) {
  asio::error_code woken;
  while (!closed_ && woken_ < sleep) co_await timer_.async_wait(asio::redirect_error(use_awaitable, woken));
}

// A client that leaves meanwhile ends it. On lanes that somebody reads all the time, he notices.
Task<> FaultLink::sleep_until(Duration due) {
  using namespace asio::experimental::awaitable_operators;
  const Duration now = engine_->clock().now();
  if (due <= now) co_return;
  const u64 sleep = ++sleeps_;
  if (due != forever) {
    engine_->clock().after(due - now, [weak = std::weak_ptr(passage_), sleep] {
      const auto passage = weak.lock();
      if (passage && passage->link) passage->link->wake(sleep);
    });
  }
  sleeping_ = true;
  bool left = false;
  if (passage_->lane == FaultLane::command && !delivering_) {
    auto woken = until_woken(sleep);
    auto ready = inner().ready();
    const auto first = co_await (std::move(woken) || std::move(ready));
    left = first.index() == 1 && !std::get<1>(first);
  }
  if (!left) co_await until_woken(sleep);
  sleeping_ = false;
  if (closed_) aborted();
  if (left) gone();
}

}  // namespace stuntcam::transport
