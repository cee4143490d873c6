// A server in a process of its own, so that its processor time and its memory are its own too.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <functional>
#include <string>
#include <vector>

#include "ptp/bytes.h"

namespace stuntcam::bench {

// Processors that server and client stay on; the same one when the machine has only one.
inline constexpr int server_processor = 0;
inline constexpr int client_processor = 1;
void pin_to(int processor);
void unpin();

// Of a program that is started.
struct Start {
  std::size_t lines = 1;     // of its stdout that are waited for and kept
  bool pinned = true;        // to the server's processor; else it may have all of them
  int end_signal = SIGKILL;  // what ends it
};

// This thread before all others of its processor, as long as this lives; its children are like any other.
class RealTime {
 public:
  RealTime();
  ~RealTime();
  RealTime(const RealTime&) = delete;
  RealTime& operator=(const RealTime&) = delete;
  bool permitted() const { return permitted_; }

 private:
  bool permitted_;
};

class Process {
 public:
  // Runs `body` in a child that is pinned to the server's processor.
  static Process run(const std::function<void()>& body);
  // Runs a program to its end, on the client's processor and with its stdout dropped: its peak of memory in KiB. Throws
  // when it fails.
  static u64 watch(const std::vector<std::string>& command);
  // The same without a look at its memory.
  static void complete(const std::vector<std::string>& command);
  // Starts a program, and waits for its first lines.
  static Process start(const std::vector<std::string>& command, Start how = {});
  Process(Process&& other) noexcept
      : pid_(other.pid_), end_signal_(other.end_signal_), lines_(std::move(other.lines_)) {
    other.pid_ = -1;
  }
  Process& operator=(Process&&) = delete;
  ~Process();  // ends it

  const std::vector<std::string>& lines() const { return lines_; }
  pid_t pid() const { return pid_; }
  u64 processor_nanoseconds() const;  // used so far, by all its threads; throws where the kernel does not say
  u64 peak_memory_kib() const;        // VmHWM: ru_maxrss would be inherited from the parent
  u64 memory_kib() const;             // VmRSS

 private:
  explicit Process(pid_t pid, int end_signal = SIGKILL) : pid_(pid), end_signal_(end_signal) {}
  pid_t pid_;
  int end_signal_;
  std::vector<std::string> lines_;
};

// "VmHWM:" or "VmRSS:" of a process.
u64 status_kib(pid_t, const std::string& key);

}  // namespace stuntcam::bench
