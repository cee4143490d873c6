#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/profile_json.h"
#include "cli/profile_source.h"
#include "profiles/show.h"

namespace stuntcam::cli {
namespace {

struct Show {
  std::string profile, preset;
  bool json = false;
};

int show(const Show& options) {
  const auto profile = load_under_preset(options.profile, options.preset);
  if (options.json)
    fmt::print("{}\n", profile_json(profile).dump(-1, ' ', false, ptp::Json::error_handler_t::replace));
  else
    fmt::print("{}", profiles::to_toml(profile));
  return success;
}

}  // namespace

Command profile_show_command() {
  auto options = std::make_shared<Show>();
  return {"profile show",
          "print a profile as TOML, with all that it extends",
          "Examples:\n"
          "  stuntcam profile show nikon-d5300\n"
          "  stuntcam profile show nikon-d5300 > my.toml    # a copy to change\n",
          "",
          [options](Options& declared) {
            declared.positional("NAME|FILE", options->profile, "a built-in camera or a .toml file");
            declared.option("--preset", "NAME", text(options->preset), "as it is under that preset, settings excepted");
            declared.flag("--json", [options] { options->json = true; }, "as one JSON object");
          },
          [options](const std::vector<std::string>&) { return show(*options); }};
}

}  // namespace stuntcam::cli
