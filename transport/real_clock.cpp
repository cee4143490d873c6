#include "transport/real_clock.h"

#include <ctime>
#include <memory>

#include <asio/steady_timer.hpp>

namespace stuntcam::transport {

Duration RealClock::now() const { return std::chrono::steady_clock::now().time_since_epoch(); }

i64 RealClock::wall_seconds() const {
  const std::time_t utc = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&utc, &local);
  return static_cast<i64>(utc) + local.tm_gmtoff;
}

void RealClock::after(Duration delay, std::function<void()> callback) {
  auto timer = std::make_shared<asio::steady_timer>(io_, delay);
  timer->async_wait([timer, callback = std::move(callback)](const asio::error_code& error) {
    if (!error) callback();
  });
}

}  // namespace stuntcam::transport
