// Little-endian TIFF directories: what EXIF blocks and raw files are made of.
#pragma once

#include <array>
#include <initializer_list>
#include <map>
#include <string_view>

#include "ptp/bytes.h"

namespace stuntcam::emulator {

class TiffDirectory {
 public:
  void ascii(u16 tag, std::string_view text);
  void shorts(u16 tag, std::initializer_list<u16> values);
  void longs(u16 tag, std::initializer_list<u32> values);
  void rational(u16 tag, u32 numerator, u32 denominator);
  void rationals(u16 tag, std::initializer_list<std::array<u32, 2>> values);  // numerator, denominator
  void bytes(u16 tag, View values);
  void signed_rational(u16 tag, i32 numerator, i32 denominator);
  void undefined(u16 tag, View bytes);

  // Bytes it takes, values that do not fit their entries included.
  u32 size() const;
  // Appended at the end of `out`, which is where the TIFF is so far; `next` is the offset of the directory to follow.
  void write(Bytes& out, u32 next = 0) const;

 private:
  struct Entry {
    u16 type = 0;
    u32 count = 0;
    Bytes value;
  };
  std::map<u16, Entry> entries_;  // TIFF wants them in the order of their tags
};

// "II*\0" and the offset of the first directory, which follows at once.
Bytes tiff_header();

}  // namespace stuntcam::emulator
