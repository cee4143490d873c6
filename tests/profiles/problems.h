// What the loader says of a profile that is written in a test.
#pragma once

#include <string>
#include <vector>

#include "profiles/load.h"

namespace stuntcam::profiles {

// Lines 1 to 6 of most profiles here: the least that a camera needs.
inline const std::string device = R"([device]
manufacturer = "Maker"
model = "Model"
version = "1"
serial = "#"
operations = ["GetDeviceInfo"]
)";

inline std::vector<std::string> problems(const std::string& text, const std::string& file = "my.toml") {
  std::vector<std::string> out;
  if (const auto profile = parse(text, file); !profile)
    for (const auto& problem : profile.error()) out.push_back(problem.to_string());
  return out;
}

}  // namespace stuntcam::profiles
