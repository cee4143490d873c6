// A conversation with a Nikon D5300, which tells its events only when asked.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "emulator/vendors/nikon_codes.h"
#include "ptp/reader.h"
#include "tests/emulator/body.h"

namespace stuntcam::tests {

namespace nikon = emulator::nikon;

inline constexpr u32 first_in_sdram = 0xFFFF0001;
inline constexpr u32 without_autofocus = 0xFFFFFFFF, with_autofocus = 0xFFFFFFFE;
inline constexpr u32 to_card = 0, to_sdram = 1;

// The body as its profile has it, but with small pictures as JPEG only, and times that are easy to reckon with.
struct NikonStage : BodyStage {
  NikonStage() : BodyStage("nikon-d5300") {
    set(0x5003, "2992x2000");
    set(0x5004, "2");
    round_times();
  }
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
