// "did you mean": the nearest of some known words.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace stuntcam::cli {

// "" when nothing is near enough to be a slip of the fingers.
std::string nearest(std::string_view word, std::span<const std::string> known);
// "unknown THING 'WORD'", and "; did you mean 'NEAREST'?" where there is one.
std::string unknown(std::string_view thing, std::string_view word, std::span<const std::string> known);

}  // namespace stuntcam::cli
