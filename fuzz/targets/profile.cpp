// A profile file: read, criticised, written again, and read again.
#include <string>

#include "fuzz/targets/input.h"
#include "profiles/critique.h"
#include "profiles/load.h"
#include "profiles/show.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stuntcam;
  using namespace stuntcam::fuzz;
  // Beside no other file, so that only built-in profiles can be extended.
  const std::string path = "/nonexistent/fuzz.toml";
  const std::string_view toml = text(View(data, size));
  const auto profile = profiles::parse(toml, path);
  const auto findings = profiles::check_text(toml, path, [](const profiles::Profile&) { return profiles::Gaps{}; });
  bool errors = false;
  for (const auto& finding : findings) {
    require(!finding.problem.to_string().empty() && !finding.problem.message.empty(), "a problem has words");
    errors = errors || finding.severity == profiles::Severity::error;
  }
  require(profile.has_value() == !errors, "what check finds wrong cannot be loaded, and only that");
  if (!profile) {
    require(!profile.error().empty(), "who refuses a profile says why");
    return 0;
  }
  for (const auto& [name, preset] : profile->presets) (void)under_preset(*profile, name);
  const auto shown = profiles::to_toml(*profile);
  const auto again = profiles::parse(shown, path);
  if (!again)
    for (const auto& problem : again.error()) std::fprintf(stderr, "%s\n", problem.to_string().c_str());
  require(again.has_value(), "a profile that is shown can be loaded");
  require(!again || profiles::to_toml(*again) == shown, "a profile is the same after it was shown");
  return 0;
}
