// A movie file as such a camera leaves on its card: a QuickTime container with a length and no picture to play.
#pragma once

#include <string_view>

#include "emulator/storage/object.h"
#include "transport/clock.h"

namespace stuntcam::emulator {

// The container alone and a little of what it holds.
inline constexpr u64 min_movie_size = 4096;

// "DSC_0001.MOV" for the prefix "DSC_", `size` bytes of at least min_movie_size; storage, parent and dates are the
// caller's.
Object make_movie(std::string_view prefix, u32 number, u64 size, transport::Duration length, u64 seed);

}  // namespace stuntcam::emulator
