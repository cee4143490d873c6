// A path through the air, as GPX files have it.
#include <stdexcept>

#include "emulator/vendors/parrot_gpx.h"
#include "fuzz/targets/input.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stuntcam;
  using namespace stuntcam::fuzz;
  try {
    const auto points = emulator::parrot::parse_gpx(text(View(data, size)), "tour.gpx");
    require(points.size() >= 2, "a path has two points");
    for (const auto& point : points)
      require(point.time.has_value() == points.front().time.has_value(), "all points have a time, or none");
  } catch (const std::invalid_argument& error) {
    require(error.what()[0] != '\0', "who refuses a path says why");
  }
  return 0;
}
