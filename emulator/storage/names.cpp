#include "emulator/storage/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "emulator/imaging/noise.h"
#include "ptp/text.h"

namespace stuntcam::emulator {
namespace {

constexpr std::array<std::pair<std::string_view, u16>, 32> formats{{
    {"aif", 0x3007},  {"aiff", 0x3007}, {"asf", 0x300C},  {"avi", 0x300A},  {"bmp", 0x3804}, {"dng", 0x3811},
    {"flac", 0xB906}, {"gif", 0x3807},  {"htm", 0x3005},  {"html", 0x3005}, {"jp2", 0x380F}, {"jpe", 0x3801},
    {"jpeg", 0x3801}, {"jpg", 0x3801},  {"jpx", 0x3810},  {"m4a", 0xB215},  {"mov", 0x300D}, {"mp3", 0x3009},
    {"mp4", 0xB982},  {"mpeg", 0x300B}, {"mpg", 0x300B},  {"mrk", 0x3006},  {"ogg", 0xB902}, {"pcd", 0x3809},
    {"png", 0x380B},  {"tif", 0x380D},  {"tiff", 0x380D}, {"txt", 0x3004},  {"wav", 0x3008}, {"wma", 0xB901},
    {"wmv", 0xB981},  {"3gp", 0xB984},
}};

constexpr std::size_t max_units = 254;      // a PTP string counts 255 with its terminator
constexpr std::size_t max_disk_name = 255;  // bytes, on every file system of Linux

bool continuation(char byte) { return (static_cast<u8>(byte) & 0xC0) == 0x80; }

std::string lower(std::string_view text) {
  std::string letters(text);
  for (char& letter : letters)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return letters;
}

u32 fingerprint(std::string_view text) {
  u64 hash = 0;
  for (const char character : text) hash = mixed(hash ^ static_cast<u8>(character));
  return static_cast<u32>(hash);
}

}  // namespace

std::string numbered_name(std::string_view pattern, u32 number) {
  const auto percent = pattern.find('%');
  const auto end = pattern.find('u', percent == pattern.npos ? pattern.size() : percent);
  if (end == pattern.npos) return std::string(pattern);
  std::size_t width = 0;
  for (const char digit : pattern.substr(percent + 1, end - percent - 1))
    if (digit >= '0' && digit <= '9')
      width = std::min<std::size_t>(width * 10 + static_cast<std::size_t>(digit - '0'), 64);
  auto digits = std::to_string(number);
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return fmt::format("{}{}{}", pattern.substr(0, percent), digits, pattern.substr(end + 1));
}

u16 format_of(std::string_view name, ptp::Vendor vendor) {
  constexpr u16 undefined = 0x3000;
  const auto dot = name.rfind('.');
  if (dot == name.npos) return undefined;
  const std::string extension = lower(name.substr(dot + 1));
  const auto found =
      std::find_if(formats.begin(), formats.end(), [&](const auto& each) { return each.first == extension; });
  if (found != formats.end()) return found->second;
  // Vendors' raw formats are called as their files end: CR3, RAF, ORF. The standard's names are no extensions.
  constexpr u16 first_of_vendors = 0xB000;
  const auto own = ptp::parse_code<ptp::FormatCode>(extension, vendor);
  if (!own || static_cast<u16>(*own) < first_of_vendors || lower(ptp::name(*own, vendor)) != extension)
    return undefined;
  return static_cast<u16>(*own);
}

std::string shown_name(std::string_view on_disk) {
  std::u16string units = ptp::utf16_from_utf8(on_disk);
  if (units.size() > max_units) {
    const auto tail = ptp::utf16_from_utf8(fmt::format("~{:08X}", fingerprint(on_disk)));
    const auto dot = units.rfind(u'.');
    // An extension worth keeping is short.
    const std::u16string extension = dot != units.npos && units.size() - dot <= 8 ? units.substr(dot) : u"";
    std::size_t keep = max_units - tail.size() - extension.size();
    if ((units[keep - 1] & 0xFC00) == 0xD800) --keep;  // not half of a pair
    units = units.substr(0, keep) + tail + extension;
  }
  return ptp::utf8_from_utf16(units);
}

std::string safe_name(std::string_view given) {
  std::string name(given);
  for (char& character : name)
    if (character == '/' || static_cast<u8>(character) < 0x20 || character == 0x7F) character = '_';
  if (name.empty()) name = "_";
  if (name.front() == '.') name.front() = '_';
  if (name.size() > max_disk_name) {
    std::size_t keep = max_disk_name;
    while (continuation(name[keep])) --keep;
    name.resize(keep);
  }
  return name;
}

bool hidden_name(std::string_view name) { return name.empty() || name.front() == '.'; }

}  // namespace stuntcam::emulator
