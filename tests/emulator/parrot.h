// A conversation with a Parrot Sequoia.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "emulator/vendors/parrot_codes.h"
#include "ptp/reader.h"
#include "tests/emulator/body.h"

namespace stuntcam::tests {

namespace parrot = emulator::parrot;

inline constexpr u32 internal = 0x00010001, sd_card = 0x00020001;

struct SequoiaStage : BodyStage {
  explicit SequoiaStage(const std::string& preset = {}) : BodyStage("parrot-sequoia") { options.preset = preset; }
  void advance(double seconds) {
    clock.advance(std::chrono::duration_cast<transport::Duration>(std::chrono::duration<double>(seconds)));
  }
};

class SequoiaPlay : public Play {
 public:
  using Play::Play;

  // The numbers of a data set that begins with their count.
  template <class T = i32>
  std::vector<T> numbers(ptp::OperationCode operation, std::vector<u32> params = {}) {
    EXPECT_EQ(ask(operation, std::move(params)), Code::OK);
    ptp::Reader reader(data());
    std::vector<T> values(reader.count("count", sizeof(T)));
    for (auto& value : values) value = reader.integer<T>("value");
    EXPECT_TRUE(reader.ok() && reader.rest().empty());
    return values;
  }
  u32 number(ptp::OperationCode operation, std::vector<u32> params = {}) {
    EXPECT_EQ(ask(operation, std::move(params)), Code::OK);
    EXPECT_EQ(data().size(), 4u);
    return ptp::Reader(data()).integer<u32>("value");
  }
  u32 status() { return number(parrot::operation::GetStatusMask); }
  ptp::Value get(u16 code) {
    EXPECT_EQ(ask(Op::GetDevicePropDesc, {code}), Code::OK);
    return decoded<ptp::DevicePropDesc>().current;
  }
  template <class T>
  Code set(u16 code, T value) {
    return send(Op::SetDevicePropValue, {code}, bytes(value));
  }
  Code set(u16 code, ptp::DataType type, std::vector<i128> values) {
    return send(Op::SetDevicePropValue, {code}, ptp::Value(type, std::move(values)).bytes());
  }
  Bytes object(u32 handle) {
    EXPECT_EQ(ask(Op::GetObject, {handle}), Code::OK);
    return data();
  }
  // The objects that events have told of since the last look, folders left out.
  std::vector<ptp::ObjectInfo> added() {
    std::vector<ptp::ObjectInfo> files;
    handles_added.clear();
    for (const auto& each : events()) {
      if (each.code != static_cast<u16>(Event::ObjectAdded)) continue;
      const auto told = info(each.params[0]);
      if (told.object_format == 0x3001) continue;
      files.push_back(told);
      handles_added.push_back(each.params[0]);
    }
    return files;
  }
  std::vector<u32> handles_added;
};

}  // namespace stuntcam::tests
