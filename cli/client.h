// The client program that `run` starts.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include "ptp/bytes.h"

namespace stuntcam::cli {

// How long a client may take to end after it was asked to.
inline constexpr std::chrono::seconds client_grace{2};

// Runs the client and waits for it. When `limit` is over, or a signal tells this program to end, the client gets TERM
// and after a grace KILL. Returns the exit status of `run`: the client's, 126 or 127 when it can't be started, 128 + n
// when a signal killed it, 124 after the limit, 130 or 143 after a signal to us.
class Client {
 public:
  explicit Client(asio::io_context&);
  int run(const std::vector<std::string>& arguments, std::optional<std::chrono::nanoseconds> limit);
  const std::string& problem() const { return problem_; }  // why it could not be started
  bool took_too_long() const { return took_too_long_; }    // its status may be the same by its own decision

  std::optional<u64> open_files;  // its limit on them; none: this program's

 private:
  int start(const std::vector<std::string>& arguments);  // 0, or the errno of why not
  void watch();
  void interrupt(int signal);
  void end(int signal, int status);
  void send(int signal) const;

  asio::io_context& io_;
  asio::signal_set interrupts_, children_;
  asio::steady_timer limit_, grace_;
  // On a terminal the client stays in our process group, so that it may read it and Ctrl-C reaches it. Elsewhere it has
  // a group of its own, so that what it started ends with it.
  bool own_group_ = true;
  int process_ = -1;
  std::optional<int> status_;  // decided before the client ended
  bool took_too_long_ = false;
  std::string problem_;
};

}  // namespace stuntcam::cli
