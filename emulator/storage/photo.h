// What the first bytes of somebody's picture say about it. The bytes may be anything.
#pragma once

#include <optional>

#include "emulator/storage/object.h"

namespace stuntcam::emulator {

// Pixel sizes, dates and thumbnails sit within this many bytes of all cameras' files.
inline constexpr std::size_t photo_head = 128 << 10;

struct PhotoFacts {
  u32 width = 0, height = 0;  // 0: not known
  std::optional<ptp::DateTime> taken;
  std::optional<Thumbnail> thumbnail;  // from its EXIF
};
PhotoFacts photo_facts(View head);

}  // namespace stuntcam::emulator
