// --fault: faults by their text, by the name of a scenario that is compiled in, or from a scenario file
// (docs/faults.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transport/fault/plan.h"

namespace stuntcam::cli {

struct BuiltInScenario {
  std::string_view name, toml;
};
std::vector<BuiltInScenario> built_in_scenarios();  // made of scenarios/*.toml

struct Scenario {
  std::string name, description;
  std::optional<u64> seed;  // none: the camera's
  std::vector<transport::Fault> faults;
};
// A name, or a path ending in .toml. Throws Failure(usage) with file, line and column, and the nearest known name.
Scenario load_scenario(const std::string& name_or_path, ptp::Vendor);

// Of all words of --fault. `seed` counts unless one of the scenarios has its own. Throws Failure(usage).
transport::FaultPlan load_plan(const std::vector<std::string>& words, ptp::Vendor, u64 seed);

}  // namespace stuntcam::cli
