#include "ptp/text.h"

#include <algorithm>

namespace stuntcam::ptp {

namespace {

constexpr char32_t replacement = 0xFFFD;

bool high_surrogate(char32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool low_surrogate(char32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

void append_utf8(std::string& out, char32_t c) {
  const auto byte = [&](char32_t value) { out.push_back(static_cast<char>(static_cast<u8>(value))); };
  if (c < 0x80) return byte(c);
  if (c < 0x800) {
    byte(0xC0 | c >> 6);
  } else {
    if (c < 0x10000) {
      byte(0xE0 | c >> 12);
    } else {
      byte(0xF0 | c >> 18);
      byte(0x80 | (c >> 12 & 0x3F));
    }
    byte(0x80 | (c >> 6 & 0x3F));
  }
  byte(0x80 | (c & 0x3F));
}

// Takes one character off the front of `text`, or one byte when that is not UTF-8. Surrogates pass.
char32_t take_utf8(std::string_view& text) {
  const auto at = [&](std::size_t i) { return static_cast<u8>(text[i]); };
  const u8 lead = at(0);
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  char32_t c = length == 1 ? lead : lead & (0x7F >> length);
  const char32_t least = length == 1 ? 0 : length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  bool good = (lead < 0x80 || lead >= 0xC0) && lead < 0xF8 && text.size() >= length;
  for (std::size_t i = 1; good && i < length; ++i) {
    good = (at(i) & 0xC0) == 0x80;
    c = c << 6 | (at(i) & 0x3F);
  }
  good = good && c >= least && c <= 0x10FFFF;
  text.remove_prefix(good ? length : 1);
  return good ? c : replacement;
}

}  // namespace

std::string utf8_from_utf16(std::u16string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char32_t c = text[i];
    if (high_surrogate(c) && i + 1 < text.size() && low_surrogate(text[i + 1])) {
      c = 0x10000 + ((c - 0xD800) << 10) + (text[++i] - 0xDC00);
    }
    append_utf8(out, c);
  }
  return out;
}

std::u16string utf16_from_utf8(std::string_view text) {
  std::u16string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto c = take_utf8(text);
    if (c < 0x10000) {
      out.push_back(static_cast<char16_t>(c));
    } else {
      out.push_back(static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10)));
      out.push_back(static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF)));
    }
  }
  return out;
}

std::string valid_utf8(std::string_view text) {
  auto units = utf16_from_utf8(text);
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (high_surrogate(units[i]) && i + 1 < units.size() && low_surrogate(units[i + 1])) {
      ++i;
    } else if (high_surrogate(units[i]) || low_surrogate(units[i])) {
      units[i] = static_cast<char16_t>(replacement);
    }
  }
  return utf8_from_utf16(units);
}

std::string printable(std::string_view text) {
  auto units = utf16_from_utf8(valid_utf8(text));
  std::ranges::replace_if(units, [](char16_t unit) { return unit < 0x20 || (unit >= 0x7F && unit < 0xA0); }, u'_');
  return utf8_from_utf16(units);
}

std::u16string_view string_content(std::u16string_view units) {
  auto content = units.substr(0, std::min(units.find(u'\0'), max_string_units));
  const bool cut = content.size() == max_string_units && units.size() > max_string_units;
  if (cut && high_surrogate(content.back()) && low_surrogate(units[max_string_units])) content.remove_suffix(1);
  return content;
}

}  // namespace stuntcam::ptp
