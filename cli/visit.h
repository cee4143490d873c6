// What the initiator's commands have in common: the TARGET, the connection, and how it ends.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/signal_set.hpp>

#include "cli/command_line.h"
#include "initiator/blocking.h"
#include "ptp/json.h"

namespace stuntcam::cli {

struct VisitOptions {
  std::vector<std::string> words;  // the arguments: TARGET first, unless -t or STUNTCAM_TARGET has it
  std::string target;              // -t
  std::optional<std::chrono::nanoseconds> timeout;
  bool json = false;
  ConsoleOptions console;
};
// `arguments`: what follows TARGET, for --help, such as "OBJECT".
void declare(Options&, VisitOptions&, const std::string& arguments, const std::string& help);

struct Target {
  std::string host;
  u16 port = 15740, event_port = 0;  // 0: the same
};
// "ptpip:HOST[:PORT[:EVENT_PORT]]", an IPv6 address in brackets. Throws Failure(usage).
Target parse_target(const std::string&);

// One session with a camera, and the words that follow the TARGET.
class Visit {
 public:
  explicit Visit(const VisitOptions&);

  initiator::Session& session() { return camera_->session(); }
  template <class T>
  T run(transport::Task<T> task) {
    return camera_->run(std::move(task));
  }
  void run(transport::Task<> task) { camera_->run(std::move(task)); }

  const ptp::DeviceInfo& device();  // asked for once
  bool supports(ptp::OperationCode);
  // Events come by polling from cameras that queue them.
  void prepare_events();

  const std::vector<std::string>& words() const { return words_; }
  const std::string& word(std::size_t index, const char* name) const;  // throws Failure(usage)
  void at_most(std::size_t count) const;                               // throws Failure(usage)
  bool json() const { return options_.json; }
  const Console& console() const { return console_; }
  const std::optional<std::chrono::nanoseconds>& timeout() const { return options_.timeout; }
  int interrupted() const { return signal_; }  // the signal, or 0

 private:
  const VisitOptions& options_;
  Console console_;
  std::vector<std::string> words_;
  std::optional<ptp::DeviceInfo> device_;
  int signal_ = 0;
  std::unique_ptr<initiator::Camera> camera_;
  std::unique_ptr<asio::signal_set> signals_;
};

// Connects, does it, and turns what went wrong into a Failure with its exit status.
int visit(const VisitOptions&, const std::function<int(Visit&)>&);

// One JSON object a line; text that is no UTF-8 is replaced.
void print_line(const ptp::Json&);

struct About {
  std::string name, summary;
  std::string details;          // examples first
  std::string arguments, help;  // what follows TARGET
};
// A command that visits a camera; `more` declares options of its own.
Command visitor(const About&, std::function<int(Visit&)> body, const std::function<void(Options&)>& more = {});

}  // namespace stuntcam::cli
