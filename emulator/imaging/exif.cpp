#include "emulator/imaging/exif.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace stuntcam::emulator {
namespace {
constexpr std::array<u8, 6> exif_mark{'E', 'x', 'i', 'f', 0, 0};
constexpr u16 srgb = 1, uncalibrated = 0xFFFF;

std::string exif_date(const ptp::DateTime& date) {
  return fmt::format("{:04}:{:02}:{:02} {:02}:{:02}:{:02}", date.year, date.month, date.day, date.hour, date.minute,
                     date.second);
}

bool automatic(std::string_view white_balance) {
  const auto lower = [](char letter) { return static_cast<char>(letter | 0x20); };
  return white_balance.size() >= 4 && std::equal(white_balance.begin(), white_balance.begin() + 4, "auto",
                                                 [&](char a, char b) { return lower(a) == b; });
}
}  // namespace

TiffDirectory camera_directory(const Shot& shot) {
  TiffDirectory directory;
  directory.ascii(0x010F, shot.manufacturer);
  directory.ascii(0x0110, shot.model);
  directory.shorts(0x0112, {static_cast<u16>(shot.orientation)});
  directory.rational(0x011A, 300, 1);  // dots per inch, as cameras say
  directory.rational(0x011B, 300, 1);
  directory.shorts(0x0128, {2});
  directory.ascii(0x0131, shot.software);
  directory.ascii(0x0132, exif_date(shot.taken));
  directory.shorts(0x0213, {2});  // colour samples sit beside each other
  directory.longs(tag::exif_directory, {0});
  return directory;
}

TiffDirectory shot_directory(const Shot& shot, u32 width, u32 height) {
  TiffDirectory directory;
  if (shot.exposure_numerator != 0 && shot.exposure_denominator != 0)
    directory.rational(0x829A, shot.exposure_numerator, shot.exposure_denominator);
  if (shot.f_number_hundredths != 0) directory.rational(0x829D, shot.f_number_hundredths, 100);
  if (shot.iso != 0) directory.shorts(0x8827, {static_cast<u16>(std::min(shot.iso, u32{65535}))});
  directory.undefined(0x9000, std::array<u8, 4>{'0', '2', '3', '0'});
  directory.ascii(0x9003, exif_date(shot.taken));
  directory.ascii(0x9004, exif_date(shot.taken));
  if (shot.taken.tenths) {
    directory.ascii(0x9291, fmt::format("{}", *shot.taken.tenths));
    directory.ascii(0x9292, fmt::format("{}", *shot.taken.tenths));
  }
  directory.undefined(0x9101, std::array<u8, 4>{1, 2, 3, 0});
  directory.signed_rational(0x9204, shot.bias_thousandths, 1000);
  if (shot.focal_length_hundredths != 0) directory.rational(0x920A, shot.focal_length_hundredths, 100);
  directory.longs(0x9211, {shot.number});
  directory.undefined(0xA000, std::array<u8, 4>{'0', '1', '0', '0'});
  directory.shorts(0xA001, {shot.adobe_rgb ? uncalibrated : srgb});
  directory.longs(0xA002, {width});
  directory.longs(0xA003, {height});
  if (!shot.white_balance.empty()) directory.shorts(0xA403, {static_cast<u16>(automatic(shot.white_balance) ? 0 : 1)});
  return directory;
}

TiffDirectory place_directory(const Place& place) {
  constexpr u32 unit = 100'000;  // of a second of arc: 0.3 mm
  TiffDirectory directory;
  directory.bytes(0x0000, std::array<u8, 4>{2, 3, 0, 0});
  const auto angle = [&](u16 ref, double degrees, std::string_view positive, std::string_view negative) {
    directory.ascii(ref, degrees < 0 ? negative : positive);
    const auto units = static_cast<u64>(std::llround(std::abs(degrees) * 3600 * unit));
    directory.rationals(static_cast<u16>(ref + 1), {{static_cast<u32>(units / unit / 3600), 1},
                                                    {static_cast<u32>(units / unit / 60 % 60), 1},
                                                    {static_cast<u32>(units % (u64{60} * unit)), unit}});
  };
  angle(0x0001, place.latitude, "N", "S");
  angle(0x0003, place.longitude, "E", "W");
  directory.bytes(0x0005, std::array<u8, 1>{static_cast<u8>(place.altitude < 0 ? 1 : 0)});
  directory.rational(0x0006, static_cast<u32>(std::lround(std::abs(place.altitude) * 1000)), 1000);
  directory.ascii(0x0012, "WGS-84");
  return directory;
}

Bytes exif_segment(const Shot& shot, u32 width, u32 height, View thumbnail) {
  TiffDirectory camera = camera_directory(shot);
  if (shot.place) camera.longs(tag::gps_directory, {0});
  const TiffDirectory settings = shot_directory(shot, width, height);
  Bytes tiff = tiff_header();
  const u32 settings_at = static_cast<u32>(tiff.size()) + camera.size();
  const u32 place_at = settings_at + settings.size();
  const auto place = shot.place ? std::optional(place_directory(*shot.place)) : std::nullopt;
  const u32 thumbnail_directory_at = place_at + (place ? place->size() : 0);
  camera.longs(tag::exif_directory, {settings_at});
  if (place) camera.longs(tag::gps_directory, {place_at});
  camera.write(tiff, thumbnail.empty() ? 0 : thumbnail_directory_at);
  settings.write(tiff);
  if (place) place->write(tiff);
  if (!thumbnail.empty()) {
    TiffDirectory small;
    small.shorts(tag::compression, {6});  // JPEG
    small.rational(0x011A, 300, 1);
    small.rational(0x011B, 300, 1);
    small.shorts(0x0128, {2});
    small.longs(tag::jpeg_offset, {0});
    small.longs(tag::jpeg_size, {static_cast<u32>(thumbnail.size())});
    small.longs(tag::jpeg_offset, {thumbnail_directory_at + small.size()});
    small.write(tiff);
    tiff.insert(tiff.end(), thumbnail.begin(), thumbnail.end());
  }
  tiff.insert(tiff.begin(), exif_mark.begin(), exif_mark.end());
  return tiff;
}

}  // namespace stuntcam::emulator
