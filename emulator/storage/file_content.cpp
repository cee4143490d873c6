#include "emulator/storage/file_content.h"

#include <algorithm>
#include <system_error>

#include "emulator/imaging/jpeg.h"
#include "emulator/imaging/render.h"
#include "emulator/storage/draft.h"

namespace stuntcam::emulator {
namespace {
// A picture without a thumbnail is decoded to make one; from larger files none is made, the loop would stand still.
constexpr u64 max_decoded_file = 32 << 20;
}  // namespace

std::shared_ptr<const transport::File> FileContent::file() const {
  auto file = open_.lock();
  if (!file) {
    file = transport::File::open(path_);
    open_ = file;
  }
  return file;
}

void FileContent::pin() const {
  // Without success it has gone already, and reading it will say so.
  if (auto opened = stored([this] { return file(); })) pinned_ = std::move(*opened);
}

Body FileContent::slice(u64 offset, u64 size) const {
  auto opened = file();
  if (opened->size() < offset + size)
    throw std::system_error(std::make_error_code(std::errc::io_error), path_ + " has become shorter");
  return transport::FileSlice{std::move(opened), offset, size};
}

PhotoFacts FileContent::facts() const {
  try {
    Bytes head(std::min<u64>(size_, photo_head));
    head.resize(file()->read(0, head));
    return photo_facts(head);
  } catch (const std::system_error&) {
    return {};
  }
}

std::optional<Thumbnail> FileContent::thumbnail() const {
  auto small = facts().thumbnail;
  if (small || size_ > max_decoded_file) return small;
  Bytes whole(size_);
  try {
    whole.resize(file()->read(0, whole));
  } catch (const std::system_error&) {
    return {};
  }
  const auto picture = decode_scaled(whole, thumbnail_width, thumbnail_height);
  if (!picture) return {};
  return Thumbnail{Thumbnail{}.format, thumbnail_width, thumbnail_height, thumbnail_of(*picture)};
}

}  // namespace stuntcam::emulator
