// Thumbnails: docs/protocol.md §4.1.
#include "initiator/conform/case.h"
#include "initiator/conform/trial.h"

namespace stuntcam::initiator::conform {
namespace {

constexpr u32 no_handle = 0xEEEEEEEE;

Task<Found> with_thumbnail(Trial& t, u32 session) {
  co_await t.enter(session);
  co_return co_await t.object_where("object with a thumbnail", [](const Found& found) {
    return found.info.thumb_format != 0 && found.info.thumb_compressed_size != 0;
  });
}

Task<> jpeg(Trial& t) {
  const Found found = co_await with_thumbnail(t, 0x611);
  const Bytes bytes = co_await t.fetch(Op::GetThumb, found.handle);
  expect(bytes.size() > 4 && bytes[0] == 0xFF && bytes[1] == 0xD8, "a JPEG that begins ff d8", hex(bytes, 8));
  const View end = View(bytes).last(2);
  expect(end[0] == 0xFF && end[1] == 0xD9, "a complete JPEG: it ends ff d9", hex(end));
}

Task<> size(Trial& t) {
  const Found found = co_await with_thumbnail(t, 0x612);
  const Bytes bytes = co_await t.fetch(Op::GetThumb, found.handle);
  expect_equal<std::size_t>("ThumbCompressedSize,", found.info.thumb_compressed_size, bytes.size());
}

struct Pixels {
  u32 width = 0, height = 0;
};

// What the frame header of a JPEG says; zeros where there is none.
Pixels pixels_of(View jpeg) {
  constexpr u8 first_frame = 0xC0, last_frame = 0xCF, huffman = 0xC4, arithmetic = 0xCC, scan = 0xDA;
  for (std::size_t at = 2; at + 9 <= jpeg.size() && jpeg[at] == 0xFF;) {
    const u8 marker = jpeg[at + 1];
    const auto word = [&](std::size_t offset) {
      return static_cast<u32>(jpeg[at + offset] << 8 | jpeg[at + offset + 1]);
    };
    if (marker >= first_frame && marker <= last_frame && marker != huffman && marker != arithmetic)
      return {word(7), word(5)};
    if (marker == scan) break;
    at += 2 + word(2);
  }
  return {};
}

Task<> pixels(Trial& t) {
  const Found found = co_await with_thumbnail(t, 0x613);
  const Bytes bytes = co_await t.fetch(Op::GetThumb, found.handle);
  const Pixels is = pixels_of(bytes);
  expect(is.width == found.info.thumb_pix_width && is.height == found.info.thumb_pix_height,
         fmt::format("{} × {} pixels, as ObjectInfo says", found.info.thumb_pix_width, found.info.thumb_pix_height),
         fmt::format("{} × {}", is.width, is.height));
}

Task<> unknown(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetThumb, no_handle);
  expect_code(answer, Code::InvalidObjectHandle);
}

Task<> none(Trial& t) {
  co_await t.enter(0x614);
  const Found found = co_await t.object_where("file without a thumbnail", [](const Found& each) {
    return !each.folder() && each.info.thumb_format == 0 && each.info.thumb_compressed_size == 0;
  });
  const Answer answer = co_await t.ask(Op::GetThumb, found.handle);
  expect_code(answer, Code::NoThumbnailPresent, Code::InvalidObjectFormatCode);
}

Task<> folder(Trial& t) {
  co_await t.enter(0x615);
  const Found found = co_await t.folder();
  const Answer answer = co_await t.ask(Op::GetThumb, found.handle);
  expect_code(answer, Code::NoThumbnailPresent, Code::InvalidObjectFormatCode, Code::InvalidObjectHandle);
}

constexpr std::array<Op, 4> needed{Op::GetObjectHandles, Op::GetObjectInfo, Op::GetThumb};

constexpr std::array cases{
    Case{"thumbnails.jpeg", "4.1", "A thumbnail is a complete JPEG.", jpeg, needed},
    Case{"thumbnails.size", "4.1", "A thumbnail has the size that ObjectInfo says.", size, needed},
    Case{"thumbnails.pixels", "4.1", "A thumbnail has the width and height that ObjectInfo says.", pixels, needed},
    Case{"thumbnails.unknown",
         "4",
         "GetThumb of a handle that is not there is answered by InvalidObjectHandle.",
         unknown,
         {Op::GetThumb}},
    Case{"thumbnails.none", "4.1", "GetThumb of an object without a thumbnail is answered by NoThumbnailPresent.", none,
         needed},
    Case{"thumbnails.folder", "4.1", "GetThumb of a folder is refused: it has no thumbnail.", folder, needed},
};

}  // namespace

std::span<const Case> thumbnail_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
