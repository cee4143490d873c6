#include <gtest/gtest.h>

#include <algorithm>

#include "emulator/imaging/noise.h"
#include "emulator/imaging/picture.h"
#include "emulator/storage/dcf.h"
#include "emulator/storage/names.h"
#include "emulator/storage/photo.h"

namespace stuntcam::emulator {
namespace {

Bytes example() {
  Shot shot;
  shot.taken = {2019, 8, 7, 6, 5, 4, {}, {}};
  return render_jpeg(shot);
}

TEST(Photo, facts_of_a_camera_picture) {
  const auto facts = photo_facts(example());
  EXPECT_EQ(facts.width, 640u);
  EXPECT_EQ(facts.height, 480u);
  EXPECT_EQ(facts.taken, (ptp::DateTime{2019, 8, 7, 6, 5, 4, {}, {}}));
  ASSERT_TRUE(facts.thumbnail);
  EXPECT_EQ(facts.thumbnail->width, 160u);
  EXPECT_EQ(facts.thumbnail->height, 120u);
}

TEST(Photo, facts_of_a_png) {
  const Bytes png{0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 2, 1, 0, 0, 1, 3};
  EXPECT_EQ(photo_facts(png).width, 513u);
  EXPECT_EQ(photo_facts(png).height, 259u);
}

TEST(Photo, an_impossible_date_is_none) {
  Bytes jpeg = example();
  const std::string_view date = "2019:08:07";
  for (auto at = jpeg.begin();;) {
    at = std::search(at, jpeg.end(), date.begin(), date.end());
    if (at == jpeg.end()) break;
    at[8] = '4';  // the 47th
  }
  EXPECT_FALSE(photo_facts(jpeg).taken);
}

TEST(Photo, every_prefix_and_many_changes_are_survived) {
  const Bytes jpeg = example();
  const View head = View(jpeg).first(std::min<std::size_t>(jpeg.size(), 12'000));
  for (std::size_t size = 0; size < 1200; ++size) photo_facts(head.first(size));
  Bytes changed(head.begin(), head.end());
  // The EXIF directories are within the first 800 bytes.
  for (std::size_t at = 0; at < 800; ++at)
    for (const u8 value : {u8{0}, u8{0x7F}, u8{0xFF}}) {
      const u8 before = std::exchange(changed[at], value);
      photo_facts(changed);
      changed[at] = before;
    }
  EXPECT_EQ(photo_facts(changed).width, 640u);
}

TEST(Names, formats_by_extension) {
  EXPECT_EQ(format_of("A.JPG"), 0x3801);
  EXPECT_EQ(format_of("a.b.jpeg"), 0x3801);
  EXPECT_EQ(format_of("x.Mov"), 0x300D);
  EXPECT_EQ(format_of("x.avi"), 0x300A);
  EXPECT_EQ(format_of("x.mp4"), 0xB982);
  EXPECT_EQ(format_of("x.tif"), 0x380D);
  EXPECT_EQ(format_of("x.dng"), 0x3811);
  EXPECT_EQ(format_of("x.CR3", ptp::Vendor::canon), 0xB108);
  EXPECT_EQ(format_of("x.raf", ptp::Vendor::fuji), 0xB103);
  EXPECT_EQ(format_of("x.mov", ptp::Vendor::canon), 0x300D);
  EXPECT_EQ(format_of("x.CR3", ptp::Vendor::nikon), 0x3000);
  EXPECT_EQ(format_of("x.12289", ptp::Vendor::canon), 0x3000);
  EXPECT_EQ(format_of("x.0xB108", ptp::Vendor::canon), 0x3000);
  EXPECT_EQ(format_of("x.association", ptp::Vendor::canon), 0x3000);
  EXPECT_EQ(format_of("x.nef"), 0x3000);
  EXPECT_EQ(format_of("jpg"), 0x3000);
  EXPECT_EQ(format_of(""), 0x3000);
}

TEST(Names, long_ones_are_shortened_and_stay_apart) {
  const std::string a = std::string(250, 'x') + "a.JPG", b = std::string(250, 'x') + "b.JPG";
  EXPECT_NE(shown_name(a), shown_name(b));
  EXPECT_LE(shown_name(a).size(), 254u);
  EXPECT_TRUE(shown_name(a).ends_with(".JPG"));
  EXPECT_EQ(shown_name(std::string(254, 'x')), std::string(254, 'x'));
}

TEST(Dcf, folder_and_file_numbers) {
  EXPECT_EQ(dcf::folder_number("100D5300"), 100u);
  EXPECT_EQ(dcf::folder_number("999_____"), 999u);
  for (const char* name : {"099ABCDE", "100ABCD", "100ABCDEF", "ABCDEFGH", "100AB DE", "1x0ABCDE", ""})
    EXPECT_EQ(dcf::folder_number(name), 0u) << name;
  EXPECT_EQ(dcf::file_number("DSC_0042.JPG", "DSC_"), 42u);
  EXPECT_EQ(dcf::file_number("DSC_0042", "DSC_"), 42u);
  for (const char* name : {"DSC_00421.JPG", "DSC_042.JPG", "IMG_0042.JPG", "DSC_00x2.JPG", "DSC_"})
    EXPECT_EQ(dcf::file_number(name, "DSC_"), 0u) << name;
  EXPECT_EQ(dcf::letters("D5300"), "D5300");
  EXPECT_EQ(dcf::letters("M 10-x"), "M10X_");
}

}  // namespace
}  // namespace stuntcam::emulator
