#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/profile_source.h"
#include "ptp/json.h"

namespace stuntcam::cli {
namespace {

int cameras(bool json) {
  for (const auto& profile : built_in_cameras()) {
    const auto& device = profile.device;
    if (!json) {
      fmt::print("{:<16}{}\n", profile.name, profile.description);
      continue;
    }
    auto presets = ptp::Json::array();
    for (const auto& [name, preset] : profile.presets) presets.push_back(name);
    const ptp::Json line = {{"name", profile.name},
                            {"description", profile.description},
                            {"manufacturer", device.manufacturer},
                            {"model", device.model},
                            {"version", device.version},
                            {"dialect", profile.dialect},
                            {"port", profile.port},
                            {"presets", presets},
                            {"origin", profile.origin}};
    fmt::print("{}\n", line.dump());
  }
  return success;
}

}  // namespace

Command cameras_command() {
  auto json = std::make_shared<bool>(false);
  return {"cameras",
          "list what can be emulated",
          "Examples:\n"
          "  stuntcam cameras\n"
          "  stuntcam cameras --json\n",
          "",
          [json](Options& options) { options.flag("--json", [json] { *json = true; }, "one JSON object a line"); },
          [json](const std::vector<std::string>&) { return cameras(*json); }};
}

}  // namespace stuntcam::cli
