// Contents that are pictures, drawn when they are read.
#pragma once

#include <memory>

#include "emulator/imaging/picture.h"

namespace stuntcam::emulator {

// Where the description of a picture comes from when it is needed: 100,000 objects do not hold 100,000 descriptions.
class Album {
 public:
  explicit Album(std::shared_ptr<Renderings> renderings) : renderings_(std::move(renderings)) {}
  virtual ~Album() = default;
  Album(const Album&) = delete;
  Album& operator=(const Album&) = delete;
  virtual Shot shot(u32 index) const = 0;
  Renderings& renderings() const { return *renderings_; }

 private:
  std::shared_ptr<Renderings> renderings_;
};

enum class PictureFile : u8 { jpeg, raw };

// The picture `index` of the album as a file of `size` bytes; size 0 (JPEG only): as large as it comes out.
std::shared_ptr<const Content> picture_content(std::shared_ptr<const Album>, u32 index, PictureFile, u64 size);

}  // namespace stuntcam::emulator
