#include "transport/wait.h"

#include <memory>
#include <system_error>

#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

namespace stuntcam::transport {

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                         asio::io_context::executor_type>;

Task<> wait(asio::io_context& io, Clock& clock, Duration delay) {
  // The timer never expires by itself: the clock's callback cancels it, and so does whoever cancels this coroutine.
  const auto timer = std::make_shared<Timer>(io, Timer::time_point::max());
  const auto due = std::make_shared<bool>(false);
  clock.after(delay, [timer, due] {
    *due = true;
    timer->cancel();
  });
  asio::error_code woken;
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable_t<asio::io_context::executor_type>{}, woken));
  if (!*due) throw std::system_error(asio::error::make_error_code(asio::error::operation_aborted));
}

}  // namespace stuntcam::transport
