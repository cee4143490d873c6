#include "ptp/text.h"

#include <gtest/gtest.h>

namespace stuntcam::ptp {
namespace {

TEST(TextTest, EveryCharacterSurvives) {
  for (char32_t c = 1; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 61) {
    std::u16string text;
    if (c < 0x10000) {
      text = static_cast<char16_t>(c);
    } else {
      text = {static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10)),
              static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF))};
    }
    ASSERT_EQ(utf16_from_utf8(utf8_from_utf16(text)), text) << static_cast<u32>(c);
  }
}

TEST(TextTest, KnownEncodings) {
  EXPECT_EQ(utf8_from_utf16(u"A\u00e9\u20ac\U0001F4F7"), "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x93\xB7");
  EXPECT_EQ(utf16_from_utf8("\xF0\x9F\x93\xB7"), u"\U0001F4F7");
  EXPECT_EQ(utf16_from_utf8(""), u"");
}

TEST(TextTest, UnpairedSurrogatesSurvive) {
  for (const std::u16string& text : {std::u16string{char16_t{0xD800}}, std::u16string{char16_t{0xDFFF}, u'a'},
                                     std::u16string{char16_t{0xDC00}, char16_t{0xD800}}}) {
    EXPECT_EQ(utf16_from_utf8(utf8_from_utf16(text)), text);
  }
}

TEST(TextTest, MalformedBytesBecomeReplacementCharacters) {
  EXPECT_EQ(utf16_from_utf8("a\xFFz"), u"a\uFFFDz");
  EXPECT_EQ(utf16_from_utf8("\x80"), u"\uFFFD");
  EXPECT_EQ(utf16_from_utf8("\xE2\x82"), u"\uFFFD\uFFFD");
  EXPECT_EQ(utf16_from_utf8("\xC0\x80"), u"\uFFFD\uFFFD") << "overlong";
  EXPECT_EQ(utf16_from_utf8("\xF4\x90\x80\x80"), u"\uFFFD\uFFFD\uFFFD\uFFFD") << "above U+10FFFF";
}

TEST(TextTest, ValidUtf8ReplacesWhatIsNone) {
  EXPECT_EQ(valid_utf8("A\xC3\xA9\xF0\x9F\x93\xB7"), "A\xC3\xA9\xF0\x9F\x93\xB7");
  EXPECT_EQ(valid_utf8("a\xED\xA0\x80z"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(valid_utf8("\xFF"), "\xEF\xBF\xBD");
}

TEST(TextTest, PrintableLeavesNothingThatMovesACursor) {
  EXPECT_EQ(printable("A\xC3\xA9 \xC2\xA0~\xF0\x9F\x93\xB7"), "A\xC3\xA9 \xC2\xA0~\xF0\x9F\x93\xB7");
  EXPECT_EQ(printable("\x1B[2J\r\n\t\x7F"), "_[2J____");
  EXPECT_EQ(printable("\xC2\x9BK\xC2\x80\xC2\x9F"), "_K__") << "a terminal takes U+009B for ESC [";
  EXPECT_EQ(printable("\x9BK"), "\xEF\xBF\xBDK");
  EXPECT_EQ(printable("\xED\xA0\x80"), "\xEF\xBF\xBD");
}

TEST(TextTest, StringContentEndsAtNulAndFits) {
  EXPECT_EQ(string_content(u""), u"");
  EXPECT_EQ(string_content(std::u16string_view(u"ab\0cd", 5)), u"ab");
  EXPECT_EQ(string_content(std::u16string(255, u'x')).size(), 254u);
  const auto pair_at_the_end = std::u16string(253, u'x') + u"\U0001F4F7";
  EXPECT_EQ(string_content(pair_at_the_end).size(), 253u);
  EXPECT_EQ(string_content(std::u16string(252, u'x') + u"\U0001F4F7").size(), 254u);
}

}  // namespace
}  // namespace stuntcam::ptp
