#include "emulator/vendors/parrot_geotag.h"

#include <cmath>
#include <numbers>

#include "ptp/reader.h"

namespace stuntcam::emulator::parrot {

std::optional<Geotag> parse_geotag(View data) {
  if (data.size() != geotag_size) return std::nullopt;
  ptp::Reader reader(data);
  reader.integer<u32>("validity");
  reader.integer<i64>("timestamp");
  Geotag tag;
  tag.place.latitude = reader.integer<i32>("latitude") * 1e-7;
  tag.place.longitude = reader.integer<i32>("longitude") * 1e-7;
  tag.place.altitude = reader.integer<i32>("altitude") * 1e-3;
  for (const char* const field : {"satellites", "accuracy", "vertical accuracy"}) reader.integer<u32>(field);
  for (const char* const field : {"north", "east", "up"}) reader.integer<i32>(field);
  const auto angle = [&](const char* field) { return reader.integer<i32>(field) * 1e-3 * std::numbers::pi / 180; };
  tag.attitude.roll = angle("roll");
  tag.attitude.pitch = angle("pitch");
  tag.attitude.yaw = angle("yaw");
  if (std::abs(tag.place.latitude) > 90 || std::abs(tag.place.longitude) > 180) return std::nullopt;
  return tag;
}

}  // namespace stuntcam::emulator::parrot
