// Pictures made to a size in bytes.
#pragma once

#include "emulator/imaging/canvas.h"
#include "emulator/imaging/picture.h"

namespace stuntcam::emulator {

// As render_jpeg, in at most `limit` bytes.
Bytes render_to_fit(const Shot&, u64 limit);

// Any picture as a thumbnail of thumbnail_size bytes, with dark bars where its shape is another.
Bytes thumbnail_of(const Canvas&);

// The beginning of a raw file of `size` bytes, up to where the sensor's data begin: at most `size` bytes.
Bytes render_raw_head(const Shot&, u64 size);

}  // namespace stuntcam::emulator
