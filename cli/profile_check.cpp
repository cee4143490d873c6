#include <fmt/format.h>

#include <exception>
#include <vector>

#include <asio/io_context.hpp>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/profile_source.h"
#include "emulator/camera.h"
#include "profiles/critique.h"
#include "ptp/json.h"
#include "transport/real_clock.h"

namespace stuntcam::cli {
namespace {

struct Check {
  std::vector<std::string> profiles;
  bool json = false;
};

void tell(const profiles::Finding& finding, bool json) {
  const auto severity = profiles::name(finding.severity);
  const auto& problem = finding.problem;
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

// What only the emulator knows: what the profile promises and nothing here does.
profiles::Gaps gaps(const profiles::Profile& profile) {
  asio::io_context io{1};
  transport::RealClock clock(io);
  const emulator::Camera camera(profile, {}, clock);
  return {camera.unimplemented(), camera.silent_events()};
}

// false: it cannot be used.
bool check(const std::string& name, bool json) {
  std::vector<profiles::Finding> findings;
  try {
    findings = profiles::check(name, gaps);
  } catch (const std::exception& error) {  // a file that the profile names cannot be read
    findings.push_back({profiles::Severity::error, {name, 0, 0, error.what()}});
  }
  bool usable = true, good = true;
  for (const auto& finding : findings) {
    tell(finding, json);
    usable = usable && finding.severity != profiles::Severity::error;
    good = good && finding.severity == profiles::Severity::note;
  }
  if (!json && good) fmt::print("{}: ok\n", name);
  return usable;
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
          "Exit status: 0 all can be used (there may be warnings and notes), 2 one cannot.\n",
          "",
          [options](Options& declared) {
            declared.positionals("NAME|FILE", options->profiles, "built-in cameras or .toml files");
            declared.flag("--json", [options] { options->json = true; }, "one JSON object a line for each finding");
          },
          [options](const std::vector<std::string>&) { return check_all(*options); }};
}

}  // namespace stuntcam::cli
