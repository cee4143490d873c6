#include "fuzz/engine/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include "fuzz/engine/spawning.h"

namespace stuntcam::fuzz {
namespace {

using Time = std::chrono::steady_clock;
// How often its memory is looked at: what grows by a gigabyte a second is ended within 50 MB.
constexpr std::chrono::milliseconds look_interval{50};
// Of how many processes: who starts more is seen in part.
constexpr std::size_t most_family = 16;

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

// Standard input and output are nothing, no other file is open.
class Files {
 public:
  explicit Files(int said) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, said, STDERR_FILENO);
  }
  ~Files() { ::posix_spawn_file_actions_destroy(&actions_); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

u64 resident(const std::string& process) {
  u64 size = 0, pages = 0;
  std::ifstream("/proc/" + process + "/statm") >> size >> pages;
  return pages * static_cast<u64>(::sysconf(_SC_PAGESIZE));
}

// Of a process and what it started, and so on.
u64 resident_in_all(int process) {
  std::vector<std::string> family{std::to_string(process)};
  u64 bytes = 0;
  for (std::size_t i = 0; i < family.size() && i < most_family; ++i) {
    bytes += resident(family[i]);
    std::ifstream children("/proc/" + family[i] + "/task/" + family[i] + "/children");
    for (std::string child; children >> child;) family.push_back(child);
  }
  return bytes;
}

// What it had at most, in one process. Before exec it was a part of ours, so less than ours says nothing.
u64 most_resident(const rusage& used) {
  rusage ours{};
  ::getrusage(RUSAGE_SELF, &ours);
  return used.ru_maxrss > ours.ru_maxrss ? static_cast<u64>(used.ru_maxrss) << 10 : 0;
}

Duration duration(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

class Process::Watch : public std::enable_shared_from_this<Watch> {
 public:
  Watch(asio::io_context& io, const Limits& limits, std::function<void(Ending)> ended)
      : limits_(limits), ended_(std::move(ended)), process_end_(io), said_(io), limit_(io), look_(io) {}
  ~Watch() { end(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void start(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) fail(errno, "pipe");
    said_.assign(pipe[0]);
    // A client that says much must wait for nothing, and blocks as others do.
    ::fcntl(pipe[1], F_SETFL, 0);
    int error = 0;
    {
      const Files files(pipe[1]);
      const SpawnAttributes attributes(true);
      auto argv = pointers(arguments), envp = pointers(environment);
      error = ::posix_spawnp(&process_, argv[0], files.get(), attributes.get(), argv.data(), envp.data());
    }
    ::close(pipe[1]);
    if (error != 0) {
      process_ = -1;
      fail(error, "cannot start " + arguments[0]);
    }
    begin_ = Time::now();
    const auto handle = static_cast<int>(::syscall(SYS_pidfd_open, process_, 0));
    if (handle < 0) fail(errno, "pidfd_open");
    process_end_.assign(handle);
    process_end_.async_wait(asio::posix::descriptor_base::wait_read,
                            [self = shared_from_this()](std::error_code failed) {
                              if (!failed) self->reap();
                            });
    read();
    limit_.expires_after(std::chrono::duration_cast<Time::duration>(limits_.time));
    limit_.async_wait([self = shared_from_this()](std::error_code failed) {
      if (!failed) self->stop(Ending::How::timed_out);
    });
    look();
  }

  void end() {
    if (process_ < 0) return;
    ::kill(-process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    close();
  }

 private:
  void read() {
    said_.async_wait(asio::posix::descriptor_base::wait_read, [self = shared_from_this()](std::error_code failed) {
      if (!failed && self->listen()) self->read();
    });
  }
  // false: the end.
  bool listen() {
    std::array<char, 16384> buffer{};
    for (;;) {
      const auto got = ::read(said_.native_handle(), buffer.data(), buffer.size());
      if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
      const auto room = most_said - ending_.said.size();
      ending_.said.append(buffer.data(), std::min(room, static_cast<std::size_t>(got)));
    }
  }
  void look() {
    look_.expires_after(look_interval);
    look_.async_wait([self = shared_from_this()](std::error_code failed) {
      if (failed || self->process_ < 0) return;
      self->ending_.memory = std::max(self->ending_.memory, resident_in_all(self->process_));
      if (self->ending_.memory > self->limits_.memory) self->stop(Ending::How::too_large);
      if (self->limits_.stop && self->limits_.stop()) self->stop(Ending::How::stopped);
      self->look();
    });
  }
  void stop(Ending::How how) {
    if (process_ < 0 || stopped_) return;
    stopped_ = how;
    ::kill(-process_, SIGKILL);
  }
  void reap() {
    int state = 0;
    rusage used{};
    if (process_ < 0 || ::wait4(process_, &state, 0, &used) != process_) return;
    ::kill(-process_, SIGKILL);  // what it left behind
    ending_.took = Time::now() - begin_;
    ending_.processor = duration(used.ru_utime) + duration(used.ru_stime);
    ending_.how = WIFSIGNALED(state) ? Ending::How::signalled : Ending::How::exited;
    ending_.number = WIFSIGNALED(state) ? WTERMSIG(state) : WEXITSTATUS(state);
    ending_.memory = std::max(ending_.memory, most_resident(used));
    if (ending_.how == Ending::How::exited && ending_.memory > limits_.memory) ending_.how = Ending::How::too_large;
    if (stopped_) ending_.how = *stopped_;
    listen();
    close();
    std::exchange(ended_, nullptr)(std::move(ending_));
  }
  void close() {
    process_ = -1;
    limit_.cancel();
    look_.cancel();
    asio::error_code ignored;
    process_end_.close(ignored);
    said_.close(ignored);
  }

  Limits limits_;
  std::function<void(Ending)> ended_;
  asio::posix::stream_descriptor process_end_, said_;
  asio::steady_timer limit_, look_;
  pid_t process_ = -1;
  Time::time_point begin_;
  std::optional<Ending::How> stopped_;
  Ending ending_;
};

Process::Process(asio::io_context& io, const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment, const Limits& limits, std::function<void(Ending)> ended)
    : watch_(std::make_shared<Watch>(io, limits, std::move(ended))) {
  watch_->start(arguments, environment);
}

Process::~Process() { watch_->end(); }

}  // namespace stuntcam::fuzz
