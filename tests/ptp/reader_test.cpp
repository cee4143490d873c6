#include "ptp/reader.h"

#include <gtest/gtest.h>

#include "bytes_testing.h"

namespace stuntcam::ptp {
namespace {

std::string string_of(std::string_view bytes) {
  const auto raw = hex(bytes);
  Reader reader{raw};
  auto text = reader.string("Text");
  EXPECT_TRUE(reader.ok()) << reader.error()->to_string();
  EXPECT_TRUE(reader.rest().empty());
  return text;
}

TEST(ReaderTest, IntegersAreLittleEndian) {
  const auto bytes = hex("01 0203 04050607 08090A0B0C0D0E0F");
  Reader reader{bytes};
  EXPECT_EQ(reader.integer<u8>("a"), 0x01);
  EXPECT_EQ(reader.integer<u16>("b"), 0x0302);
  EXPECT_EQ(reader.integer<u32>("c"), 0x07060504u);
  EXPECT_EQ(reader.integer<u64>("d"), 0x0F0E0D0C0B0A0908u);
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.rest().empty());
}

TEST(ReaderTest, TheFirstErrorStaysAndNothingMoves) {
  const auto bytes = hex("0102030405");
  Reader reader{bytes};
  reader.integer<u32>("first");
  EXPECT_EQ(reader.integer<u16>("second"), 0);
  EXPECT_EQ(reader.integer<u8>("third"), 0);
  reader.fail("fourth", "late");
  ASSERT_TRUE(reader.error());
  EXPECT_EQ(reader.error()->to_string(), "second at byte 4: cut short");
  EXPECT_EQ(reader.offset(), 4u);
}

TEST(ReaderTest, Strings) {
  EXPECT_EQ(string_of("04 4100 4200 4300 0000"), "ABC");
  EXPECT_EQ(string_of("00"), "");
  EXPECT_EQ(string_of("01 0000"), "") << "a lone terminator";
  EXPECT_EQ(string_of("03 4100 4200 4300"), "ABC") << "no terminator";
  EXPECT_EQ(string_of("05 4100 0000 4300 4400 0000"), "A") << "stale memory behind the terminator";
  EXPECT_EQ(string_of("03 3DD8 F7DC 0000"), "\xF0\x9F\x93\xB7");
}

TEST(ReaderTest, LongestStrings) {
  auto bytes = hex("FF");
  for (int i = 0; i < 255; ++i) bytes.insert(bytes.end(), {u8{'x'}, u8{0}});
  Reader reader{bytes};
  EXPECT_EQ(reader.string("Text"), std::string(254, 'x')) << "the 255th place is the terminator's";
  EXPECT_TRUE(reader.ok());
}

TEST(ReaderTest, CutStringsNameTheirBeginning) {
  for_each_damage(hex("04 4100 4200 4300 0000"), [](const Bytes& bytes) {
    Reader reader{bytes};
    reader.string("Text");
    if (!reader.ok()) {
      EXPECT_EQ(reader.error()->offset, 0u);
    }
  });
  const auto bytes = hex("AA 04 4100");
  Reader reader{bytes};
  reader.integer<u8>("a");
  EXPECT_EQ(reader.string("Text"), "");
  EXPECT_EQ(reader.error()->to_string(), "Text at byte 1: cut short");
}

TEST(ReaderTest, CountsMustBeCovered) {
  const auto three = hex("03000000 0100 0200 0300");
  EXPECT_EQ(Reader{three}.count("List", 2), 3u);
  Reader reader{three};
  EXPECT_EQ(reader.count("List", 4), 0u);
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error()->field, "List");
  EXPECT_EQ(reader.error()->offset, 0u);
  const auto huge = hex("FFFFFFFF 0100");
  Reader lied{huge};
  EXPECT_EQ(lied.count("List", 1), 0u);
  EXPECT_FALSE(lied.ok());
  const auto empty = hex("00000000");
  EXPECT_EQ(Reader{empty}.count("List", 16), 0u);
}

}  // namespace
}  // namespace stuntcam::ptp
