#include "transport/spawn.h"

#include <asio/co_spawn.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

namespace stuntcam::transport {

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                         asio::io_context::executor_type>;

void spawn(asio::io_context& io, Task<> task, std::function<void(std::exception_ptr)> ended) {
  asio::co_spawn(io, std::move(task), std::move(ended));
}

// A timer that never expires: cancelling it wakes who waits.
struct Signal::Bell {
  explicit Bell(asio::io_context& io) : timer(io, Timer::time_point::max()) {}
  Timer timer;
};

Signal::Signal(asio::io_context& io) : bell_(std::make_unique<Bell>(io)) {}
Signal::~Signal() = default;

Task<> Signal::wait() {
  asio::error_code woken;
  co_await bell_->timer.async_wait(
      asio::redirect_error(asio::use_awaitable_t<asio::io_context::executor_type>{}, woken));
}

void Signal::raise() { bell_->timer.cancel(); }

}  // namespace stuntcam::transport
