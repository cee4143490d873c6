// A clock that moves when it is told to.
#pragma once

#include <map>

#include "transport/clock.h"

namespace stuntcam::tests {

class FakeClock final : public transport::Clock {
 public:
  transport::Duration now() const override { return now_; }
  i64 wall_seconds() const override { return start_ + std::chrono::duration_cast<std::chrono::seconds>(now_).count(); }
  void after(transport::Duration delay, std::function<void()> callback) override {
    due_.emplace(now_ + std::max(delay, transport::Duration{}), std::move(callback));
  }
  // Runs what falls due on the way, in order; what those ask for as well.
  void advance(transport::Duration time) {
    const transport::Duration end = now_ + time;
    while (!due_.empty() && due_.begin()->first <= end) {
      now_ = std::max(now_, due_.begin()->first);
      const auto callback = std::move(due_.begin()->second);
      due_.erase(due_.begin());
      callback();
    }
    now_ = end;
  }
  bool waiting() const { return !due_.empty(); }
  // To the next callback, however far that is.
  void advance_to_next() {
    if (waiting()) advance(due_.begin()->first - now_);
  }

 private:
  transport::Duration now_{};
  i64 start_ = 1'600'000'000;  // 2020-09-13T12:26:40
  std::multimap<transport::Duration, std::function<void()>> due_;
};

}  // namespace stuntcam::tests
