#include "transport/memory_link.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <system_error>

#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include "transport/stream_link.h"

namespace stuntcam::transport {
namespace {

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                         asio::io_context::executor_type>;
constexpr asio::use_awaitable_t<asio::io_context::executor_type> use_awaitable;

constexpr std::size_t capacity = 256 << 10;

// One direction. The timers never expire: cancelling one wakes who waits on it.
struct Pipe {
  explicit Pipe(asio::io_context& io) : readable(io), writable(io) {
    readable.expires_at(Timer::time_point::max());
    writable.expires_at(Timer::time_point::max());
  }
  Bytes bytes;  // from `begin` on
  std::size_t begin = 0;
  std::size_t size() const { return bytes.size() - begin; }
  std::size_t space() const { return capacity - std::min(capacity, size()); }
  bool closed = false, reset = false;
  Timer readable, writable;
};

class MemoryLink final : public StreamLink {
 public:
  MemoryLink(asio::io_context& io, const ptp::Framing& framing, Lane lane, std::shared_ptr<Pipe> in,
             std::shared_ptr<Pipe> out)
      : StreamLink(framing), io_(io), lane_(lane), in_(std::move(in)), out_(std::move(out)) {}
  ~MemoryLink() override { shut(false); }

  void close(bool reset) override { shut(reset); }
  void close_sending() override {
    out_->closed = true;
    out_->readable.cancel();
  }
  Lane lane() const override { return lane_; }
  std::string peer() const override { return "memory"; }

 protected:
  ssize_t try_receive(Room room) override {
    check();
    if (in_->reset) throw std::system_error(asio::error::make_error_code(asio::error::connection_reset));
    if (in_->size() == 0) return in_->closed ? 0 : -1;
    const auto count = std::min(room.size(), in_->size());
    std::memcpy(room.data(), in_->bytes.data() + in_->begin, count);
    in_->begin += count;
    if (in_->begin == in_->bytes.size()) {
      in_->bytes.clear();
      in_->begin = 0;
    }
    in_->writable.cancel();
    return static_cast<ssize_t>(count);
  }
  ssize_t try_send(View first, View second, bool) override {
    check();
    std::size_t sent = push(first);
    if (sent == first.size()) sent += push(second);
    return sent == 0 ? -1 : static_cast<ssize_t>(sent);
  }
  ssize_t try_send_file(int descriptor, u64 offset, u64 size) override {
    check();
    if (out_->space() == 0) return -1;
    Bytes piece(static_cast<std::size_t>(std::min<u64>(size, out_->space())));
    const ssize_t got = ::pread(descriptor, piece.data(), piece.size(), static_cast<off_t>(offset));
    return got <= 0 ? 0 : static_cast<ssize_t>(push(View(piece).first(static_cast<std::size_t>(got))));
  }
  bool input_waiting() override { return in_->size() != 0 || in_->closed; }
  Task<std::size_t> receive_some(Room room) override { return wait_to_receive(in_, room); }
  Task<> wait_writable() override { return wait_to_write(out_); }
  Task<> yield() override { return asio::post(io_.get_executor(), use_awaitable); }

 private:
  void check() const {
    if (closed_) throw std::system_error(asio::error::make_error_code(asio::error::operation_aborted));
  }
  std::size_t push(View bytes) {
    if (out_->closed) throw std::system_error(asio::error::make_error_code(asio::error::broken_pipe));
    const View part = bytes.first(std::min(out_->space(), bytes.size()));
    if (part.empty()) return 0;
    out_->bytes.insert(out_->bytes.end(), part.begin(), part.end());
    out_->readable.cancel();
    return part.size();
  }
  Task<std::size_t> wait_to_receive(std::shared_ptr<Pipe> pipe, Room room) {
    for (;;) {
      const ssize_t got = try_receive(room);
      if (got == 0) throw std::system_error(asio::error::make_error_code(asio::error::eof));
      if (got > 0) co_return static_cast<std::size_t>(got);
      asio::error_code woken;
      co_await pipe->readable.async_wait(asio::redirect_error(use_awaitable, woken));
    }
  }
  Task<> wait_to_write(std::shared_ptr<Pipe> pipe) {
    asio::error_code woken;
    if (!closed_ && pipe->space() == 0 && !pipe->closed) {
      co_await pipe->writable.async_wait(asio::redirect_error(use_awaitable, woken));
    }
    check();
  }
  void shut(bool reset) {
    if (closed_) return;
    closed_ = true;
    for (const auto& pipe : {in_, out_}) {
      pipe->closed = true;
      pipe->reset = pipe->reset || reset;
      pipe->readable.cancel();
      pipe->writable.cancel();
    }
  }
  asio::io_context& io_;
  Lane lane_;
  std::shared_ptr<Pipe> in_, out_;
  bool closed_ = false;
};

}  // namespace

std::pair<std::unique_ptr<Link>, std::unique_ptr<Link>> make_memory_links(asio::io_context& io,
                                                                          const ptp::Framing& first,
                                                                          const ptp::Framing& second, Lane lane) {
  auto there = std::make_shared<Pipe>(io);
  auto back = std::make_shared<Pipe>(io);
  return {std::make_unique<MemoryLink>(io, first, Lane::first_packet_says, back, there),
          std::make_unique<MemoryLink>(io, second, lane, there, back)};
}

}  // namespace stuntcam::transport
