// A server in a process of its own, so that its processor time and its memory are its own too.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "ptp/bytes.h"

namespace stuntcam::bench {

// Processors that server and client stay on; the same one when the machine has only one.
inline constexpr int server_processor = 0;
inline constexpr int client_processor = 1;
void pin_to(int processor);

class Process {
 public:
  // Runs `body` in a child that is pinned to the server's processor.
  static Process run(const std::function<void()>& body);
  // Runs a program to its end, on the client's processor and with its stdout dropped: its peak of memory in KiB. Throws
  // when it fails.
  static u64 watch(const std::vector<std::string>& command);
  // The same without a look at its memory.
  static void complete(const std::vector<std::string>& command);
  // Starts a program likewise. Its first `lines` on stdout are waited for and kept.
  static Process start(const std::vector<std::string>& command, std::size_t lines = 1);
  Process(Process&& other) noexcept : pid_(other.pid_), lines_(std::move(other.lines_)) { other.pid_ = -1; }
  Process& operator=(Process&&) = delete;
  ~Process();  // ends it

  const std::vector<std::string>& lines() const { return lines_; }
  u64 processor_nanoseconds() const;  // used so far, by all its threads
  u64 peak_memory_kib() const;        // VmHWM: ru_maxrss would be inherited from the parent
  u64 memory_kib() const;             // VmRSS

 private:
  explicit Process(pid_t pid) : pid_(pid) {}
  u64 status_kib(const std::string& key) const;
  pid_t pid_;
  std::vector<std::string> lines_;
};

}  // namespace stuntcam::bench
