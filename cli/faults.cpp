#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/scenario.h"
#include "ptp/json.h"

namespace stuntcam::cli {
namespace {

struct FaultsOptions {
  std::vector<std::string> names;
  bool json = false;
};

// The scenario as it is written, for a file of one's own.
int show(const std::vector<std::string>& names, bool json) {
  for (const auto& name : names) {
    const auto scenario = load_scenario(name, ptp::Vendor::none);
    auto faults = ptp::Json::array();
    std::string text = scenario.description.empty() ? "" : fmt::format("description = \"{}\"\n", scenario.description);
    if (scenario.seed) text += fmt::format("seed = {}\n", *scenario.seed);
    for (const auto& fault : scenario.faults) {
      faults.push_back(to_string(fault));
      text += "\n" + to_toml(fault);
    }
    const ptp::Json line = {{"scenario", name}, {"description", scenario.description}, {"faults", faults}};
    if (json)
      fmt::print("{}\n", line.dump());
    else
      fmt::print("{}", text);
  }
  return success;
}

int list(bool json) {
  if (!json) fmt::print("Kinds, for --fault KIND:key=value,… (keys of its own; ! must be there):\n");
  for (const auto& kind : transport::fault_kinds()) {
    const ptp::Json line = {{"kind", kind.name}, {"keys", kind.keys}, {"summary", kind.summary}};
    if (json)
      fmt::print("{}\n", line.dump());
    else
      fmt::print("  {:<12} {:<24} {}\n", kind.name, kind.keys, kind.summary);
  }
  if (!json)
    fmt::print(
        "\nWhere, for all that happen to connections: connection lane direction operation param1…param5 response\n"
        "event packet from after until nth every times probability; for those of the camera: operation param1…\n"
        "after nth every times probability.\n\nScenarios, for --fault NAME:\n");
  for (const auto& one : built_in_scenarios()) {
    const auto scenario = load_scenario(std::string(one.name), ptp::Vendor::none);
    const ptp::Json line = {{"scenario", one.name}, {"description", scenario.description}};
    if (json)
      fmt::print("{}\n", line.dump());
    else
      fmt::print("  {:<15} {}\n", one.name, scenario.description);
  }
  return success;
}

}  // namespace

Command faults_command() {
  auto options = std::make_shared<FaultsOptions>();
  return {"faults",
          "list what can be made to go wrong, or show a scenario",
          "Examples:\n"
          "  stuntcam faults\n"
          "  stuntcam faults flaky-wifi > mine.toml\n"
          "  stuntcam serve nikon-d5300 --fault mine.toml --fault late:delay=2.6s,operation=GetObject,nth=2\n",
          "",
          [options](Options& declared) {
            declared.arguments("[SCENARIO…]", options->names, "names, or files ending in .toml: checked and shown");
            declared.flag("--json", [options] { options->json = true; }, "one JSON object a line");
          },
          [options](const std::vector<std::string>&) {
            return options->names.empty() ? list(options->json) : show(options->names, options->json);
          }};
}

}  // namespace stuntcam::cli
