// Subcommands and their options. Hides CLI11, so that one file alone pays for compiling it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.h"
#include "ptp/bytes.h"

namespace stuntcam::cli {

class Contact;

// Takes the text of one option. Throws std::invalid_argument saying what is wrong with it: "'5x' is no duration".
using Take = std::function<void(const std::string&)>;
Take text(std::string&);
Take text(std::optional<std::string>&);
Take append(std::vector<std::string>&);
Take number(u64&, u64 least = 0, u64 most = ~u64{0});
Take number(std::optional<u64>&, u64 least = 0, u64 most = ~u64{0});
Take duration(std::optional<std::chrono::nanoseconds>&);
Take size(std::optional<u64>&);  // 64KiB

// The options of one subcommand.
class Options {
 public:
  virtual ~Options() = default;
  virtual void section(const std::string& title) = 0;  // heading of the options that follow, in --help
  virtual void option(const std::string& names, const std::string& metavar, Take, const std::string& help) = 0;
  // Its value may be left out, and is then `otherwise`. What follows it is its value only if it `fits`.
  virtual void option_or(const std::string& name, const std::string& metavar, const std::string& otherwise,
                         std::function<bool(const std::string&)> fits, Take, const std::string& help) = 0;
  virtual void flag(const std::string& names, std::function<void()> seen, const std::string& help) = 0;
  virtual void positional(const std::string& name, std::string&, const std::string& help) = 0;
  virtual void positionals(const std::string& name, std::vector<std::string>&, const std::string& help) = 0;
  // Any number, also none: the command itself says what is missing. `usage` shows them all: "[TARGET] OBJECT".
  virtual void arguments(const std::string& usage, std::vector<std::string>&, const std::string& help) = 0;
};

struct ConsoleOptions {
  Verbosity verbosity = Verbosity::normal;
  Color color = Color::automatic;
  Console console() const { return {verbosity, color}; }
};
void declare(Options&, ConsoleOptions&);

struct Command {
  std::string name;     // "serve", "profile show"
  std::string summary;  // one line, for the list of commands
  std::string details;  // what --help says below the options: examples first
  std::string after;    // what follows `--`, e.g. "CLIENT ARGS"; "" when nothing may
  std::function<void(Options&)> declare;
  std::function<int(std::vector<std::string> after)> run;
  std::vector<std::string> aliases{};      // other names
  std::function<int(Contact&)> revisit{};  // run on a connection that is there; empty: it visits no camera
};

// Finds the command by its name or an alias and takes its options; null when --help was asked for and printed. What
// follows `--` goes to `after`. Throws Failure.
const Command* parse(const std::vector<Command>&, const std::vector<std::string>& arguments,
                     std::vector<std::string>& after);

// The overview of these commands: name and summary, one a line.
std::string summaries(const std::vector<Command>&);
// The names of a command's options, "--json".
std::vector<std::string> option_names(const Command&);

// Finds the command, parses its options and runs it. Throws Failure.
int dispatch(const std::vector<Command>&, const std::vector<std::string>& arguments);

}  // namespace stuntcam::cli
