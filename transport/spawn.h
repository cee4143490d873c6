// Coroutines that run beside others, and how one wakes another.
#pragma once

#include <exception>
#include <functional>
#include <memory>

#include "transport/task.h"

namespace stuntcam::transport {

// Runs the task on the loop; `ended` gets what it threw, or null.
void spawn(asio::io_context&, Task<>, std::function<void(std::exception_ptr)> ended);

// Wakes everybody who waits at that moment: look at the condition, then wait, then look again.
class Signal {
 public:
  explicit Signal(asio::io_context&);
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  Task<> wait();
  void raise();

 private:
  struct Bell;
  std::unique_ptr<Bell> bell_;
};

}  // namespace stuntcam::transport
