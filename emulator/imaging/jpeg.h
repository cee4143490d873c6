// JPEG in and out, over libjpeg-turbo.
#pragma once

#include <optional>

#include "emulator/imaging/canvas.h"
#include "ptp/bytes.h"

namespace stuntcam::emulator {

inline constexpr u64 max_segment = 65533;  // what a marker segment can carry: its length has 16 bits and counts itself

// One plain JPEG (no JFIF or EXIF header).
Bytes compress(const Canvas&, int quality);

// A large JPEG from a picture of one eighth of its size: each pixel of `eighths` becomes one block of 8 × 8, made of
// its mean and, with `smooth`, its two slopes towards the neighbours. Costs about 10 ns a block, where drawing and
// compressing 64 pixels costs some 700: a camera's loop must not stand still for a picture of 24 million pixels.
Bytes compress_eighths(const Canvas& eighths, u32 width, u32 height, int quality, bool smooth);

// The JPEG with a segment put in behind its first marker: 0xE1 is APP1. The payload has at most max_segment bytes.
Bytes with_segment(View jpeg, u8 marker, View payload);

// A picture somebody else made, scaled by 1/8, 1/4, 1/2 or 1 to the smallest that is at least width × height. nullopt
// when it is no JPEG that can be read; damaged ones give what there is.
std::optional<Canvas> decode_scaled(View jpeg, int width, int height);

}  // namespace stuntcam::emulator
