// "Did you mean": how near words are.
#pragma once

#include <span>
#include <string_view>

#include "ptp/bytes.h"

namespace stuntcam::ptp {

// Letters to insert, delete or replace until one is the other; upper and lower case alike.
std::size_t edit_distance(std::string_view, std::string_view);
// "" when nothing is near: more than a third of the letters wrong is another word.
std::string_view nearest(std::string_view text, std::span<const std::string_view> known);

}  // namespace stuntcam::ptp
