// How the program ends: the exit statuses that scripts rely on, and the exception that carries one to main.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

namespace stuntcam::cli {

enum Exit : int {
  success = 0,
  failed = 1,         // what was checked failed
  usage = 2,          // the command line or a profile is wrong
  unavailable = 3,    // cannot bind, connect or open
  timed_out = 124,    // run: --timeout was over
  own_failure = 125,  // run: we failed, not the client
  not_startable = 126,
  not_found = 127,
  by_signal = 128,  // plus the signal's number
};

struct Failure : std::runtime_error {
  Failure(int code, const std::string& message, std::string hint_text = {})
      : std::runtime_error(message), exit(code), hint(std::move(hint_text)) {}
  int exit;
  std::string hint;  // one line that helps; may be empty
};

class Console;
// Runs it; what it throws becomes a message and an exit status.
int end_of(const Console&, const std::function<int()>&);

}  // namespace stuntcam::cli
