#include "cli/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <span>
#include <stdexcept>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/failure.h"
#include "cli/suggest.h"
#include "cli/units.h"
#include "cli/version.h"
#include "profiles/units.h"

namespace stuntcam::cli {
namespace {

// CLI11's pages, less its noise: metavars alone, and the usage line as the design writes it.
class Pages final : public CLI::Formatter {
 public:
  explicit Pages(std::string usage_tail) : usage_tail_(std::move(usage_tail)) {
    column_width(30);
    label("Positionals", "Arguments");
  }
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
    auto page = Formatter::make_help(app, std::move(name), mode);
    for (auto at = page.find("\n\n\n"); at != std::string::npos; at = page.find("\n\n\n", at)) page.erase(at, 1);
    return page;
  }
  std::string make_usage(const CLI::App* app, std::string name) const override {
    auto line = Formatter::make_usage(app, std::move(name));
    return line.insert(line.find_last_not_of('\n') + 1, usage_tail_);
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    const auto metavar = option->get_type_name();
    return metavar.empty() || option->get_positional() ? "" : " " + metavar;
  }
  std::string make_option_usage(const CLI::Option* option) const override {
    const bool several = option->get_items_expected_max() > 1 && option->get_required();
    return several ? option->get_name(true) + "..." : option->get_name(true);
  }

 private:
  std::string usage_tail_;
};

class CliOptions final : public Options {
 public:
  explicit CliOptions(CLI::App& app) : app_(app) {}
  void section(const std::string& title) override { group_ = title; }
  void option(const std::string& names, const std::string& metavar, Take take, const std::string& help) override {
    const auto shown = names.substr(names.rfind(',') + 1);
    const auto each = [take = std::move(take), shown](const CLI::results_t& results) {
      for (const auto& result : results) {
        try {
          take(result);
        } catch (const std::invalid_argument& problem) {
          throw Failure(usage, fmt::format("{}: {}", shown, problem.what()));
        }
      }
      return true;
    };
    app_.add_option(names, each, help)
        ->type_name(metavar)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->group(group_);
  }
  void option_or(const std::string& name, const std::string& metavar, const std::string& otherwise,
                 std::function<bool(const std::string&)> fits, Take take, const std::string& help) override {
    option(name, fmt::format("[{}]", metavar), std::move(take), help);
    may_stand_alone_.push_back({name, otherwise, std::move(fits)});
  }
  // "--name" and "--name VALUE" as "--name=VALUE", for those whose value may be left out.
  std::vector<std::string> completed(const std::vector<std::string>& arguments) const {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const auto alone = std::ranges::find(may_stand_alone_, arguments[i], &Alone::name);
      if (alone == may_stand_alone_.end()) {
        out.push_back(arguments[i]);
        continue;
      }
      const bool has_value = i + 1 < arguments.size() && alone->fits(arguments[i + 1]);
      out.push_back(alone->name + "=" + (has_value ? arguments[++i] : alone->otherwise));
    }
    return out;
  }
  void flag(const std::string& names, std::function<void()> seen, const std::string& help) override {
    const auto each = [seen = std::move(seen)](std::int64_t times) {
      for (; times > 0; --times) seen();
    };
    app_.add_flag_function(names, each, help)->group(group_);
  }
  void positional(const std::string& name, std::string& value, const std::string& help) override {
    app_.add_option(name, value, help)->required();
  }
  void positionals(const std::string& name, std::vector<std::string>& values, const std::string& help) override {
    app_.add_option(name, values, help)->required();
  }
  void arguments(const std::string& usage, std::vector<std::string>& values, const std::string& help) override {
    app_.add_option(usage, values, help);
  }

 private:
  struct Alone {
    std::string name, otherwise;
    std::function<bool(const std::string&)> fits;
  };
  CLI::App& app_;
  std::string group_ = "Options";
  std::vector<Alone> may_stand_alone_;
};

std::string overview(const std::vector<Command>& commands) {
  std::string page = fmt::format(
      "stuntcam {}: a stunt double for a camera.\n"
      "Virtual PTP/IP cameras that gphoto2 and phone apps cannot tell from the real ones, and a client for any.\n\n"
      "Usage: stuntcam COMMAND [OPTIONS]\n\nCommands:\n",
      version);
  page += summaries(commands);
  page +=
      "\nExamples:\n"
      "  stuntcam serve nikon-d5300\n"
      "      be a Nikon D5300 on 127.0.0.1:15740 until Ctrl-C; then, in another terminal:\n"
      "      gphoto2 --port ptpip:127.0.0.1:15740:15740 --camera 'PTP/IP Camera' --list-files\n"
      "  stuntcam run nikon-d5300 -- gphoto2 {gphoto2} --capture-image-and-download\n"
      "      be a fresh camera for one client, and exit with the client's status\n"
      "  stuntcam get-all ptpip:192.168.1.1 pictures\n"
      "      talk to a camera: download everything from it\n\n"
      "`stuntcam COMMAND --help` explains a command and its options.\n";
  return page;
}

struct Found {
  const Command* command = nullptr;
  std::size_t words = 0;  // that its name took
};

std::vector<std::string> words(const std::string& name) {
  std::vector<std::string> list;
  for (const auto word : std::views::split(name, ' ')) list.emplace_back(word.begin(), word.end());
  return list;
}

// The command whose name the arguments begin with; "profile" alone is the family of "profile show".
Found find(const std::vector<Command>& commands, std::span<const std::string> arguments) {
  std::vector<std::string> known;
  std::string family;
  for (const auto& command : commands) {
    if (!arguments.empty() && std::ranges::find(command.aliases, arguments[0]) != command.aliases.end())
      return {&command, 1};
    const auto name = words(command.name);
    const auto same = std::ranges::mismatch(name, arguments).in1 - name.begin();
    if (same == std::ssize(name)) return {&command, name.size()};
    if (same > 0) {
      if (family.empty()) known.clear();
      family = name[0];
    }
    if (family.empty() || same > 0) known.push_back(name[static_cast<std::size_t>(same)]);
  }
  const std::size_t at = family.empty() ? 0 : 1;
  if (arguments.size() <= at || arguments[at].starts_with('-'))
    throw Failure(usage,
                  family.empty() ? "no command" : fmt::format("{} wants one of: {}", family, fmt::join(known, ", ")),
                  "`stuntcam --help` lists the commands");
  throw Failure(usage, unknown(family.empty() ? "command" : family + " command", arguments[at], known),
                "`stuntcam --help` lists the commands");
}

Failure wrong_usage(const Command& command, const CLI::App& app, const CLI::ParseError& error) {
  const auto hint = fmt::format("`stuntcam {} --help` explains the options", command.name);
  const auto extras = app.remaining();
  if (extras.empty()) return {usage, fmt::format("{}: {}", command.name, error.what()), hint};
  if (!extras[0].starts_with('-'))
    return {usage, fmt::format("{}: unexpected argument '{}'", command.name, extras[0]), hint};
  std::vector<std::string> known;
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames()) known.push_back("--" + name);
  return {usage,
          fmt::format("{}: {}", command.name, unknown("option", extras[0].substr(0, extras[0].find('=')), known)),
          hint};
}

// false: the help page was asked for.
bool take(const Command& command, std::vector<std::string> arguments, std::vector<std::string>& after) {
  if (!command.after.empty()) {
    const auto dashes = std::ranges::find(arguments, "--");
    if (dashes != arguments.end()) after.assign(dashes + 1, arguments.end());
    arguments.erase(dashes, arguments.end());
  }
  CLI::App app(command.summary);
  // In brackets: what follows may be missing, and the arguments' own usage shows it.
  const bool may_be_missing = command.after.starts_with('[');
  const auto tail = command.after.empty() || may_be_missing ? "" : " -- " + command.after;
  app.formatter(std::make_shared<Pages>(tail));
  app.set_help_flag("-h,--help", "this page");
  CliOptions options(app);
  command.declare(options);
  app.footer("\n" + command.details);
  app.name("stuntcam " + command.name);
  arguments = options.completed(arguments);
  try {
    std::ranges::reverse(arguments);  // as CLI11 wants them
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app.help());
    return false;
  } catch (const CLI::ParseError& error) {
    throw wrong_usage(command, app, error);
  }
  if (!command.after.empty() && !may_be_missing && after.empty())
    throw Failure(usage, fmt::format("{} wants{} at the end", command.name, tail),
                  fmt::format("`stuntcam {} --help` has examples", command.name));
  return true;
}

Take bounded(std::function<void(u64)> store, u64 least, u64 most) {
  return [store = std::move(store), least, most](const std::string& given) {
    const auto value = parse_number(given);
    if (!value) throw std::invalid_argument(fmt::format("'{}' is no number", given));
    if (*value < least || *value > most)
      throw std::invalid_argument(fmt::format("{} is not between {} and {}", given, least, most));
    store(*value);
  };
}

}  // namespace

Take text(std::string& out) {
  return [&out](const std::string& given) { out = given; };
}
Take text(std::optional<std::string>& out) {
  return [&out](const std::string& given) { out = given; };
}
Take append(std::vector<std::string>& out) {
  return [&out](const std::string& given) { out.push_back(given); };
}
Take number(u64& out, u64 least, u64 most) {
  return bounded([&out](u64 value) { out = value; }, least, most);
}
Take number(std::optional<u64>& out, u64 least, u64 most) {
  return bounded([&out](u64 value) { out = value; }, least, most);
}
Take duration(std::optional<std::chrono::nanoseconds>& out) {
  return [&out](const std::string& given) {
    const auto value = parse_duration(given);
    if (!value) throw std::invalid_argument(fmt::format("'{}' is no duration; write 250ms, 2.5s or 1m", given));
    out = *value;
  };
}

Take size(std::optional<u64>& out) {
  return [&out](const std::string& given) {
    const auto value = profiles::parse_size(given);
    if (!value) throw std::invalid_argument(fmt::format("'{}' is no size; write 4096, 64KiB or 4MiB", given));
    out = value;
  };
}

void declare(Options& options, ConsoleOptions& console) {
  options.section("Output");
  options.flag(
      "-v,--verbose",
      [&console] {
        console.verbosity = console.verbosity >= Verbosity::verbose ? Verbosity::bytes : Verbosity::verbose;
      },
      "tell every operation on stderr; -vv: and the bytes of what is wrong");
  options.flag("-q,--quiet", [&console] { console.verbosity = Verbosity::quiet; }, "only errors on stderr");
  options.option(
      "--color", "WHEN",
      [&console](const std::string& given) {
        if (given == "auto")
          console.color = Color::automatic;
        else if (given == "always")
          console.color = Color::always;
        else if (given == "never")
          console.color = Color::never;
        else
          throw std::invalid_argument(fmt::format("'{}' is none of auto, always, never", given));
      },
      "auto (default; not when NO_COLOR is set), always or never");
}

std::string summaries(const std::vector<Command>& commands) {
  std::string page;
  for (const auto& command : commands) page += fmt::format("  {:<16}{}\n", command.name, command.summary);
  return page;
}

std::vector<std::string> option_names(const Command& command) {
  CLI::App app;
  CliOptions options(app);
  command.declare(options);
  std::vector<std::string> names;
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

const Command* parse(const std::vector<Command>& commands, const std::vector<std::string>& arguments,
                     std::vector<std::string>& after) {
  const auto found = find(commands, arguments);
  const auto rest = arguments.begin() + static_cast<std::ptrdiff_t>(found.words);
  return take(*found.command, {rest, arguments.end()}, after) ? found.command : nullptr;
}

int dispatch(const std::vector<Command>& commands, const std::vector<std::string>& arguments) {
  if (!arguments.empty() && (arguments[0] == "-h" || arguments[0] == "--help" || arguments[0] == "help")) {
    fmt::print("{}", overview(commands));
    return success;
  }
  if (!arguments.empty() && arguments[0] == "--version") {
    fmt::print("stuntcam {}\n", version);
    return success;
  }
  std::vector<std::string> after;
  const auto* command = parse(commands, arguments, after);
  return command == nullptr ? success : command->run(std::move(after));
}

}  // namespace stuntcam::cli
