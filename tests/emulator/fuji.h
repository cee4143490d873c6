// A conversation with a Fujifilm X-T1.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "emulator/vendors/fuji_codes.h"
#include "profiles/load.h"
#include "tests/emulator/play.h"

namespace stuntcam::tests {

namespace fuji = emulator::fuji;

inline Bytes hex(std::string_view text) {
  Bytes out;
  std::string digits;
  for (const char c : text)
    if (c != ' ' && c != '\n') digits += c;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    out.push_back(static_cast<u8>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  return out;
}

struct XT1 : Stage {
  explicit XT1(std::string preset = {}) {
    profile = profiles::load("fujifilm-x-t1").value();
    profile.timing.capture = std::chrono::milliseconds(300);
    profile.timing.autofocus = std::chrono::milliseconds(200);
    options.preset = std::move(preset);
  }
  void set(u16 code, std::string_view value) {
    options.set.emplace_back(code, profiles::parse_value(*profile.property(code), value).value());
  }
};

class FujiPlay : public Play {
 public:
  using Play::ask;
  using Play::Play;
  Code remote() {
    EXPECT_EQ(send(Op::SetDevicePropValue, {fuji::property::ClientState}, bytes<u16>(5)), Code::OK);
    EXPECT_EQ(ask(Op::GetDevicePropValue, {fuji::property::RemoteVersion}), Code::OK);
    EXPECT_EQ(data(), bytes<u32>(0x00020001));
    EXPECT_EQ(send(Op::SetDevicePropValue, {fuji::property::RemoteVersion}, data()), Code::OK);
    return ask(Op::InitiateOpenCapture, {0, 0});
  }
  Bytes get(u16 code) {
    EXPECT_EQ(ask(Op::GetDevicePropValue, {code}), Code::OK);
    EXPECT_TRUE(had_data());
    return data();
  }
  Code set(u16 code, const Bytes& value) { return send(Op::SetDevicePropValue, {code}, value); }
};

}  // namespace stuntcam::tests
