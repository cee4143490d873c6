// A built-in camera on a stage, and times of it that are easy to reckon with.
#pragma once

#include <string>
#include <string_view>

#include "profiles/load.h"
#include "tests/emulator/play.h"

namespace stuntcam::tests {

struct BodyStage : Stage {
  explicit BodyStage(const std::string& camera) { profile = profiles::load(camera).value(); }
  // By name or number, as with --set.
  void set(u16 code, std::string_view value) {
    options.set.emplace_back(code, profiles::parse_value(*profile.property(code), value).value());
  }
  void advance(int milliseconds) { clock.advance(std::chrono::milliseconds(milliseconds)); }
  void round_times() {
    profile.timing.capture = std::chrono::milliseconds(300);
    profile.timing.autofocus = std::chrono::milliseconds(200);
    profile.timing.burst_interval = std::chrono::milliseconds(500);
    profile.timing.live_view_start = std::chrono::milliseconds(100);
  }
};

}  // namespace stuntcam::tests
