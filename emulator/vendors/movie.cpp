#include "emulator/vendors/movie.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <string_view>

#include "emulator/imaging/picture.h"

namespace stuntcam::emulator {
namespace {

// QuickTime is a sequence of atoms: big-endian size, four letters, content.
class Atoms {
 public:
  template <class T>
  void number(T value) {
    const auto big = std::byteswap(value);
    const auto* const bytes = reinterpret_cast<const u8*>(&big);
    bytes_.insert(bytes_.end(), bytes, bytes + sizeof big);
  }
  void letters(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }
  void zeros(std::size_t count) { bytes_.resize(bytes_.size() + count); }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

constexpr u32 ftyp_size = 20, mvhd_size = 108, moov_size = 8 + mvhd_size;
constexpr u32 fixed_one = 0x00010000;

// ftyp, moov with a movie header only, and the head of an mdat that fills the file.
Bytes container(u64 size, u32 milliseconds) {
  Atoms out;
  out.number(ftyp_size);
  out.letters("ftypqt  ");
  out.number(u32{0x20070900});  // minor version
  out.letters("qt  ");          // compatible with
  out.number(moov_size);
  out.letters("moov");
  out.number(mvhd_size);
  out.letters("mvhd");
  out.zeros(12);          // version and flags, creation and modification time
  out.number(u32{1000});  // units a second
  out.number(milliseconds);
  out.number(fixed_one);    // rate
  out.number(u16{0x0100});  // volume
  out.zeros(10);
  for (const u32 entry : {fixed_one, 0u, 0u, 0u, fixed_one, 0u, 0u, 0u, 0x40000000u})
    out.number(entry);  // unity matrix
  out.zeros(24);
  out.number(u32{1});  // next track
  out.number(u32{1});  // a 64-bit size follows the letters
  out.letters("mdat");
  out.number(size - ftyp_size - moov_size);
  return out.take();
}

class MovieSource final : public transport::Source {
 public:
  MovieSource(Bytes head, std::shared_ptr<const Content> rest) : head_(std::move(head)), rest_(std::move(rest)) {}
  void read(u64 offset, Room room) const override {
    if (offset < head_.size()) {
      const auto count = std::min<std::size_t>(room.size(), head_.size() - offset);
      std::copy_n(head_.begin() + static_cast<std::ptrdiff_t>(offset), count, room.begin());
      room = room.subspan(count);
      offset += count;
    }
    if (room.empty()) return;
    const Body body = rest_->slice(offset - head_.size(), room.size());
    if (const auto* generated = std::get_if<transport::Generated>(&body))
      generated->source->read(generated->offset, room);
    else if (const auto* bytes = std::get_if<Bytes>(&body))
      std::ranges::copy(*bytes, room.begin());
  }

 private:
  Bytes head_;
  std::shared_ptr<const Content> rest_;
};

class MovieContent final : public Content {
 public:
  MovieContent(u64 size, std::shared_ptr<const transport::Source> source) : size_(size), source_(std::move(source)) {}
  u64 size() const override { return size_; }
  Body slice(u64 offset, u64 size) const override { return transport::Generated{source_, offset, size}; }

 private:
  u64 size_;
  std::shared_ptr<const transport::Source> source_;
};

}  // namespace

Object make_movie(std::string_view prefix, u32 number, u64 size, transport::Duration length, u64 seed) {
  constexpr u16 quicktime_format = 0x300D;
  size = std::max(size, min_movie_size);
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(length).count();
  Bytes head = container(size, static_cast<u32>(milliseconds));
  auto rest = noise_content(seed ^ number, size - head.size());
  Object object;
  object.format = quicktime_format;
  object.name = fmt::format("{}{:04}.MOV", prefix, number);
  object.size = size;
  object.content =
      std::make_shared<MovieContent>(size, std::make_shared<MovieSource>(std::move(head), std::move(rest)));
  return object;
}

}  // namespace stuntcam::emulator
