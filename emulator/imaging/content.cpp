#include "emulator/imaging/content.h"

#include <algorithm>
#include <cstring>

#include "emulator/imaging/noise.h"
#include "emulator/imaging/render.h"

namespace stuntcam::emulator {
namespace {

constexpr u32 large_thumbnail_width = 640, large_thumbnail_height = 424;

// What was drawn, and noise behind it for ever.
class Drawn final : public transport::Source {
 public:
  Drawn(Bytes drawn, u64 seed) : drawn_(std::move(drawn)), seed_(seed) {}
  u64 size() const { return drawn_.size(); }
  void read(u64 offset, Room room) const override {
    if (offset < drawn_.size()) {
      const std::size_t count = std::min<u64>(room.size(), drawn_.size() - offset);
      std::memcpy(room.data(), drawn_.data() + offset, count);
      room = room.subspan(count);
      offset += count;
    }
    fill_noise(seed_, offset, room);
  }

 private:
  Bytes drawn_;
  u64 seed_;
};

class PictureContent final : public Content {
 public:
  PictureContent(std::shared_ptr<const Album> album, u32 index, PictureFile file, u64 size)
      : album_(std::move(album)), size_(size), index_(index), file_(file) {}
  u64 size() const override {
    if (size_ == 0) size_ = drawn()->size();
    return size_;
  }
  Body slice(u64 offset, u64 size) const override { return transport::Generated{drawn(), offset, size}; }
  std::optional<Thumbnail> thumbnail() const override {
    return Thumbnail{0x3808, thumbnail_width, thumbnail_height, render_thumbnail(shot())};
  }
  std::optional<Thumbnail> large_thumbnail() const override {
    return Thumbnail{0x3808, large_thumbnail_width, large_thumbnail_height,
                     render_thumbnail(shot(), large_thumbnail_width, large_thumbnail_height)};
  }

 private:
  Shot shot() const { return album_->shot(index_); }
  std::shared_ptr<const Drawn> drawn() const {
    auto drawn = drawn_.lock();
    if (!drawn) {
      const Shot what = shot();
      drawn = std::make_shared<const Drawn>(draw(what), mixed(what.seed ^ what.number));
      drawn_ = drawn;
    }
    album_->renderings().keep(drawn);
    return drawn;
  }
  Bytes draw(const Shot& what) const {
    if (file_ == PictureFile::raw) return render_raw_head(what, size_);
    return size_ == 0 ? render_jpeg(what) : render_to_fit(what, size_);
  }

  std::shared_ptr<const Album> album_;
  mutable std::weak_ptr<const Drawn> drawn_;
  mutable u64 size_;  // 0: not known yet
  u32 index_;
  PictureFile file_;
};

class SingleShot final : public Album {
 public:
  SingleShot(Shot shot, std::shared_ptr<Renderings> renderings)
      : Album(std::move(renderings)), shot_(std::move(shot)) {}
  Shot shot(u32) const override { return shot_; }

 private:
  Shot shot_;
};

std::shared_ptr<const Content> single(const Shot& shot, PictureFile file, u64 size,
                                      std::shared_ptr<Renderings> renderings) {
  if (!renderings) renderings = std::make_shared<Renderings>();
  return picture_content(std::make_shared<const SingleShot>(shot, std::move(renderings)), 0, file, size);
}

class NoiseContent final : public Content {
 public:
  NoiseContent(u64 seed, u64 size) : source_(std::make_shared<const Drawn>(Bytes{}, seed)), size_(size) {}
  u64 size() const override { return size_; }
  Body slice(u64 offset, u64 size) const override { return transport::Generated{source_, offset, size}; }

 private:
  std::shared_ptr<const Drawn> source_;
  u64 size_;
};

}  // namespace

void Renderings::keep(std::shared_ptr<const transport::Source> source) {
  const auto known = std::find(recent_.begin(), recent_.end(), source);
  if (known != recent_.end())
    recent_.erase(known);
  else if (recent_.size() == capacity)
    recent_.pop_front();
  recent_.push_back(std::move(source));
}

std::shared_ptr<const Content> picture_content(std::shared_ptr<const Album> album, u32 index, PictureFile file,
                                               u64 size) {
  return std::make_shared<const PictureContent>(std::move(album), index, file, size);
}
std::shared_ptr<const Content> jpeg_content(const Shot& shot, u64 pad_to, std::shared_ptr<Renderings> renderings) {
  return single(shot, PictureFile::jpeg, pad_to, std::move(renderings));
}
std::shared_ptr<const Content> raw_content(const Shot& shot, u64 size, std::shared_ptr<Renderings> renderings) {
  if (size == 0) return noise_content(shot.seed, 0);
  return single(shot, PictureFile::raw, size, std::move(renderings));
}
std::shared_ptr<const Content> noise_content(u64 seed, u64 size) {
  return std::make_shared<const NoiseContent>(seed, size);
}

}  // namespace stuntcam::emulator
