#include "emulator/imaging/picture.h"

#include <algorithm>

#include "emulator/imaging/exif.h"
#include "emulator/imaging/jpeg.h"
#include "emulator/imaging/render.h"
#include "emulator/imaging/scene.h"

namespace stuntcam::emulator {
namespace {

// From this width on, an eighth of the picture is wide enough for its text.
constexpr u32 eighths_from = 1600;
constexpr u32 max_side = 65500;  // libjpeg's limit for a side; the format's is 65535
constexpr int thumbnail_quality = 80, frame_quality = 70;
constexpr u8 comment = 0xFE, app1 = 0xE1;

u32 side(u32 pixels) { return std::clamp(pixels, u32{1}, max_side); }
int quality(const Shot& shot) { return std::clamp(shot.quality, 1, 100); }

// The picture without EXIF.
Bytes picture(const Shot& shot, u32 width, u32 height, bool smooth) {
  if (width >= eighths_from) {
    Canvas canvas(static_cast<int>((width + 7) / 8), static_cast<int>((height + 7) / 8));
    paint(canvas, shot);
    return compress_eighths(canvas, width, height, quality(shot), smooth);
  }
  Canvas canvas(static_cast<int>(width), static_cast<int>(height));
  paint(canvas, shot);
  return compress(canvas, quality(shot));
}

// How such a segment says that it is XMP and not EXIF.
constexpr std::string_view xmp_mark("http://ns.adobe.com/xap/1.0/\0", 29);

Bytes xmp_segment(std::string_view packet) {
  Bytes segment(xmp_mark.begin(), xmp_mark.end());
  segment.insert(segment.end(), packet.begin(), packet.end());
  return segment;
}

Bytes with_exif(const Shot& shot, u32 width, u32 height, bool smooth, bool thumbnail) {
  const Bytes small = thumbnail ? render_thumbnail(shot) : Bytes{};
  Bytes jpeg = picture(shot, width, height, smooth);
  if (!shot.xmp.empty()) jpeg = with_segment(jpeg, app1, xmp_segment(shot.xmp));
  return with_segment(jpeg, app1, exif_segment(shot, width, height, small));
}

// Cut: fewer bytes than any JPEG has.
Bytes smallest_picture(u64 limit) {
  Canvas canvas(8, 8);
  canvas.fill(0, 0, 8, 8, {128, 128, 128});
  Bytes jpeg = compress(canvas, 50);
  if (jpeg.size() > limit) jpeg.resize(limit);
  return jpeg;
}

}  // namespace

Bytes render_thumbnail(const Shot& shot, u32 width, u32 height) {
  Canvas canvas(static_cast<int>(side(width)), static_cast<int>(side(height)));
  paint(canvas, shot);
  return compress(canvas, thumbnail_quality);
}

Bytes render_thumbnail(const Shot& shot) {
  Canvas canvas(thumbnail_width, thumbnail_height);
  paint(canvas, shot);
  return thumbnail_of(canvas);
}

Bytes thumbnail_of(const Canvas& picture) {
  constexpr std::size_t comment_head = 4;
  constexpr int width = thumbnail_width, height = thumbnail_height;
  Canvas canvas(width, height);
  // The picture's size on the thumbnail.
  const bool wide = i64{picture.width()} * height >= i64{picture.height()} * width;
  const int across = wide ? width : std::max(1, picture.width() * height / picture.height());
  const int down = wide ? std::max(1, picture.height() * width / picture.width()) : height;
  for (int y = 0; y < down; ++y) {
    const Colour* from = picture.row(y * picture.height() / down);
    Colour* to = canvas.row(y + (height - down) / 2) + (width - across) / 2;
    for (int x = 0; x < across; ++x) to[x] = from[x * picture.width() / across];
  }
  Bytes jpeg;
  // The first attempt does for scenes like ours; noise takes several.
  for (int quality = thumbnail_quality; quality > 0; quality -= 15) {
    jpeg = compress(canvas, quality);
    if (jpeg.size() + comment_head <= thumbnail_size) break;
  }
  return with_segment(jpeg, comment, Bytes(thumbnail_size - jpeg.size() - comment_head));
}

Bytes render_jpeg(const Shot& shot) { return with_exif(shot, side(shot.width), side(shot.height), true, true); }

Bytes render_frame(const Shot& shot, u32 width, u32 height, u64 frame) {
  Canvas canvas(static_cast<int>(side(width)), static_cast<int>(side(height)));
  paint(canvas, shot, frame);
  return compress(canvas, frame_quality);
}

Bytes render_to_fit(const Shot& shot, u64 limit) {
  // A file of less than a few thumbnails' size goes without one.
  const bool thumbnail = limit >= u64{4} * thumbnail_size;
  u32 width = side(shot.width), height = side(shot.height);
  for (;;) {
    for (const bool smooth : {true, false}) {
      // 24 blocks of 64 pixels cannot take less than 16 bytes: no need to try.
      if (u64{width} * height / 96 > limit) break;
      Bytes jpeg = with_exif(shot, width, height, smooth, thumbnail);
      if (jpeg.size() <= limit) return jpeg;
    }
    if (width <= 16 && height <= 16) return smallest_picture(limit);
    width = std::max(u32{1}, width / 2);
    height = std::max(u32{1}, height / 2);
  }
}

}  // namespace stuntcam::emulator
