// A conversation with a Nikon D5300, which tells its events only when asked.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "emulator/vendors/nikon_codes.h"
#include "profiles/load.h"
#include "ptp/reader.h"
#include "tests/emulator/play.h"

namespace stuntcam::tests {

namespace nikon = emulator::nikon;

inline constexpr u32 first_in_sdram = 0xFFFF0001;
inline constexpr u32 without_autofocus = 0xFFFFFFFF, with_autofocus = 0xFFFFFFFE;
inline constexpr u32 to_card = 0, to_sdram = 1;

// The body as its profile has it, but with small pictures as JPEG only, and times that are easy to reckon with.
struct NikonStage : Stage {
  NikonStage() {
    profile = profiles::load("nikon-d5300").value();
    set(0x5003, "2992x2000");
    set(0x5004, "2");
    profile.timing.capture = std::chrono::milliseconds(300);
    profile.timing.autofocus = std::chrono::milliseconds(200);
    profile.timing.burst_interval = std::chrono::milliseconds(500);
    profile.timing.live_view_start = std::chrono::milliseconds(100);
  }
  void set(u16 code, std::string_view value) {
    options.set.emplace_back(code, profiles::parse_value(*profile.property(code), value).value());
  }
  void advance(int milliseconds) { clock.advance(std::chrono::milliseconds(milliseconds)); }
};

class NikonPlay : public Play {
 public:
  using Play::ask;
  using Play::Play;
  using Events = std::vector<std::pair<u16, u32>>;

  // What GetEvent tells: code and parameter of each.
  Events poll() {
    EXPECT_EQ(ask(nikon::operation::GetEvent), Code::OK);
    ptp::Reader reader(data());
    Events events(reader.integer<u16>("count"));
    for (auto& [code, param] : events) {
      code = reader.integer<u16>("code");
      param = reader.integer<u32>("parameter");
    }
    EXPECT_TRUE(reader.ok() && reader.rest().empty());
    return events;
  }
  Code ready() { return ask(nikon::operation::DeviceReady); }
  i64 get(u16 code) {
    EXPECT_EQ(ask(Op::GetDevicePropDesc, {code}), Code::OK);
    return static_cast<i64>(decoded<ptp::DevicePropDesc>().current.integer());
  }
  Bytes object(u32 handle) {
    EXPECT_EQ(ask(Op::GetObject, {handle}), Code::OK);
    return data();
  }
  Code release(u32 how, u32 where) { return ask(nikon::operation::InitiateCaptureRecInMedia, {how, where}); }
};

}  // namespace stuntcam::tests
