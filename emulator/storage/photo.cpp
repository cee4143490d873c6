#include "emulator/storage/photo.h"

#include <libexif/exif-data.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>

namespace stuntcam::emulator {
namespace {

struct Segments {
  u32 width = 0, height = 0;
  View exif;  // "Exif\0\0" and what follows
};

u32 big_endian(View bytes, std::size_t at, std::size_t count) {
  u32 value = 0;
  for (std::size_t index = 0; index < count; ++index) value = value << 8 | bytes[at + index];
  return value;
}

// SOF0 to SOF15 begin a frame; three of the codes mean something else.
bool frame_header(u8 marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

Segments walk_jpeg(View jpeg) {
  Segments found;
  constexpr u8 app1 = 0xE1, scan = 0xDA;
  for (std::size_t at = 2; at + 4 <= jpeg.size() && jpeg[at] == 0xFF;) {
    const u8 marker = jpeg[at + 1];
    if (marker == 0xFF) {  // a fill byte
      ++at;
      continue;
    }
    if (marker == scan) break;
    const std::size_t length = big_endian(jpeg, at + 2, 2);
    const View body = jpeg.subspan(at + 4);
    if (length < 2 || body.size() < length - 2) break;
    const View payload = body.first(length - 2);
    if (marker == app1 && found.exif.empty() && payload.size() > 6 && std::memcmp(payload.data(), "Exif\0", 6) == 0)
      found.exif = payload;
    if (frame_header(marker) && payload.size() >= 5) {
      found.height = big_endian(payload, 1, 2);
      found.width = big_endian(payload, 3, 2);
      break;
    }
    at += 2 + length;
  }
  return found;
}

bool jpeg(View bytes) { return bytes.size() >= 4 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF; }

// "2024:05:17 12:34:56"
std::optional<ptp::DateTime> exif_date(const ExifEntry* entry) {
  if (entry == nullptr || entry->data == nullptr || entry->format != EXIF_FORMAT_ASCII || entry->size < 19) return {};
  char text[20] = {};
  std::memcpy(text, entry->data, 19);
  ptp::DateTime date;
  int read = 0;
  // NOLINTNEXTLINE(bugprone-unchecked-string-to-number-conversion): the whole text must match, and is checked again
  if (std::sscanf(text, "%4d:%2d:%2d %2d:%2d:%2d%n", &date.year, &date.month, &date.day, &date.hour, &date.minute,
                  &date.second, &read) != 6 ||
      read != 19)
    return {};
  // The PTP form knows how long each month is.
  return ptp::parse_datetime(date.to_string());
}

void add_exif(View exif, PhotoFacts& facts) {
  struct Unref {
    void operator()(ExifData* data) const { exif_data_unref(data); }
  };
  const std::unique_ptr<ExifData, Unref> data(
      exif_data_new_from_data(exif.data(), static_cast<unsigned int>(exif.size())));
  if (!data) return;
  facts.taken = exif_date(exif_content_get_entry(data->ifd[EXIF_IFD_EXIF], EXIF_TAG_DATE_TIME_ORIGINAL));
  const View small(data->data, data->data == nullptr ? 0 : data->size);
  if (!jpeg(small)) return;
  const Segments segments = walk_jpeg(small);
  if (segments.width == 0 || segments.height == 0) return;
  Thumbnail thumbnail;
  thumbnail.width = segments.width;
  thumbnail.height = segments.height;
  thumbnail.bytes.assign(small.begin(), small.end());
  facts.thumbnail = std::move(thumbnail);
}

}  // namespace

PhotoFacts photo_facts(View head) {
  PhotoFacts facts;
  constexpr std::size_t png_head = 24;
  if (jpeg(head)) {
    const Segments segments = walk_jpeg(head);
    facts.width = segments.width;
    facts.height = segments.height;
    if (!segments.exif.empty()) add_exif(segments.exif, facts);
  } else if (head.size() >= png_head && std::memcmp(head.data(), "\x89PNG\r\n\x1a\n", 8) == 0) {
    facts.width = big_endian(head, 16, 4);
    facts.height = big_endian(head, 20, 4);
  }
  return facts;
}

}  // namespace stuntcam::emulator
