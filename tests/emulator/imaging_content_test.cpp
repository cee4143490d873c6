#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "emulator/imaging/jpeg.h"
#include "emulator/imaging/noise.h"
#include "emulator/imaging/picture.h"

namespace stuntcam::emulator {
namespace {

Bytes read(const Content& content, u64 offset, u64 size) {
  const Body body = content.slice(offset, size);
  const auto& generated = std::get<transport::Generated>(body);
  EXPECT_EQ(generated.size, size);
  Bytes bytes(size);
  generated.source->read(generated.offset, bytes);
  return bytes;
}

Shot example() {
  Shot shot;
  shot.title = "EXAMPLE";
  shot.width = 320;
  shot.height = 240;
  return shot;
}

TEST(Noise, any_slice_is_the_same_bytes) {
  Bytes whole(100), empty;
  fill_noise(5, 1000, whole);
  for (std::size_t from = 0; from < 24; ++from)
    for (std::size_t count = 0; count < 40; ++count) {
      Bytes part(count);
      fill_noise(5, 1000 + from, part);
      EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + static_cast<long>(from)))
          << from << ' ' << count;
    }
  Bytes other(100);
  fill_noise(6, 1000, other);
  EXPECT_NE(whole, other);
}

TEST(Noise, of_any_size_costs_nothing) {
  for (const u64 size : {u64{0}, u64{1}, (u64{4} << 30) - 1, u64{4} << 30, (u64{4} << 30) + 1, u64{8} << 30}) {
    const auto content = noise_content(1, size);
    EXPECT_EQ(content->size(), size);
    EXPECT_FALSE(content->thumbnail());
    if (size < 100) continue;
    EXPECT_NE(read(*content, size - 100, 100), read(*content, 0, 100));
  }
}

TEST(JpegContent, is_as_long_as_the_picture_without_padding) {
  const auto content = jpeg_content(example());
  const Bytes picture = render_jpeg(example());
  ASSERT_EQ(content->size(), picture.size());
  EXPECT_EQ(read(*content, 0, picture.size()), picture);
  EXPECT_EQ(read(*content, 100, 50), Bytes(picture.begin() + 100, picture.begin() + 150));
}

TEST(JpegContent, padding_follows_the_picture) {
  const Bytes picture = render_jpeg(example());
  const auto content = jpeg_content(example(), 200'000);
  EXPECT_EQ(content->size(), 200'000u);
  const Bytes whole = read(*content, 0, 200'000);
  EXPECT_TRUE(std::equal(picture.begin(), picture.end(), whole.begin()));
  EXPECT_NE(std::count(whole.end() - 1000, whole.end(), 0), 1000);
  EXPECT_TRUE(decode_scaled(whole, 1, 1));
  // Across the picture's end in uneven parts.
  for (u64 at = picture.size() - 50; at < picture.size() + 50; at += 7)
    EXPECT_EQ(read(*content, at, 13),
              Bytes(whole.begin() + static_cast<long>(at), whole.begin() + static_cast<long>(at) + 13));
}

TEST(JpegContent, sizes_beyond_32_bits) {
  for (const u64 size : {(u64{4} << 30) - 1, (u64{4} << 30) + 1, u64{8} << 30}) {
    const auto content = jpeg_content(example(), size);
    EXPECT_EQ(content->size(), size);
    EXPECT_EQ(read(*content, 0, 2), (Bytes{0xFF, 0xD8}));
    EXPECT_NE(read(*content, size - 64, 64), Bytes(64));
  }
}

TEST(JpegContent, small_sizes_still_are_pictures) {
  Shot shot = example();
  shot.width = 6000;
  shot.height = 4000;
  for (const u64 size : {60'000u, 5'000u, 800u}) {
    const auto content = jpeg_content(shot, size);
    EXPECT_EQ(content->size(), size);
    EXPECT_TRUE(decode_scaled(read(*content, 0, size), 1, 1)) << size;
  }
  EXPECT_EQ(read(*jpeg_content(shot, 1), 0, 1), Bytes{0xFF});
}

TEST(JpegContent, has_thumbnails) {
  const auto thumbnail = jpeg_content(example(), 100'000)->thumbnail();
  ASSERT_TRUE(thumbnail);
  EXPECT_EQ(thumbnail->bytes.size(), thumbnail_size);
  EXPECT_EQ(thumbnail->width, 160u);
  const auto large = jpeg_content(example(), 100'000)->large_thumbnail();
  ASSERT_TRUE(large);
  EXPECT_GT(large->width, 160u);
}

TEST(JpegContent, renderings_are_shared_and_bounded) {
  const auto renderings = std::make_shared<Renderings>();
  const auto source = [](const Content& content) { return std::get<transport::Generated>(content.slice(0, 1)).source; };
  const auto first = jpeg_content(example(), 0, renderings);
  const std::weak_ptr<const transport::Source> drawn = source(*first);
  EXPECT_FALSE(drawn.expired());
  EXPECT_EQ(source(*first), drawn.lock());
  std::vector<std::shared_ptr<const Content>> others;
  for (u64 index = 0; index < Renderings::capacity; ++index) {
    Shot shot = example();
    shot.seed = index;
    others.push_back(jpeg_content(shot, 0, renderings));
    source(*others.back());
  }
  EXPECT_TRUE(drawn.expired());
  EXPECT_EQ(read(*first, 0, 100), read(*jpeg_content(example()), 0, 100));
}

TEST(RawContent, is_a_tiff_of_the_size_asked_for) {
  for (const u64 size : {u64{20'000'000}, u64{20'000}, u64{1'000}, u64{100}, u64{6} << 30}) {
    const auto content = raw_content(example(), size);
    EXPECT_EQ(content->size(), size);
    EXPECT_EQ(0, std::memcmp(read(*content, 0, 8).data(), "II*\0\x08\0\0\0", 8));
  }
  EXPECT_EQ(raw_content(example(), 0)->size(), 0u);
  ASSERT_TRUE(raw_content(example(), 1000)->thumbnail());
}

}  // namespace
}  // namespace stuntcam::emulator
