#include "cli/client.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

#include "cli/failure.h"
#include "cli/open_files.h"
#include "fuzz/engine/spawning.h"

namespace stuntcam::cli {
namespace {

bool in_foreground() {
  const int terminal = ::open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) return false;
  const bool ours = ::tcgetpgrp(terminal) == ::getpgrp();
  ::close(terminal);
  return ours;
}

}  // namespace

Client::Client(asio::io_context& io)
    : io_(io), interrupts_(io, SIGINT, SIGTERM, SIGHUP), children_(io, SIGCHLD), limit_(io), grace_(io) {}

int Client::run(const std::vector<std::string>& arguments, std::optional<std::chrono::nanoseconds> limit) {
  own_group_ = !in_foreground();
  if (const int error = start(arguments)) return error == ENOENT ? not_found : not_startable;
  watch();
  interrupts_.async_wait([this](std::error_code error, int signal) {
    if (!error) interrupt(signal);
  });
  if (limit) {
    limit_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(*limit));
    limit_.async_wait([this](std::error_code error) {
      if (error) return;
      took_too_long_ = true;
      end(SIGTERM, timed_out);
    });
  }
  io_.run();
  return status_.value_or(own_failure);
}

int Client::start(const std::vector<std::string>& arguments) {
  auto argv = fuzz::pointers(arguments);
  const fuzz::SpawnAttributes attributes(own_group_);
  // A client inherits the limit in force, so that it is the client's while it starts.
  const u64 ours = open_files_limit();
  limit_open_files(open_files.value_or(ours));
  const int error = ::posix_spawnp(&process_, argv[0], nullptr, attributes.get(), argv.data(), environ);
  limit_open_files(ours);
  if (error != 0) problem_ = fmt::format("cannot start {}: {}", arguments[0], std::generic_category().message(error));
  return error;
}

// Looks whether the client has ended, and again at each SIGCHLD.
void Client::watch() {
  int state = 0;
  if (::waitpid(process_, &state, WNOHANG) == process_) {
    if (!status_) status_ = WIFSIGNALED(state) ? by_signal + WTERMSIG(state) : WEXITSTATUS(state);
    io_.stop();
    return;
  }
  children_.async_wait([this](std::error_code error, int) {
    if (!error) watch();
  });
}

void Client::interrupt(int signal) {
  // A terminal's Ctrl-C has reached the client already, and a second one would mean "give up at once" to it.
  const bool has_it = !own_group_ && signal == SIGINT;
  end(has_it ? 0 : signal, by_signal + signal);
}

void Client::end(int signal, int status) {
  if (!status_) status_ = status;
  limit_.cancel();
  if (signal != 0) send(signal);
  grace_.expires_after(client_grace);
  grace_.async_wait([this](std::error_code error) {
    if (!error) send(SIGKILL);
  });
}

void Client::send(int signal) const { ::kill(own_group_ ? -process_ : process_, signal); }

}  // namespace stuntcam::cli
