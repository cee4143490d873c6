// The settings file: targets by name, and who we are to a camera.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "cli/target.h"

namespace stuntcam::cli {

struct NamedTarget {
  std::string address;  // "ptpip:…"
  std::optional<std::string> friendly_name;
  std::optional<ptp::Guid> guid;
};

struct Settings {
  std::map<std::string, NamedTarget> targets;
  std::string default_target;  // the name of one, or ""
  std::optional<std::string> friendly_name;
  std::optional<ptp::Guid> guid;
};

// $XDG_CONFIG_HOME/stuntcam, else ~/.config/stuntcam; "" when the environment names neither.
std::string settings_folder();
// `file`, which must exist; or with "" config.toml in the folder, which may be missing. Throws Failure(usage) that
// names the line.
Settings load_settings(const std::string& file);

// "cca455de-79ac-4b12-9731-91e433a899cf", with or without the dashes.
std::optional<ptp::Guid> parse_guid(std::string_view);
std::string guid_text(const ptp::Guid&);
// Made at the first call and kept in `folder` for all later ones, also of programs that run at the same time. Throws
// Failure when the file holds something else; none when the folder cannot be written.
std::optional<ptp::Guid> kept_guid(const std::string& folder);

// `word` is a TARGET or the name of one.
Destination find_destination(const Settings&, const std::string& word);

}  // namespace stuntcam::cli
