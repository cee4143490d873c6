#include "pcap/capture_file.h"

#include <gtest/gtest.h>

#include "capture.h"

namespace stuntcam::pcap {
namespace {

using namespace test;

constexpr i64 second = 1'000'000'000;
const Bytes first = {1, 2, 3, 4, 5}, other = {9, 8, 7, 6};

TEST(CaptureFile, ReadsPcapInBothByteOrdersAndBothResolutions) {
  for (const bool big : {false, true}) {
    for (const bool nano : {false, true}) {
      const auto file = pcap_head(big, nano ? 0xA1B23C4D : 0xA1B2C3D4, 113) + pcap_record(big, 7, 250, first) +
                        pcap_record(big, 8, 0, other, 100);
      const auto read = read_all(file);
      ASSERT_EQ(read.frames.size(), 2u);
      EXPECT_EQ(read.frames[0].frame.number, 1u);
      EXPECT_EQ(read.frames[0].frame.time, 7 * second + (nano ? 250 : 250'000));
      EXPECT_EQ(read.frames[0].frame.link_type, LinkType::linux_sll);
      EXPECT_EQ(read.frames[0].bytes, first);
      EXPECT_EQ(read.frames[1].frame.original_size, 100u);
      ASSERT_EQ(read.warnings.size(), 1u);
      EXPECT_NE(read.warnings[0].find("snap length 65535"), std::string::npos);
    }
  }
}

TEST(CaptureFile, ReadsPcapngWithManySectionsAndInterfaces) {
  Bytes file;
  for (const bool big : {false, true})
    file = file + section(big) + interface(big, 1) + enhanced(big, 0, 3'000'001, first) + block(big, 0x0BAD, Bytes(8)) +
           interface(big, 276, 9) + enhanced(big, 1, 3 * second + 7, other) + interface(big, 101, 0x80 | 20) +
           enhanced(big, 2, (3u << 20) + (1u << 19), first);
  const auto read = read_all(file);
  EXPECT_TRUE(read.warnings.empty());
  ASSERT_EQ(read.frames.size(), 6u);
  for (const std::size_t at : {0u, 3u}) {
    EXPECT_EQ(read.frames[at].frame.time, 3 * second + 1000);
    EXPECT_EQ(read.frames[at].bytes, first);
    EXPECT_EQ(read.frames[at + 1].frame.time, 3 * second + 7);
    EXPECT_EQ(read.frames[at + 1].frame.link_type, LinkType::linux_sll2);
    EXPECT_EQ(read.frames[at + 1].bytes, other);
    EXPECT_EQ(read.frames[at + 2].frame.time, 3 * second + second / 2);
  }
}

TEST(CaptureFile, ReadsTheOlderPacketBlocks) {
  const auto obsolete = Fields{}.add(u16{0}).add(u16{0}).add(u32{0}).add(u32{5}).add(u32{5}).add(u32{5}).add(first);
  const auto simple = Fields{}.add(u32{4}).add(other);
  const auto read =
      read_all(section(false) + interface(false, 1) + block(false, 2, obsolete.bytes) + block(false, 3, simple.bytes));
  ASSERT_EQ(read.frames.size(), 2u);
  EXPECT_EQ(read.frames[0].bytes, first);
  EXPECT_EQ(read.frames[0].frame.time, 5000);
  EXPECT_EQ(read.frames[1].bytes, other);
}

TEST(CaptureFile, ReadsWhatGzipCompressed) {
  const auto read = read_all(gzipped(pcap_file({first, other})));
  ASSERT_EQ(read.frames.size(), 2u);
  EXPECT_EQ(read.frames[1].bytes, other);
}

TEST(CaptureFile, TellsWhereAFileWasCut) {
  const auto whole = pcap_file({first, other});
  for (std::size_t size = 24; size < whole.size(); ++size) {
    const auto read = read_all({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    const bool between = size == 24 || size == 24 + 16 + 5;
    EXPECT_EQ(read.warnings.size(), between ? 0u : 1u) << size;
    EXPECT_EQ(read.frames.size(), size >= 45 ? 1u : 0u) << size;
  }
  auto packed = gzipped(pcap_file(std::vector<Bytes>(50, Bytes(999, 3))));
  packed.resize(packed.size() / 2);
  EXPECT_EQ(read_all(packed).warnings.size(), 1u);
}

TEST(CaptureFile, StopsAtBlocksThatCannotBe) {
  const auto begin = section(false) + interface(false, 1) + enhanced(false, 0, 1, first);
  for (const u32 length : {0u, 8u, 13u, 0xFFFFFFF0u}) {
    const auto read = read_all(begin + Fields{}.add(u32{6}).add(length).add(Bytes(100)).bytes);
    EXPECT_EQ(read.frames.size(), 1u);
    EXPECT_EQ(read.warnings.size(), 1u);
  }
  auto longer = Fields{}.add(u32{0}).add(u64{0}).add(u32{1000}).add(u32{1000}).add(first);
  EXPECT_EQ(read_all(begin + block(false, 6, longer.bytes)).warnings.size(), 1u);
  EXPECT_EQ(read_all(begin + enhanced(false, 5, 1, first)).warnings.size(), 1u);  // no such interface
  EXPECT_EQ(read_all(pcap_head(false) + Fields{}.add(u64{0}).add(0xFFFFFFFFu).add(u32{0}).bytes).warnings.size(), 1u);
}

TEST(CaptureFile, SurvivesEveryByteBeingWrong) {
  const auto good =
      section(true) + interface(true, 1, 9, 100) + enhanced(true, 0, 1, first) + enhanced(true, 0, 2, other);
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int value : {0x00, 0x7F, 0xFF}) {
      auto bad = good;
      bad[at] = static_cast<u8>(value);
      try {
        EXPECT_LE(read_all(bad).frames.size(), 2u);
      } catch (const std::runtime_error&) {  // the magic number
        EXPECT_LT(at, 4u);
      }
    }
  }
}

TEST(CaptureFile, ThrowsForWhatIsNoCapture) {
  EXPECT_THROW(read_all({}), std::runtime_error);
  EXPECT_THROW(read_all(Bytes(100, 'x')), std::runtime_error);
  EXPECT_THROW(CaptureFile::open("/nonexistent/file", {}), std::system_error);
}

}  // namespace
}  // namespace stuntcam::pcap
