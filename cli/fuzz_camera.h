// The camera that `fuzz` puts before its clients.
#pragma once

#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/recorded.h"
#include "fuzz/engine/campaign.h"
#include "transport/dialect.h"

namespace stuntcam::cli {

struct FuzzCameraOptions {
  std::string name;  // a profile or a capture, as on the command line
  std::string preset, media;
  std::vector<std::string> set;
  RecordedOptions recorded;
};

// One of its kind for every run, and the words that mean something to its clients.
struct FuzzCamera {
  fuzz::Subject subject;
  fuzz::Dictionary words;
  const transport::Dialect* dialect = &transport::standard_dialect();
};

FuzzCamera make_camera(const FuzzCameraOptions&, const Console&);  // throws Failure
// What this camera cannot suffer is said before the client runs for nothing. Throws Failure.
void check(const FuzzCamera&, const transport::FaultPlan&);

}  // namespace stuntcam::cli
