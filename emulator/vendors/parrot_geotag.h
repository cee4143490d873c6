// SetGeotag's data: where somebody else says that the next picture is taken.
#pragma once

#include <optional>

#include "emulator/imaging/picture.h"
#include "emulator/vendors/parrot_flight.h"
#include "ptp/bytes.h"

namespace stuntcam::emulator::parrot {

inline constexpr std::size_t geotag_size = 60;

struct Geotag {
  Place place;
  Attitude attitude;
};
// nullopt: not 60 bytes, or a place that is not on earth. The bits of the validity mask are not known: all fields are
// taken (assumed).
std::optional<Geotag> parse_geotag(View);

}  // namespace stuntcam::emulator::parrot
