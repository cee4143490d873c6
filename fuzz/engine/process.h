// A client while it runs: started, watched, ended when it takes too long or too much.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "ptp/bytes.h"

namespace stuntcam::fuzz {

using Duration = std::chrono::nanoseconds;

// What is kept of what a client says: a sanitizer's report is there as a whole.
inline constexpr std::size_t most_said = 256 << 10;

struct Limits {
  Duration time = std::chrono::seconds(5);
  u64 memory = 1ull << 30;       // resident bytes
  std::function<bool()> stop{};  // asked now and then: is it to end at once?
};

struct Ending {
  enum class How : u8 { exited, signalled, timed_out, too_large, stopped } how = How::exited;
  int number = 0;    // the status, or the signal
  std::string said;  // on standard error
  u64 memory = 0;    // resident bytes at most
  Duration took{}, processor{};
};

class Process {
 public:
  // Starts it; what it prints to standard output is lost. Throws std::system_error when it cannot be started. `ended`
  // is called once, on the loop.
  Process(asio::io_context&, const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
          const Limits&, std::function<void(Ending)> ended);
  ~Process();  // ends it, and everything in its process group
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

 private:
  class Watch;
  std::shared_ptr<Watch> watch_;
};

}  // namespace stuntcam::fuzz
