// Pictures as a camera would take them: real JPEG files with EXIF and a thumbnail, showing the camera's name, the
// shot's number and the exposure in force. Deterministic: the same description gives the same bytes.
#pragma once

#include <memory>
#include <string>

#include "emulator/storage/object.h"
#include "ptp/bytes.h"
#include "ptp/datetime.h"

namespace stuntcam::emulator {

struct Shot {
  std::string manufacturer, model, software;  // EXIF Make, Model, Software
  std::string title;                          // the large line in the picture: "NIKON D5300"
  u32 number = 1;                             // of the shot
  u32 width = 640, height = 480;              // pixels of the whole picture
  int quality = 90;                           // JPEG, 1..100
  ptp::DateTime taken;
  // 0: unknown, left out of EXIF and of the picture
  u32 exposure_numerator = 0, exposure_denominator = 0;  // seconds
  u32 f_number_hundredths = 0;
  u32 iso = 0;
  u32 focal_length_hundredths = 0;  // mm
  int bias_thousandths = 0;         // EV
  std::string white_balance;        // label
  int orientation = 1;              // EXIF
  u64 seed = 0;                     // colours of the scene
};

Bytes render_jpeg(const Shot&);                              // with EXIF and its 160×120 thumbnail
Bytes render_thumbnail(const Shot&, u32 width, u32 height);  // plain JPEG
// One live-view frame, as a moving scene: `frame` counts from 0.
Bytes render_frame(const Shot&, u32 width, u32 height, u64 frame);

// The picture as an object's content: rendered once when first read. If pad_to is larger than the picture, the file is
// that long: bytes derived from the seed follow the JPEG's end. size() is pad_to without rendering when pad_to is not
// 0.
std::shared_ptr<const Content> jpeg_content(const Shot&, u64 pad_to = 0);
// A raw file: a little-endian TIFF with the same EXIF, a JPEG preview and sensor-like bytes up to `size`.
std::shared_ptr<const Content> raw_content(const Shot&, u64 size);
// Anything else: bytes derived from the seed, any size, generated when read.
std::shared_ptr<const Content> noise_content(u64 seed, u64 size);

}  // namespace stuntcam::emulator
