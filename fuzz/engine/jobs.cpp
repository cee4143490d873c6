#include "fuzz/engine/jobs.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace stuntcam::fuzz {
namespace {

// Between these there are enough.
constexpr double busy = 0.02, idle_enough = 0.1;
constexpr u64 jobs_per_processor = 64;
// A camera with its connections, and a client.
constexpr u64 files_per_job = 24, bytes_per_job = 16 << 20;
// Jobs may take the fourth part of the memory: the client that runs away comes on top.
constexpr u64 part_of_memory = 4;

}  // namespace

void Jobs::want(u64 count) {
  if (failed_) return;
  wanted_ = count;
  for (u64 number = 0; number < count; ++number) {
    if (number == jobs_.size()) jobs_.emplace_back();
    if (jobs_[number].ended) begin(number);
  }
}

void Jobs::begin(u64 number) {
  auto& job = jobs_[number];
  if (job.thread.joinable()) job.thread.join();
  job.ended = false;
  ++working_;
  job.thread = std::jthread([this, &job, number] {
    try {
      work_([this, number] { return !failed_ && number < wanted_; });
    } catch (...) {
      job.failure = std::current_exception();
      failed_ = true;
    }
    job.ended = true;
    --working_;
  });
}

void Jobs::join() {
  for (auto& job : jobs_)
    if (job.thread.joinable()) job.thread.join();
  for (const auto& job : jobs_)
    if (job.failure) std::rethrow_exception(job.failure);
}

double IdleTime::share() {
  // Processor time of the whole machine: user, nice, system, idle, waiting for disks, …
  std::ifstream file("/proc/stat");
  std::string word;
  file >> word;
  std::array<u64, 2> now{};
  u64 time = 0;
  for (int column = 0; column < 8 && file >> time; ++column) {
    now[1] += time;
    if (column == 3 || column == 4) now[0] += time;
  }
  const auto idle = now[0] - before_[0], all = now[1] - before_[1];
  before_ = now;
  return all == 0 ? 0 : static_cast<double>(idle) / static_cast<double>(all);
}

u64 steer(u64 jobs, double idle, u64 least, u64 most) {
  if (idle > idle_enough) return std::min(most, jobs + 1 + jobs / 8);
  if (idle < busy && jobs > least) return jobs - 1;
  return jobs;
}

u64 most_jobs(u64 memory) {
  const auto pages = static_cast<u64>(::sysconf(_SC_PHYS_PAGES)), page = static_cast<u64>(::sysconf(_SC_PAGESIZE));
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const u64 by_memory = pages * page / part_of_memory / (memory + bytes_per_job);
  const u64 by_files = static_cast<u64>(files.rlim_cur) / files_per_job;
  return std::max<u64>(1, std::min({jobs_per_processor * processors(), by_memory, by_files}));
}

u64 processors() { return std::max(1u, std::thread::hardware_concurrency()); }

}  // namespace stuntcam::fuzz
