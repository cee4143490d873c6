// Pictures made to a size in bytes.
#pragma once

#include "emulator/imaging/picture.h"

namespace stuntcam::emulator {

// As render_jpeg, in at most `limit` bytes.
Bytes render_to_fit(const Shot&, u64 limit);

// The beginning of a raw file of `size` bytes, up to where the sensor's data begin: at most `size` bytes.
Bytes render_raw_head(const Shot&, u64 size);

}  // namespace stuntcam::emulator
