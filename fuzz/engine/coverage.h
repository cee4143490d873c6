// The edges that a client took, when it was built with -fsanitize-coverage=trace-pc-guard and linked with
// fuzz/engine/client_coverage.c (docs/fuzzing.md).
#pragma once

#include <string>
#include <vector>

#include "ptp/bytes.h"

namespace stuntcam::fuzz {

// As client_coverage.c has it.
inline constexpr std::size_t coverage_size = 64 << 10;

class Coverage {
 public:
  Coverage();
  ~Coverage();
  Coverage(const Coverage&) = delete;
  Coverage& operator=(const Coverage&) = delete;
  // For the client's environment: the file that it maps.
  std::string variable() const;
  void clear();
  // Each edge that was taken, with how often, roughly; none when the client tells nothing.
  std::vector<u64> features() const;

 private:
  int descriptor_ = -1;
  u8* map_ = nullptr;
};

}  // namespace stuntcam::fuzz
