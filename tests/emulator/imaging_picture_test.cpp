#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "emulator/imaging/jpeg.h"
#include "emulator/imaging/render.h"
#include "emulator/imaging/scene.h"

namespace stuntcam::emulator {
namespace {

Shot example() {
  Shot shot;
  shot.manufacturer = "EXAMPLE CORPORATION";
  shot.model = shot.title = "EXAMPLE 1";
  shot.software = "Ver.1.00";
  shot.number = 42;
  shot.taken = {2024, 5, 17, 12, 34, 56, {}, {}};
  shot.exposure_numerator = 1;
  shot.exposure_denominator = 4000;
  shot.f_number_hundredths = 350;
  shot.iso = 6400;
  shot.bias_thousandths = 333;
  shot.white_balance = "Auto";
  shot.seed = 7;
  return shot;
}
Shot sized(u32 width, u32 height) {
  Shot shot = example();
  shot.width = width;
  shot.height = height;
  return shot;
}

bool contains(View bytes, std::string_view text) {
  return std::search(bytes.begin(), bytes.end(), text.begin(), text.end()) != bytes.end();
}

// How different two pictures look: the mean difference of a channel.
double difference(const Canvas& a, const Canvas& b) {
  double sum = 0;
  for (int y = 0; y < a.height(); ++y)
    for (int x = 0; x < a.width(); ++x)
      sum += std::abs(a.row(y)[x].red - b.row(y)[x].red) + std::abs(a.row(y)[x].green - b.row(y)[x].green) +
             std::abs(a.row(y)[x].blue - b.row(y)[x].blue);
  return sum / 3 / a.width() / a.height();
}

TEST(Picture, begins_as_clients_expect_of_a_camera) {
  const Bytes jpeg = render_jpeg(example());
  ASSERT_GT(jpeg.size(), 12u);
  EXPECT_EQ(0, std::memcmp(jpeg.data(), "\xff\xd8\xff\xe1", 4));
  EXPECT_EQ(0, std::memcmp(jpeg.data() + 6, "Exif\0\0II*\0", 10));
  EXPECT_EQ(0xD9, jpeg.back());
  for (const char* text : {"EXAMPLE CORPORATION", "EXAMPLE 1", "Ver.1.00", "2024:05:17 12:34:56"})
    EXPECT_TRUE(contains(jpeg, text)) << text;
}

TEST(Picture, has_the_size_that_was_asked_for) {
  for (const auto& [width, height] : {std::pair{6000u, 4000u}, {1601u, 1067u}, {1599u, 1067u}, {33u, 17u}, {1u, 1u}}) {
    const Bytes jpeg = render_jpeg(sized(width, height));
    const auto picture = decode_scaled(jpeg, 1 << 20, 1 << 20);
    ASSERT_TRUE(picture) << width;
    EXPECT_EQ(picture->width(), static_cast<int>(width));
    EXPECT_EQ(picture->height(), static_cast<int>(height));
  }
}

TEST(Picture, shows_the_scene_whether_written_from_pixels_or_from_eighths) {
  const Shot shot = sized(2400, 1600);
  Canvas expected(300, 200);
  paint(expected, shot);
  const auto seen = decode_scaled(render_jpeg(shot), 1, 1);
  ASSERT_TRUE(seen);
  ASSERT_EQ(seen->width(), 300);
  EXPECT_LT(difference(expected, *seen), 3);
  const auto small = decode_scaled(compress(expected, 90), 1 << 20, 1 << 20);
  ASSERT_TRUE(small);
  EXPECT_LT(difference(expected, *small), 4);
}

TEST(Picture, smoothness_makes_gradients_finer_than_blocks) {
  Canvas ramp(32, 4);
  for (int y = 0; y < 4; ++y)
    for (int x = 0; x < 32; ++x)
      ramp.row(y)[x] = {static_cast<u8>(x * 6), static_cast<u8>(x * 6), static_cast<u8>(x * 6)};
  const auto error = [&](bool smooth) {
    const auto seen = decode_scaled(compress_eighths(ramp, 256, 32, 95, smooth), 256, 32);
    double sum = 0;
    for (int x = 16; x < 240; ++x) sum += std::abs(seen->row(16)[x].green - (x - 3.5) * 6 / 8);
    return sum / 224;
  };
  EXPECT_LT(error(true), 0.8);
  EXPECT_GT(error(false), 1.2);
}

TEST(Picture, differs_by_what_is_written_in_it) {
  const auto look = [](const Shot& shot) {
    return *decode_scaled(compress(
                              [&] {
                                Canvas canvas(640, 480);
                                paint(canvas, shot);
                                return canvas;
                              }(),
                              90),
                          640, 480);
  };
  const Canvas original = look(example());
  const auto changed = [&](auto change) {
    Shot shot = example();
    change(shot);
    return difference(original, look(shot));
  };
  EXPECT_EQ(changed([](Shot&) {}), 0);
  EXPECT_GT(changed([](Shot& shot) { shot.number = 43; }), 0.05);
  EXPECT_GT(changed([](Shot& shot) { shot.iso = 100; }), 0.05);
  EXPECT_GT(changed([](Shot& shot) { shot.title = "EXAMPLE 2"; }), 0.05);
  EXPECT_GT(changed([](Shot& shot) { shot.taken.second = 57; }), 0.005);
  EXPECT_GT(changed([](Shot& shot) { shot.white_balance = "Shade"; }), 0.05);
  EXPECT_GT(changed([](Shot& shot) { shot.seed = 8; }), 3);
}

TEST(Picture, exposure_reads_as_on_a_camera) {
  Shot shot = example();
  EXPECT_EQ(exposure_line(shot), "1/4000 s  f/3.5  ISO 6400  +0.3 EV");
  shot.exposure_numerator = 13;
  shot.exposure_denominator = 10;
  shot.f_number_hundredths = 1100;
  shot.bias_thousandths = -1000;
  EXPECT_EQ(exposure_line(shot), "1.3 s  f/11  ISO 6400  -1.0 EV");
  shot.exposure_numerator = 10;
  shot.exposure_denominator = 16;
  EXPECT_EQ(exposure_line(shot), "1/1.6 s  f/11  ISO 6400  -1.0 EV");
  shot.exposure_numerator = 30;
  shot.exposure_denominator = 1;
  shot.iso = 0;
  shot.bias_thousandths = 0;
  EXPECT_EQ(exposure_line(shot), "30 s  f/11");
  EXPECT_EQ(exposure_line(Shot{}), "");
}

TEST(Picture, thumbnails_of_all_shots_have_one_size) {
  for (u64 seed = 0; seed < 20; ++seed) {
    Shot shot = example();
    shot.seed = seed;
    const Bytes jpeg = render_thumbnail(shot);
    EXPECT_EQ(jpeg.size(), thumbnail_size);
    const auto seen = decode_scaled(jpeg, 160, 120);
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->width(), 160);
    EXPECT_EQ(seen->height(), 120);
  }
}

TEST(Picture, frames_move) {
  const Bytes first = render_frame(example(), 640, 424, 0), again = render_frame(example(), 640, 424, 0);
  EXPECT_EQ(first, again);
  const auto a = decode_scaled(first, 640, 424), b = decode_scaled(render_frame(example(), 640, 424, 30), 640, 424);
  ASSERT_TRUE(a && b);
  EXPECT_GT(difference(*a, *b), 1);
}

TEST(Picture, fits_any_limit) {
  const Shot shot = sized(6000, 4000);
  for (const u64 limit : {2'000'000u, 400'000u, 100'000u, 30'000u, 9'000u, 3'000u, 1'000u, 700u}) {
    const Bytes jpeg = render_to_fit(shot, limit);
    EXPECT_LE(jpeg.size(), limit);
    EXPECT_TRUE(decode_scaled(jpeg, 1, 1)) << limit;
  }
  EXPECT_EQ(render_to_fit(shot, 100).size(), 100u);
  EXPECT_EQ(render_to_fit(shot, 0).size(), 0u);
  EXPECT_EQ(render_to_fit(shot, 2'000'000), render_jpeg(shot));
}

TEST(Picture, damaged_ones_are_no_canvas) {
  EXPECT_FALSE(decode_scaled({}, 1, 1));
  EXPECT_FALSE(decode_scaled(Bytes(1000, 0xFF), 1, 1));
  const Bytes jpeg = render_jpeg(example());
  EXPECT_FALSE(decode_scaled(View(jpeg).first(600), 1, 1));
  // Cut in the middle: the rest is grey.
  EXPECT_TRUE(decode_scaled(View(jpeg).first(jpeg.size() / 2), 1, 1));
}

}  // namespace
}  // namespace stuntcam::emulator
