// One object on a store, and what its bytes are.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ptp/bytes.h"
#include "ptp/datetime.h"
#include "transport/responder.h"

namespace stuntcam::emulator {

using transport::Body;

inline constexpr u16 association_format = 0x3001;

struct Thumbnail {
  u16 format = 0x3808;
  u32 width = 0, height = 0;
  Bytes bytes;  // a complete JPEG
};

// The bytes of an object. Immutable; shared by whoever is sending them, so deletion never disturbs a transfer.
class Content {
 public:
  virtual ~Content() = default;
  virtual u64 size() const = 0;
  // offset + size ≤ size(). A file slice, generated or in memory. Throws std::system_error when a file has vanished or
  // shrunk.
  virtual Body slice(u64 offset, u64 size) const = 0;
  virtual std::optional<Thumbnail> thumbnail() const { return {}; }
  // A larger preview, for vendor operations that have one; default: the thumbnail.
  virtual std::optional<Thumbnail> large_thumbnail() const { return thumbnail(); }
};

struct Object {
  u32 handle = 0;
  u32 storage = 0;
  u32 parent = 0;  // handle; 0 = root
  u16 format = 0x3000;
  u16 protection = 0;
  u64 size = 0;  // of the content; known without making it
  u32 pixel_width = 0, pixel_height = 0, bit_depth = 0;
  // Of the thumbnail as ObjectInfo tells them; size 0: no thumbnail.
  u16 thumb_format = 0;
  u32 thumb_size = 0, thumb_width = 0, thumb_height = 0;
  u16 association_type = 0;
  u32 association_desc = 0;
  u32 sequence_number = 0;
  std::string name;  // UTF-8, no slash
  std::string keywords;
  ptp::DateTime captured, modified;
  std::shared_ptr<const Content> content;  // null for associations

  bool association() const { return format == association_format; }
};

}  // namespace stuntcam::emulator
