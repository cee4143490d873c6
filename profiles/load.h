// Loading and checking profiles.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/profile.h"

namespace stuntcam::profiles {

// "profiles/my.toml:12:5: unknown key 'operatons' in [device]; did you mean 'operations'?"
struct Problem {
  std::string file;
  unsigned line = 0, column = 0;
  std::string message;
  std::string to_string() const;
  bool operator==(const Problem&) const = default;
};

// A key of a profile that is said elsewhere: "timing.capture" and "2s". The value is TOML or, where it is none, text.
// It counts under every preset.
struct Setting {
  std::string key, value;
};

// A profile compiled into the program, or a path ending in .toml. `extends` names are looked up beside the file first,
// then among the built-in ones. All problems found, not only the first.
std::expected<Profile, std::vector<Problem>> load(const std::string& name_or_path, const std::vector<Setting>& = {});
std::expected<Profile, std::vector<Problem>> parse(std::string_view toml, const std::string& file);

struct BuiltIn {
  std::string_view name;  // "nikon-d5300"
  std::string_view toml;
};
std::vector<BuiltIn> built_in();          // including bases such as "nikon", which are no cameras by themselves
bool is_built_in(std::string_view name);  // reads none of them
// The names of the built-in profiles that can be emulated: reads all of them.
std::vector<std::string> cameras();

// --set PROP=VALUE and presets: a value as text, in the property's type. Labels, numbers (decimal, 0x…), strings.
std::expected<ptp::Value, std::string> parse_value(const Property&, std::string_view text);

}  // namespace stuntcam::profiles
