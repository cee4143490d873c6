// Line after line on one connection: from a terminal, a pipe, or sockets.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <optional>

#include <asio/posix/stream_descriptor.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/failure.h"
#include "cli/line.h"
#include "cli/line_editor.h"
#include "cli/line_server.h"
#include "cli/visit.h"
#include "ptp/text.h"

namespace stuntcam::cli {
namespace {

constexpr asio::use_awaitable_t<asio::io_context::executor_type> use_task;

using transport::Task;

class Shell {
 public:
  explicit Shell(Contact& contact) : contact_(contact) {}

  // The exit status of the line as a command; none: the end was asked for.
  std::optional<int> run(const std::string& line) {
    std::vector<std::string> words;
    const int status = end_of(contact_.console(), [&] {
      words = split_line(line);
      return words.empty() ? success : run(words);
    });
    std::fflush(stdout);
    if (words.size() == 1 && (words[0] == "exit" || words[0] == "quit")) return {};
    return status;
  }

 private:
  int run(const std::vector<std::string>& words) {
    if (words[0] == "exit" || words[0] == "quit") return success;
    if (words[0] == "help" || words[0] == "?") return help(words);
    const auto commands = visits();
    std::vector<std::string> after;
    const auto* command = parse(commands, words, after);
    return command == nullptr ? success : command->revisit(contact_);
  }

  static int help(const std::vector<std::string>& words) {
    const auto commands = visits();
    if (words.size() == 1) {
      fmt::print("{}\n`help COMMAND` explains one; `exit` ends.\n", summaries(commands));
      return success;
    }
    std::vector<std::string> command(words.begin() + 1, words.end()), after;
    command.emplace_back("--help");
    parse(commands, command, after);
    return success;
  }

  Contact& contact_;
};

// The camera has left, or broke the protocol so that nothing can follow.
bool over(Contact& contact) {
  if (contact.session().connection().usable()) return false;
  contact.console().error("the connection to the camera is over");
  return true;
}

// Signals that end a shell; the one of Ctrl-C ends a line only.
bool ends(int signal) { return signal == SIGTERM || signal == SIGHUP; }

// Waits for input and lets the camera's loop run meanwhile, so that its events and probes are answered. Asio makes
// non-blocking what it waits on, and the terminal is one with stdout, stderr and the shell that started us: so it waits
// on an epoll that looks at the terminal.
class Input {
 public:
  explicit Input(Contact& contact) : contact_(contact) {}
  bool wait() {
    asio::posix::stream_descriptor input(contact_.camera().io());
    std::error_code failure;
    input.assign(::epoll_create1(EPOLL_CLOEXEC), failure);
    epoll_event readable{};
    readable.events = EPOLLIN;
    const bool watched = ::epoll_ctl(input.native_handle(), EPOLL_CTL_ADD, STDIN_FILENO, &readable) == 0;
    if (failure || !watched) return true;  // a file: it is always ready
    contact_.on_interrupt = [&input] {
      std::error_code ignored;
      input.cancel(ignored);
    };
    contact_.camera().run(ready(input, failure));
    contact_.on_interrupt = {};
    return !ends(contact_.interrupted());
  }

 private:
  static Task<> ready(asio::posix::stream_descriptor& input, std::error_code& failure) {
    auto token = asio::redirect_error(use_task, failure);
    co_await input.async_wait(asio::posix::stream_descriptor::wait_read, token);
  }
  Contact& contact_;
};

std::string history_file() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return std::string(state) + "/stuntcam/history";
  const char* home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? std::string(home) + "/.local/state/stuntcam/history" : "";
}

int from_terminal(Visit& visit) {
  auto& contact = visit.contact();
  const auto model = ptp::printable(visit.device().model);
  Shell shell(contact);
  Completion completion(contact);
  Input input(contact);
  LineEditor editor({.prompt = (model.empty() ? "stuntcam" : model) + "> ",
                     .history = history_file(),
                     .complete = [&](const std::string& before) { return completion.candidates(before); },
                     .wait = [&] { return input.wait(); }});
  visit.console().say("`help` lists the commands, Tab completes, Ctrl-D ends.");
  int status = success;
  while (const auto line = editor.line()) {
    const auto result = shell.run(*line);
    if (!result) break;
    status = *result;
    completion.forget();
    if (ends(contact.interrupted())) break;
    if (over(contact)) return unavailable;
  }
  return ends(contact.interrupted()) ? by_signal + contact.interrupted() : status;
}

// A line of what came, up to the most that a line may have and one more, so that what is too long is seen to be.
bool read_line(std::string& line) {
  line.clear();
  for (int c = std::getchar(); c != EOF; c = std::getchar()) {
    if (c == '\n') return true;
    if (line.size() <= longest_line) line += static_cast<char>(c);
  }
  return !line.empty();
}

// The first failure is what a script wants to know of; the lines behind it are run all the same.
int from_pipe(Visit& visit) {
  auto& contact = visit.contact();
  contact.attended = false;
  Shell shell(contact);
  int status = success;
  std::string line;
  while (read_line(line)) {
    const auto result = shell.run(line);
    if (!result) break;
    if (status == success) status = *result;
    if (contact.interrupted() != 0) break;
    if (over(contact)) return unavailable;
  }
  return status;
}

// stdout and stderr go elsewhere as long as it lives.
class Redirected {
 public:
  explicit Redirected(int descriptor) {
    std::fflush(stdout);
    for (std::size_t i = 0; i < 2; ++i) {
      saved_[i] = ::fcntl(streams[i], F_DUPFD_CLOEXEC, 3);
      ::dup2(descriptor, streams[i]);
    }
  }
  ~Redirected() {
    std::fflush(stdout);
    std::clearerr(stdout);  // it was not ours that failed
    for (std::size_t i = 0; i < 2; ++i) {
      ::dup2(saved_[i], streams[i]);
      ::close(saved_[i]);
    }
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;

 private:
  static constexpr int streams[] = {STDOUT_FILENO, STDERR_FILENO};
  int saved_[2] = {-1, -1};
};

// Every answer ends with this line, so that who asked knows that it is complete.
void tell_status(bool json, int status) {
  if (json)
    fmt::print("{}\n", ptp::Json{{"type", "status"}, {"status", status}}.dump());
  else
    fmt::print("status {}\n", status);
}

int from_sockets(Visit& visit, const std::string& address) {
  auto& contact = visit.contact();
  contact.attended = false;
  LineServer server(contact.camera().io(), address);
  print_line({{"event", "listening"}, {"host", server.host()}, {"port", server.port()}});
  visit.console().say(
      fmt::format("Lines are answered on {} port {}, such as: echo state | nc -N {} {}\nCtrl-C ends it.", server.host(),
                  server.port(), server.host(), server.port()));
  Shell shell(contact);
  while (contact.interrupted() == 0) {
    contact.on_interrupt = [&] { server.stop(); };
    const auto line = visit.run(server.next());
    contact.on_interrupt = {};
    if (!line) break;
    auto& peer = *line->peer;
    contact.asker_gone = [&peer] { return LineServer::gone(peer); };
    std::optional<int> status;
    {
      const Redirected there(LineServer::descriptor(peer));
      status = shell.run(line->text);
      if (status) tell_status(visit.json(), *status);
    }
    contact.asker_gone = {};
    if (!status) LineServer::hang_up(peer);
    LineServer::answered(peer);
    if (over(contact)) return unavailable;
  }
  return success;
}

int shell(Visit& visit, const std::string& listen) {
  visit.at_most(0);
  auto& contact = visit.contact();
  contact.json = visit.json();
  contact.usual_timeout = visit.timeout();
  contact.verbosity = visit.console().verbosity();
  if (!listen.empty()) return from_sockets(visit, listen);
  return ::isatty(STDIN_FILENO) != 0 ? from_terminal(visit) : from_pipe(visit);
}

}  // namespace

Command shell_command() {
  auto listen = std::make_shared<std::string>();
  return visitor(
      {"shell", "these commands, line by line, on one connection",
       "Examples:\n"
       "  stuntcam shell ptpip:192.168.1.1\n"
       "  printf 'prop set iso 800\\ncapture\\n' | stuntcam shell ptpip:192.168.1.1\n"
       "  stuntcam shell ptpip:192.168.1.1 --listen 127.0.0.1:15741\n"
       "      and elsewhere: echo 'prop get iso' | nc -N 127.0.0.1 15741\n\n"
       "A line is a command without `stuntcam` and TARGET. From a pipe, the exit status is that of the first line "
       "that\n"
       "failed. On a socket, an answer ends with `status N` (with --json: {\"type\":\"status\",…}); whoever can "
       "connect can\n"
       "do what you can, also to your files: leave the address at 127.0.0.1.\n",
       "", ""},
      [listen](Visit& visit) { return shell(visit, *listen); },
      [listen](Options& declared) {
        declared.option("--listen", "ADDRESS:PORT", text(*listen), "answer lines on a socket; port 0 is a free one");
      });
}

}  // namespace stuntcam::cli
