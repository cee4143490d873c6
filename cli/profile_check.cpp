#include <fmt/format.h>

#include <algorithm>

#include <asio/io_context.hpp>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/profile_source.h"
#include "emulator/camera.h"
#include "profiles/load.h"
#include "ptp/json.h"
#include "transport/real_clock.h"

namespace stuntcam::cli {
namespace {

struct Check {
  std::vector<std::string> profiles;
  bool json = false;
};

void tell(const profiles::Problem& problem, std::string_view severity, bool json) {
  if (!json) {
    fmt::print("{}: {}\n", severity, problem.to_string());
    return;
  }
  const ptp::Json line = {{"type", severity},
                          {"file", problem.file},
                          {"line", problem.line},
                          {"column", problem.column},
                          {"message", problem.message}};
  fmt::print("{}\n", line.dump(-1, ' ', false, ptp::Json::error_handler_t::replace));
}

// What only the emulator knows: operations that the profile promises and nothing here can answer. Of those that it lists
// under `assumed` its author knows.
std::vector<profiles::Problem> unanswered(const profiles::Profile& profile, const std::string& file) {
  asio::io_context io{1};
  transport::RealClock clock(io);
  const emulator::Camera camera(profile, {}, clock);
  std::vector<profiles::Problem> problems;
  for (const auto code : camera.unimplemented()) {
    if (std::ranges::find(profile.assumed, code) != profile.assumed.end()) continue;
    const auto name = ptp::to_string(static_cast<ptp::OperationCode>(code), profile.device.vendor);
    problems.push_back(
        {file, 0, 0, fmt::format("operation {} is advertised but not emulated; an [[operation]] can answer it", name)});
  }
  return problems;
}

// false: it cannot be used.
bool check(const std::string& name, bool json) {
  const auto profile = profiles::load(name);
  if (!profile) {
    for (const auto& problem : profile.error()) tell(problem, "error", json);
    return false;
  }
  auto warnings = profiles::critique(*profile);
  std::ranges::move(unanswered(*profile, name), std::back_inserter(warnings));
  for (const auto& problem : warnings) tell(problem, "warning", json);
  if (!json && warnings.empty()) fmt::print("{}: ok\n", name);
  return true;
}

int check_all(const Check& options) {
  bool usable = true;
  for (const auto& name : options.profiles) usable = check(name, options.json) && usable;
  return usable ? success : usage;
}

}  // namespace

Command profile_check_command() {
  auto options = std::make_shared<Check>();
  return {"profile check",
          "find what is wrong in profiles",
          "Examples:\n"
          "  stuntcam profile check my.toml\n"
          "  stuntcam profile check --json profiles/*.toml\n\n"
          "Exit status: 0 all can be used (there may be warnings), 2 one cannot.\n",
          "",
          [options](Options& declared) {
            declared.positionals("NAME|FILE", options->profiles, "built-in cameras or .toml files");
            declared.flag("--json", [options] { options->json = true; }, "one JSON object a line for each finding");
          },
          [options](const std::vector<std::string>&) { return check_all(*options); }};
}

}  // namespace stuntcam::cli
