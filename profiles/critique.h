// A critic of profiles: all that is wrong in one, and what is no error and yet probably a mistake.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/load.h"

namespace stuntcam::profiles {

enum class Severity : u8 {
  error,    // the profile can't be used
  warning,  // probably a mistake
  note,     // true of many a real camera, and worth knowing
};
std::string_view name(Severity);

struct Finding {
  Severity severity = Severity::error;
  Problem problem;
  bool operator==(const Finding&) const = default;
};

// What the profile advertises and a camera made of it does not do by itself. Only the emulator knows.
struct Gaps {
  std::vector<u16> operations, events;
};
using FindGaps = std::function<Gaps(const Profile&)>;

// Of a built-in profile or a file, or of a text. By place; a profile with errors has nothing else.
std::vector<Finding> check(const std::string& name_or_path, const FindGaps&);
std::vector<Finding> check_text(std::string_view toml, const std::string& file, const FindGaps&);

}  // namespace stuntcam::profiles
