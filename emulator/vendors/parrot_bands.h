// The four narrow bands and what they see: a field of crops, the same ground from wherever it is looked at.
#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "emulator/imaging/grey.h"
#include "emulator/vendors/parrot_flight.h"

namespace stuntcam::emulator::parrot {

struct Band {
  std::string_view suffix, name;  // of the file; of the band
  int wavelength, width;          // nm
};
const Band& band(std::size_t index);  // green, red, red edge, near infrared

// How a sensor exposed.
struct Exposure {
  u32 microseconds = 0, iso = 100;
};
// What the automatic makes of that light.
Exposure automatic_exposure(double daylight);

// Where the camera was and what light there was.
struct Viewpoint {
  Vector position;
  double heading = 0;
  double daylight = 1;
};
// The ground in one band; `most` is the greatest sample.
std::shared_ptr<const GreyScene> ground(const Viewpoint&, std::size_t band, const Exposure&, u16 most, u32 width,
                                        u32 height, u64 seed);

// Metres of ground that a picture covers in the direction of flight.
double footprint(double height);

}  // namespace stuntcam::emulator::parrot
