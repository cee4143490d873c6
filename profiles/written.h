// A profile and the tree that it was made of, for those who ask where in the file something is said.
#pragma once

#include "profiles/load.h"
#include "profiles/toml_reader.h"

namespace stuntcam::profiles {

struct Written {
  Profile profile;
  Node tree;  // with all bases merged in
};
std::expected<Written, std::vector<Problem>> load_written(const std::string& name_or_path,
                                                          const std::vector<Setting>& = {});
std::expected<Written, std::vector<Problem>> parse_written(std::string_view toml, const std::string& file);

}  // namespace stuntcam::profiles
