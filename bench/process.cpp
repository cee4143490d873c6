#include "bench/process.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace stuntcam::bench {

namespace {

void check(bool holds, const char* what) {
  if (!holds) throw std::system_error(errno, std::generic_category(), what);
}

// In the child: on its processor, and gone when the benchmark goes.
void settle(bool pinned = true) {
  if (pinned)
    pin_to(server_processor);
  else
    unpin();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
}

constexpr unsigned between_looks = 2000;  // us

[[noreturn]] void execute(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

}  // namespace

void pin_to(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(processor), &set);
  // With one processor only, sharing it is all there is.
  (void)::sched_setaffinity(0, sizeof set, &set);
}

void unpin() {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (std::size_t processor = 0; processor < CPU_SETSIZE; ++processor) CPU_SET(processor, &set);
  (void)::sched_setaffinity(0, sizeof set, &set);
}

RealTime::RealTime() {
  const sched_param lowest{.sched_priority = 1};
  permitted_ = ::sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &lowest) == 0;
}

RealTime::~RealTime() {
  const sched_param none{.sched_priority = 0};
  if (permitted_) (void)::sched_setscheduler(0, SCHED_OTHER, &none);
}

Process Process::run(const std::function<void()>& body) {
  const pid_t pid = ::fork();
  check(pid >= 0, "fork");
  if (pid == 0) {
    settle();
    try {
      body();
    } catch (...) {
      ::_exit(1);  // what the parent has on its stack is the parent's to put away
    }
    ::_exit(0);
  }
  return Process(pid);
}

Process Process::start(const std::vector<std::string>& command, Start how) {
  int out[2];
  check(::pipe(out) == 0, "pipe");
  const pid_t pid = ::fork();
  check(pid >= 0, "fork");
  if (pid == 0) {
    settle(how.pinned);
    ::dup2(out[1], STDOUT_FILENO);
    ::close(out[0]);
    ::close(out[1]);
    execute(command);
  }
  ::close(out[1]);
  Process process(pid, how.end_signal);
  std::string line;
  std::array<char, 4096> block{};
  while (process.lines_.size() < how.lines) {
    const auto got = ::read(out[0], block.data(), block.size());
    if (got <= 0) break;
    for (const char character : std::string_view(block.data(), static_cast<std::size_t>(got))) {
      if (character != '\n')
        line += character;
      else
        process.lines_.push_back(std::exchange(line, {}));
    }
  }
  ::close(out[0]);
  return process;
}

namespace {

pid_t start_client(const std::vector<std::string>& command) {
  const pid_t pid = ::fork();
  check(pid >= 0, "fork");
  if (pid != 0) return pid;
  pin_to(client_processor);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) ::dup2(nowhere, STDOUT_FILENO);
  execute(command);
}

void check_end(int state, const std::vector<std::string>& command) {
  if (!WIFEXITED(state) || WEXITSTATUS(state) != 0) throw std::runtime_error(command[1] + " failed");
}

}  // namespace

u64 Process::watch(const std::vector<std::string>& command) {
  // It ends only after the last look: VmHWM is gone with the process.
  Process process(start_client(command));
  u64 peak = 0;
  int state = 0;
  while (::waitpid(process.pid_, &state, WNOHANG) == 0) {
    peak = std::max(peak, process.peak_memory_kib());
    ::usleep(between_looks);
  }
  process.pid_ = -1;
  check_end(state, command);
  return peak;
}

void Process::complete(const std::vector<std::string>& command) {
  const pid_t pid = start_client(command);
  int state = 0;
  ::waitpid(pid, &state, 0);
  check_end(state, command);
}

Process::~Process() {
  if (pid_ < 0) return;
  ::kill(pid_, end_signal_);
  ::waitpid(pid_, nullptr, 0);
}

u64 Process::processor_nanoseconds() const {
  u64 sum = 0;
  bool known = false;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/task")) {
    u64 nanoseconds = 0;
    known = static_cast<bool>(std::ifstream(task.path() / "schedstat") >> nanoseconds) || known;
    sum += nanoseconds;
  }
  if (!known) throw std::runtime_error("no processor time here: the kernel has no /proc/PID/schedstat");
  return sum;
}

u64 status_kib(pid_t pid, const std::string& key) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key)) return std::stoull(line.substr(key.size()));
  }
  return 0;
}

u64 Process::peak_memory_kib() const { return status_kib(pid_, "VmHWM:"); }
u64 Process::memory_kib() const { return status_kib(pid_, "VmRSS:"); }

}  // namespace stuntcam::bench
