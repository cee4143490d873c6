// Grey TIFF files: what they say, that they are made of what the scene shows, and in any pieces.
#include <gmock/gmock.h>

#include <cmath>

#include "emulator/imaging/grey.h"
#include "tests/emulator/play.h"
#include "tests/emulator/tiff_reader.h"

namespace stuntcam::tests {
namespace {

using emulator::grey_content;
using emulator::Shot;

class Ramp final : public emulator::GreyScene {
 public:
  void samples(u32 x, u32 y, std::span<u16> out) const override {
    for (u16& sample : out) sample = static_cast<u16>((x++ + 7 * y) % 1024);
  }
};

Shot shot() {
  Shot shot;
  shot.manufacturer = "Maker";
  shot.model = "Model";
  shot.width = 101;  // odd, so that rows and samples fall apart in pieces
  shot.height = 67;
  shot.taken = {2024, 5, 6, 10, 15, 30, {}, {}};
  shot.exposure_numerator = 250;
  shot.exposure_denominator = 1'000'000;
  shot.iso = 100;
  shot.place = emulator::Place{-48.5125, 2.25, 150.25};
  shot.xmp = "<x:xmpmeta/>";
  return shot;
}

Bytes whole(const emulator::Content& content) { return bytes_of(content.slice(0, content.size())); }

TEST(ImagingGrey, IsATiffThatSaysWhatItIs) {
  const auto content = grey_content(shot(), 1023, std::make_shared<Ramp>());
  const Bytes file = whole(*content);
  const TiffFile tiff(file);
  const auto fields = tiff.directory();
  const std::map<u16, u64> expected{{256, 101}, {257, 67}, {258, 16},           {259, 1},    {262, 1},
                                    {277, 1},   {278, 67}, {279, 101 * 67 * 2}, {281, 1023}, {284, 1}};
  for (const auto& [tag, value] : expected) EXPECT_EQ(fields.at(tag).number(), value) << tag;
  EXPECT_EQ(fields.at(271).text(), "Maker");
  EXPECT_EQ(fields.at(272).text(), "Model");
  EXPECT_EQ(fields.at(306).text(), "2024:05:06 10:15:30");
  const auto& xmp = fields.at(700);
  EXPECT_EQ(std::string(xmp.raw.begin(), xmp.raw.end()), "<x:xmpmeta/>");
  EXPECT_EQ(fields.at(273).number() + fields.at(279).number(), file.size());
  const auto exif = tiff.directory(static_cast<u32>(fields.at(0x8769).number()));
  EXPECT_DOUBLE_EQ(exif.at(0x829A).rationals().at(0), 0.00025);
  EXPECT_EQ(exif.at(0x8827).number(), 100u);
}

TEST(ImagingGrey, SaysWhereItWasTaken) {
  const auto content = grey_content(shot(), 1023, std::make_shared<Ramp>());
  const Bytes file = whole(*content);
  const TiffFile tiff(file);
  const auto gps = tiff.directory(static_cast<u32>(tiff.directory().at(0x8825).number()));
  EXPECT_EQ(gps.at(1).text(), "S");
  EXPECT_THAT(gps.at(2).rationals(), testing::ElementsAre(48, 30, 45));
  EXPECT_EQ(gps.at(3).text(), "E");
  EXPECT_THAT(gps.at(4).rationals(), testing::ElementsAre(2, 15, 0));
  EXPECT_EQ(gps.at(5).number(), 0u);
  EXPECT_DOUBLE_EQ(gps.at(6).rationals().at(0), 150.25);
}

TEST(ImagingGrey, NothingOfAPlaceThatIsNotKnown) {
  Shot nowhere = shot();
  nowhere.place.reset();
  nowhere.xmp.clear();
  const Bytes file = whole(*grey_content(nowhere, 1023, std::make_shared<Ramp>()));
  const auto fields = TiffFile(file).directory();
  EXPECT_FALSE(fields.contains(0x8825));
  EXPECT_FALSE(fields.contains(700));
}

TEST(ImagingGrey, ItsSamplesAreTheScenes) {
  const Bytes file = whole(*grey_content(shot(), 1023, std::make_shared<Ramp>()));
  const auto begin = TiffFile(file).directory().at(273).number();
  for (u32 y = 0; y < 67; ++y)
    for (u32 x = 0; x < 101; ++x) {
      u16 sample = 0;
      std::memcpy(&sample, file.data() + begin + 2 * (y * 101 + x), 2);
      ASSERT_EQ(sample, (x + 7 * y) % 1024) << x << " " << y;
    }
}

TEST(ImagingGrey, AnyPieceIsThatPartOfTheWhole) {
  const auto content = grey_content(shot(), 1023, std::make_shared<Ramp>());
  const Bytes file = whole(*content);
  ASSERT_EQ(file.size(), content->size());
  for (const std::size_t piece : {1u, 3u, 202u, 203u, 1000u})
    for (std::size_t at = 0; at < file.size(); at += piece) {
      const auto size = std::min(piece, file.size() - at);
      const Bytes part = bytes_of(content->slice(at, size));
      ASSERT_TRUE(std::equal(part.begin(), part.end(), file.begin() + static_cast<std::ptrdiff_t>(at)))
          << piece << " " << at;
    }
}

TEST(ImagingGrey, HasAThumbnailAsAllPicturesHave) {
  const auto thumbnail = grey_content(shot(), 1023, std::make_shared<Ramp>())->thumbnail();
  ASSERT_TRUE(thumbnail);
  EXPECT_EQ(thumbnail->bytes.size(), emulator::thumbnail_size);
  EXPECT_EQ(thumbnail->width, emulator::thumbnail_width);
}

}  // namespace
}  // namespace stuntcam::tests
