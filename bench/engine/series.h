// What was measured of one thing: repetitions, and where there are many small steps, the time of each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/engine/histogram.h"

namespace stuntcam::bench {

struct Repetition {
  double seconds = 0, processor_seconds = 0;  // processor: ours
  u64 bytes = 0, items = 0;                   // what was done in that time
};

struct Series {
  std::string name;         // "download/4MiB"
  std::string item;         // what items counts: "objects", "frames"; "" where bytes count
  std::optional<u64> size;  // of the object, or of a piece, in bytes: to plot against
  std::vector<Repetition> repetitions;
  Histogram steps;      // nanoseconds each
  std::string problem;  // why there is nothing, or not all

  // Bytes or items a second, of each repetition.
  std::vector<double> rates() const;
};

}  // namespace stuntcam::bench
