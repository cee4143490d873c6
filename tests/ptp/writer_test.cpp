#include "ptp/writer.h"

#include <gtest/gtest.h>

#include "bytes_testing.h"
#include "ptp/reader.h"

namespace stuntcam::ptp {
namespace {

Bytes string_bytes(std::string_view text) {
  Bytes out;
  Writer{out}.string(text);
  return out;
}

TEST(WriterTest, IntegersAreLittleEndian) {
  Bytes out;
  Writer writer{out};
  writer.integer(u8{1});
  writer.integer(u16{0x0302});
  writer.integer(u32{0x07060504});
  writer.bytes(hex("0809"));
  EXPECT_EQ(out, hex("01 0203 04050607 0809"));
}

TEST(WriterTest, Strings) {
  EXPECT_EQ(string_bytes("ABC"), hex("04 4100 4200 4300 0000"));
  EXPECT_EQ(string_bytes(""), hex("00"));
  EXPECT_EQ(string_bytes(std::string_view("A\0B", 3)), hex("02 4100 0000"));
  EXPECT_EQ(string_bytes("\xF0\x9F\x93\xB7"), hex("03 3DD8 F7DC 0000"));
}

TEST(WriterTest, LongStringsAreCutNeverInsideACharacter) {
  for (const std::size_t length : {253u, 254u, 255u, 300u, 70000u}) {
    const auto text = std::string(length, 'x') + "\xF0\x9F\x93\xB7";
    const auto bytes = string_bytes(text);
    Reader reader{bytes};
    EXPECT_EQ(reader.string("Text"), std::string(std::min<std::size_t>(length, 254), 'x'));
    EXPECT_TRUE(reader.ok() && reader.rest().empty());
    EXPECT_EQ(bytes.at(bytes.size() - 1), 0);
    EXPECT_EQ(bytes.at(bytes.size() - 2), 0);
  }
}

}  // namespace
}  // namespace stuntcam::ptp
