// Pictures of one band: grey TIFF files of 16-bit samples, as multispectral cameras leave them.
#pragma once

#include <memory>

#include "emulator/imaging/picture.h"

namespace stuntcam::emulator {

// What a sensor sees, sample by sample, so that a picture needs no memory of its own.
class GreyScene {
 public:
  virtual ~GreyScene() = default;
  // The samples of row y from column x on, as many as there is room for; the caller stays within the picture.
  virtual void samples(u32 x, u32 y, std::span<u16> out) const = 0;
};

// A baseline TIFF, little-endian and uncompressed, with the shot's EXIF, its place and its XMP. Its width and height
// are the shot's; no sample is greater than `most`. Drawn when it is read; the thumbnail is a JPEG as of all pictures.
std::shared_ptr<const Content> grey_content(const Shot&, u16 most, std::shared_ptr<const GreyScene>);

}  // namespace stuntcam::emulator
