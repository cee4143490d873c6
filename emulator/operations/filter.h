// Which objects an operation means: a format, and what counts as an image.
#pragma once

#include "ptp/bytes.h"

namespace stuntcam::emulator {

inline constexpr u32 all_of_them = 0xFFFFFFFF;  // stores, objects; as a format: all images; as a parent: the root

// The format parameter of GetNumObjects, GetObjectHandles and DeleteObject.
class FormatFilter {
 public:
  explicit FormatFilter(u32 format) : format_(format) {}
  // Object format codes are 0x3xxx, those of vendors 0xBxxx (docs/protocol.md §2.1).
  bool valid() const {
    return format_ == 0 || format_ == all_of_them || (format_ >> 12) == 0x3 || (format_ >> 12) == 0xB;
  }
  bool matches(u16 format) const {
    if (format_ == 0) return true;
    return format_ == all_of_them ? image(format) : format == format_;
  }
  bool everything() const { return format_ == 0; }
  // 0x38xx, and 0xB1xx where vendors keep their raw formats.
  static bool image(u16 format) { return (format & 0xFF00) == 0x3800 || (format & 0xFF00) == 0xB100; }

 private:
  u32 format_;
};

}  // namespace stuntcam::emulator
