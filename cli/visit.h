// What the initiator's commands have in common: the TARGET, the words behind it, and how a visit to a camera ends.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/contact.h"
#include "cli/failure.h"
#include "cli/recording.h"
#include "ptp/json.h"

namespace stuntcam::cli {

struct VisitOptions {
  std::vector<std::string> words;  // the arguments: TARGET first, unless -t or STUNTCAM_TARGET has it
  std::string target;              // -t
  std::string settings;            // --config
  Timeout timeout;
  RecordingOptions record;
  bool json = false;
  ConsoleOptions console;
};
// `arguments`: what follows TARGET, for --help, such as "OBJECT".
void declare(Options&, VisitOptions&, const std::string& arguments, const std::string& help);

struct Call {
  std::optional<Destination> destination;  // none: of the connection that is kept
  std::vector<std::string> words;
};
// The TARGET, and what follows it. Throws Failure(usage).
Call find_target(const VisitOptions&);

// A session with a camera, and the words that follow the TARGET.
class Visit {
 public:
  Visit(const VisitOptions&, Contact&, std::vector<std::string> words);

  initiator::Session& session() { return contact_.session(); }
  Contact& contact() { return contact_; }
  template <class T>
  T run(transport::Task<T> task) {
    return contact_.camera().run(std::move(task));
  }
  void run(transport::Task<> task) { contact_.camera().run(std::move(task)); }

  const ptp::DeviceInfo& device() { return contact_.device(); }
  bool supports(ptp::OperationCode);
  // Events come by polling from cameras that queue them.
  void prepare_events();
  // The next event; none when `limit` is over. Without a limit it throws when who asked has gone. What ends by itself
  // goes on: who has only nothing more to ask looks the same.
  std::optional<initiator::Event> next_event(std::optional<transport::Duration> limit = {});

  void expect_asker() const;  // throws when who asked has gone

  // Does it. What goes wrong with this one thing, `what`, is told, and is no reason to leave out the others: false.
  // Throws when nothing can follow.
  bool attempt(const std::string& what, const std::function<void()>& body);

  const std::vector<std::string>& words() const { return words_; }
  const std::string& word(std::size_t index, const char* name) const;  // throws Failure(usage)
  void at_most(std::size_t count) const;                               // throws Failure(usage)
  bool json() const { return options_.json || contact_.json; }
  const Console& console() const { return contact_.console(); }
  const Timeout& timeout() const { return options_.timeout; }
  int interrupted() const { return contact_.interrupted(); }  // the signal, or 0

 private:
  const VisitOptions& options_;
  Contact& contact_;
  std::vector<std::string> words_;
};

// Does it, with a connection of its own or the one kept, and turns what went wrong into a Failure with its exit status.
int visit(const VisitOptions&, const std::function<int(Visit&)>&, Contact* kept = nullptr);

// For a terminal, too: no control character stands in it as it is, and text that is no UTF-8 is replaced.
std::string json_text(const ptp::Json&, int indent = -1);
void print_line(const ptp::Json&);               // one JSON object a line
void print_json(const ptp::Json&, bool pretty);  // indented, for people
// What ended a visit, with its exit status; `signal`: what interrupted it, or 0.
Failure failure_of(const initiator::Problem&, int signal, const ConsoleOptions&);
// What was printed goes out now. Throws Failure when nobody takes it.
void flush_output();

struct About {
  std::string name, summary;
  std::string details;          // examples first
  std::string arguments, help;  // what follows TARGET
  std::vector<std::string> aliases{};
};
// A command that visits a camera; `more` declares options of its own.
Command visitor(const About&, std::function<int(Visit&)> body, const std::function<void(Options&)>& more = {});

}  // namespace stuntcam::cli
