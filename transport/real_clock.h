// The machine's time, on a camera's loop.
#pragma once

#include <asio/io_context.hpp>

#include "transport/clock.h"

namespace stuntcam::transport {

class RealClock final : public Clock {
 public:
  explicit RealClock(asio::io_context& io) : io_(io) {}
  Duration now() const override;
  i64 wall_seconds() const override;
  void after(Duration, std::function<void()>) override;

 private:
  asio::io_context& io_;
};

}  // namespace stuntcam::transport
