// Time, injected. A camera that takes 350 ms for a picture schedules an event on its Clock; tests turn a FakeClock by
// hand.
#pragma once

#include <chrono>
#include <functional>

#include "ptp/bytes.h"

namespace stuntcam::transport {

using Duration = std::chrono::nanoseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Duration now() const = 0;  // monotonic, from an arbitrary start
  virtual i64 wall_seconds()
      const = 0;  // local civil time as seconds since 1970-01-01T00:00:00, for dates in data sets
  // Calls back on the camera's loop once `delay` has passed, never from inside this call. Cannot be taken back: whoever
  // may be gone by then captures a weak pointer. Callbacks that fall due together run in the order they were asked for.
  virtual void after(Duration delay, std::function<void()> callback) = 0;
};

}  // namespace stuntcam::transport
