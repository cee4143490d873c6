#include "emulator/imaging/grey.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "emulator/imaging/exif.h"
#include "emulator/imaging/render.h"

namespace stuntcam::emulator {
namespace {

constexpr u64 sample_size = 2;

// Everything in front of the samples, which are one strip.
Bytes head_of(const Shot& shot, u16 most) {
  const TiffDirectory settings = shot_directory(shot, shot.width, shot.height);
  const auto place = shot.place ? std::optional(place_directory(*shot.place)) : std::nullopt;
  TiffDirectory picture = camera_directory(shot);
  picture.longs(tag::subfile, {0});
  picture.longs(tag::width, {shot.width});
  picture.longs(tag::height, {shot.height});
  picture.shorts(tag::bits, {16});
  picture.shorts(tag::compression, {1});
  picture.shorts(tag::photometric, {1});  // zero is black
  picture.shorts(tag::samples, {1});
  picture.longs(tag::rows_per_strip, {shot.height});
  picture.longs(tag::strip_sizes, {static_cast<u32>(u64{shot.width} * shot.height * sample_size)});
  picture.shorts(tag::max_sample, {most});
  picture.shorts(tag::planar, {1});
  if (!shot.xmp.empty()) picture.bytes(tag::xmp, View(reinterpret_cast<const u8*>(shot.xmp.data()), shot.xmp.size()));
  picture.longs(tag::strip_offsets, {0});
  if (place) picture.longs(tag::gps_directory, {0});
  Bytes tiff = tiff_header();
  const u32 settings_at = static_cast<u32>(tiff.size()) + picture.size();
  const u32 place_at = settings_at + settings.size();
  const u32 samples_at = place_at + (place ? place->size() : 0);
  picture.longs(tag::exif_directory, {settings_at});
  if (place) picture.longs(tag::gps_directory, {place_at});
  picture.longs(tag::strip_offsets, {samples_at});
  picture.write(tiff);
  settings.write(tiff);
  if (place) place->write(tiff);
  return tiff;
}

class GreySource final : public transport::Source {
 public:
  GreySource(Bytes head, u32 width, std::shared_ptr<const GreyScene> scene)
      : head_(std::move(head)), width_(width), scene_(std::move(scene)) {}

  void read(u64 offset, Room room) const override {
    if (offset < head_.size()) {
      const auto count = std::min<std::size_t>(room.size(), head_.size() - offset);
      std::memcpy(room.data(), head_.data() + offset, count);
      room = room.subspan(count);
      offset += count;
    }
    offset -= head_.size();
    std::vector<u16> row(width_);
    while (!room.empty()) {
      const u64 stride = width_ * sample_size, column = offset % stride;
      const auto count = std::min<std::size_t>(room.size(), stride - column);
      // A read may begin and end in the middle of a sample.
      const auto first = static_cast<u32>(column / sample_size);
      const auto last = static_cast<u32>((column + count + 1) / sample_size);
      const std::span<u16> samples(row.data() + first, last - first);
      scene_->samples(first, static_cast<u32>(offset / stride), samples);
      std::memcpy(room.data(), reinterpret_cast<const u8*>(row.data()) + column, count);
      room = room.subspan(count);
      offset += count;
    }
  }

 private:
  Bytes head_;
  u32 width_;
  std::shared_ptr<const GreyScene> scene_;
};

class GreyContent final : public Content {
 public:
  GreyContent(const Shot& shot, u16 most, std::shared_ptr<const GreyScene> scene)
      : shot_(shot), scene_(std::move(scene)), head_size_(head_of(shot, most).size()), most_(most) {}

  u64 size() const override { return head_size_ + u64{shot_.width} * shot_.height * sample_size; }
  Body slice(u64 offset, u64 size) const override {
    return transport::Generated{std::make_shared<const GreySource>(head_of(shot_, most_), shot_.width, scene_), offset,
                                size};
  }
  std::optional<Thumbnail> thumbnail() const override {
    Canvas canvas(thumbnail_width, thumbnail_height);
    for (int y = 0; y < canvas.height(); ++y)
      for (int x = 0; x < canvas.width(); ++x) {
        u16 sample = 0;
        scene_->samples(static_cast<u32>(x) * shot_.width / thumbnail_width,
                        static_cast<u32>(y) * shot_.height / thumbnail_height, {&sample, 1});
        const auto grey = static_cast<u8>(sample * 255 / std::max<int>(most_, 1));
        canvas.row(y)[x] = {grey, grey, grey};
      }
    return Thumbnail{0x3808, thumbnail_width, thumbnail_height, thumbnail_of(canvas)};
  }

 private:
  Shot shot_;
  std::shared_ptr<const GreyScene> scene_;
  u64 head_size_;
  u16 most_;
};

}  // namespace

std::shared_ptr<const Content> grey_content(const Shot& shot, u16 most, std::shared_ptr<const GreyScene> scene) {
  return std::make_shared<const GreyContent>(shot, most, std::move(scene));
}

}  // namespace stuntcam::emulator
