// A raw file as cameras write them: a TIFF whose first directory describes the camera and a tiny picture, with the
// EXIF, a JPEG preview and the sensor's data in directories of their own.
#include <algorithm>

#include "emulator/imaging/exif.h"
#include "emulator/imaging/render.h"

namespace stuntcam::emulator {
namespace {

// The preview, as on the camera's own screen.
constexpr u32 preview_width = 640, preview_height = 424;

TiffDirectory preview_directory(u32 offset, u32 size) {
  TiffDirectory preview;
  preview.longs(tag::subfile, {1});
  preview.shorts(tag::compression, {6});
  preview.longs(tag::jpeg_offset, {offset});
  preview.longs(tag::jpeg_size, {size});
  return preview;
}

TiffDirectory sensor_directory(const Shot& shot, u32 offset, u32 size) {
  constexpr u16 colour_filter_array = 32803;
  TiffDirectory sensor;
  sensor.longs(tag::subfile, {0});
  sensor.longs(tag::width, {shot.width});
  sensor.longs(tag::height, {shot.height});
  sensor.shorts(tag::bits, {14});
  sensor.shorts(tag::compression, {7});  // lossless JPEG, as most do: the size then says nothing about the pixels
  sensor.shorts(tag::photometric, {colour_filter_array});
  sensor.longs(tag::strip_offsets, {offset});
  sensor.shorts(tag::samples, {1});
  sensor.longs(tag::rows_per_strip, {shot.height});
  sensor.longs(tag::strip_sizes, {size});
  return sensor;
}

Bytes head(const Shot& shot, View preview_jpeg, u64 size) {
  const TiffDirectory settings = shot_directory(shot, shot.width, shot.height);
  TiffDirectory camera = camera_directory(shot);
  camera.longs(tag::sub_directories, {0, 0});
  Bytes tiff = tiff_header();
  const u32 settings_at = static_cast<u32>(tiff.size()) + camera.size();
  const u32 preview_at = settings_at + settings.size();
  const u32 sensor_at = preview_at + preview_directory(0, 0).size();
  const u32 jpeg_at = sensor_at + sensor_directory(shot, 0, 0).size();
  const u32 data_at = jpeg_at + static_cast<u32>(preview_jpeg.size());
  // TIFF counts in 32 bits: of a larger file, the rest belongs to nothing.
  const u64 data = std::min<u64>(size > data_at ? size - data_at : 0, 0xFFFFFFFF - data_at);
  camera.longs(tag::exif_directory, {settings_at});
  camera.longs(tag::sub_directories, {preview_at, sensor_at});
  camera.write(tiff);
  settings.write(tiff);
  preview_directory(jpeg_at, static_cast<u32>(preview_jpeg.size())).write(tiff);
  sensor_directory(shot, data_at, static_cast<u32>(data)).write(tiff);
  tiff.insert(tiff.end(), preview_jpeg.begin(), preview_jpeg.end());
  return tiff;
}

}  // namespace

Bytes render_raw_head(const Shot& shot, u64 size) {
  Bytes tiff = head(shot, render_thumbnail(shot, preview_width, preview_height), size);
  if (tiff.size() > size) tiff = head(shot, render_thumbnail(shot), size);
  if (tiff.size() > size) tiff = head(shot, {}, size);
  if (tiff.size() > size) tiff.resize(size);
  return tiff;
}

}  // namespace stuntcam::emulator
