// Pictures as a camera would take them: real JPEG files with EXIF and a thumbnail, showing the camera's name, the
// shot's number and the exposure in force. Deterministic: the same description gives the same bytes.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "emulator/storage/object.h"
#include "ptp/bytes.h"
#include "ptp/datetime.h"

namespace stuntcam::emulator {

struct Place {
  double latitude = 0, longitude = 0;  // degrees, north and east positive
  double altitude = 0;                 // metres above the sea
};

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
  bool adobe_rgb = false;           // as set; the pixels are drawn as sRGB all the same
  int orientation = 1;              // EXIF
  u64 seed = 0;                     // colours of the scene
  std::optional<Place> place;       // where it was taken: EXIF's GPS directory
  std::string xmp;                  // a whole XMP packet, or ""
};

// Every thumbnail of ours has this size, filled up with a comment: ObjectInfo tells it for 100,000 objects without
// drawing one.
inline constexpr u32 thumbnail_width = 160, thumbnail_height = 120, thumbnail_size = 8192;

Bytes render_jpeg(const Shot&);                              // with EXIF and its 160×120 thumbnail
Bytes render_thumbnail(const Shot&);                         // thumbnail_size bytes
Bytes render_thumbnail(const Shot&, u32 width, u32 height);  // plain JPEG of another size
// One live-view frame, as a moving scene: `frame` counts from 0.
Bytes render_frame(const Shot&, u32 width, u32 height, u64 frame);

// The pictures that were read last, so that the parts of one come from one rendering, and 100,000 objects do not hold
// 100,000 pictures. One for all that a card or a shutter makes.
class Renderings {
 public:
  // Enough for a few clients that read different pictures at the same time.
  static constexpr std::size_t capacity = 8;
  void keep(std::shared_ptr<const transport::Source>);

 private:
  std::deque<std::shared_ptr<const transport::Source>> recent_;
};

// The picture as an object's content: rendered when first read, and again when `renderings` has dropped it since (none:
// kept as long as the content). With pad_to, size() is known without rendering and the file is that long: bytes derived
// from the seed follow the JPEG's end; where the picture would be longer it loses its smoothness, then pixels (EXIF
// says how many it has), then its thumbnail; below the size of the smallest JPEG, what fits of that.
std::shared_ptr<const Content> jpeg_content(const Shot&, u64 pad_to = 0, std::shared_ptr<Renderings> = {});
// A raw file: a little-endian TIFF with the same EXIF, a JPEG preview and sensor-like bytes up to `size`.
std::shared_ptr<const Content> raw_content(const Shot&, u64 size, std::shared_ptr<Renderings> = {});
// Anything else: bytes derived from the seed, any size, generated when read.
std::shared_ptr<const Content> noise_content(u64 seed, u64 size);

}  // namespace stuntcam::emulator
