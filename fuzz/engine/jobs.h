// Threads that run clients: as many as are wanted, and how many that should be.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <exception>
#include <functional>
#include <thread>

#include "ptp/bytes.h"

namespace stuntcam::fuzz {

class Jobs {
 public:
  // What one job does, in a thread of its own: until all is over, or the job is not wanted any more.
  using Work = std::function<void(const std::function<bool()>& wanted)>;
  explicit Jobs(Work work) : work_(std::move(work)) {}
  ~Jobs() { wanted_ = 0; }  // and joins
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  // More begin at once; those that are too many end with what they are at.
  void want(u64 count);
  u64 wanted() const { return wanted_; }
  bool working() const { return working_ > 0; }
  // Waits for them. What one threw (then no job is wanted any more) is thrown here.
  void join();

 private:
  struct Job {
    std::jthread thread;
    std::atomic<bool> ended{true};
    std::exception_ptr failure;
  };
  void begin(u64 number);
  Work work_;
  std::atomic<u64> wanted_{0}, working_{0};
  std::atomic<bool> failed_{false};
  std::deque<Job> jobs_;  // joined before what they look at goes
};

// How much of the time all processors of this machine had nothing to do since it was asked last: 0 to 1. 0 when the
// system does not say.
class IdleTime {
 public:
  IdleTime() { share(); }
  double share();

 private:
  std::array<u64, 2> before_{};  // idle, all
};

// How many jobs there should be where there are so many now: more while processors are idle, for clients that wait;
// fewer when others need them.
u64 steer(u64 jobs, double idle, u64 least, u64 most);
// As many as a machine of this size can have at once, when each takes this many bytes.
u64 most_jobs(u64 memory);
u64 processors();

}  // namespace stuntcam::fuzz
