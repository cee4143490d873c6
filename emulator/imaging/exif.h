// The shot as EXIF says it.
#pragma once

#include "emulator/imaging/picture.h"
#include "emulator/imaging/tiff.h"

namespace stuntcam::emulator {

// The payload of a JPEG's APP1: "Exif", the shot, and the thumbnail (may be empty: none).
Bytes exif_segment(const Shot&, u32 width, u32 height, View thumbnail);

// The parts, for files that are TIFF themselves.
TiffDirectory camera_directory(const Shot&);
TiffDirectory shot_directory(const Shot&, u32 width, u32 height);
TiffDirectory place_directory(const Place&);  // GPS
namespace tag {
inline constexpr u16 subfile = 0x00FE, width = 0x0100, height = 0x0101, bits = 0x0102, compression = 0x0103,
                     photometric = 0x0106, strip_offsets = 0x0111, samples = 0x0115, rows_per_strip = 0x0116,
                     strip_sizes = 0x0117, sub_directories = 0x014A, jpeg_offset = 0x0201, jpeg_size = 0x0202,
                     max_sample = 0x0119, planar = 0x011C, xmp = 0x02BC, exif_directory = 0x8769,
                     gps_directory = 0x8825;
}

}  // namespace stuntcam::emulator
