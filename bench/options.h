// What all end-to-end measurements are told.
#pragma once

#include <string>
#include <vector>

#include "ptp/bytes.h"

namespace stuntcam::bench {

inline constexpr double kib = 1024, mib = 1024 * kib, gib = 1024 * mib;

struct Options {
  std::string stuntcam = STUNTCAM_PROGRAM;
  std::string json;               // where results go as well; "" = nowhere
  std::vector<std::string> rows;  // by name; none: all
  bool list = false;
  // As little as shows that it still works; what is measured then means nothing.
  bool brief = false;
  int pairs = 7;            // at the first look; as few as can tell where a median is, with three looks
  double row_seconds = 40;  // no further look that would make a row's pairs last longer: all rows in ten minutes
  std::string commit;       // what is measured, for the results

  // What a whole run and a brief one do.
  u64 object(u64 whole) const { return brief ? u64{4} << 20 : whole; }
  int times(int whole, int briefly) const { return brief ? briefly : whole; }
};

// Throws std::invalid_argument with the usage.
Options parse(const std::vector<std::string>& arguments);

}  // namespace stuntcam::bench
