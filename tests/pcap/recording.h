// Reads what a recorder wrote, block by block, without the reader of the library.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "ptp/bytes.h"

namespace stuntcam::test {

struct RecordedPacket {
  u64 time = 0;
  u16 link_type = 0;
  u32 original_size = 0;
  Bytes frame;
  std::string comment;
};

inline std::vector<RecordedPacket> recorded_packets(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const Bytes all{std::istreambuf_iterator<char>(in), {}};
  std::vector<RecordedPacket> list;
  std::vector<u16> interfaces;
  for (View rest = all; !rest.empty();) {
    const auto word = [&](std::size_t at) {
      u32 value = 0;
      std::memcpy(&value, rest.subspan(at, 4).data(), 4);
      return value;
    };
    const auto length = word(4);
    EXPECT_EQ(length, word(length - 4));
    EXPECT_EQ(length % 4, 0u);
    if (word(0) == 1) interfaces.push_back(static_cast<u16>(word(8)));
    if (word(0) == 6) {
      RecordedPacket packet;
      packet.link_type = interfaces.at(word(8));
      packet.time = u64{word(12)} << 32 | word(16);
      packet.frame.assign(rest.begin() + 28, rest.begin() + 28 + word(20));
      packet.original_size = word(24);
      const auto options = 28 + (word(20) + 3) / 4 * 4;
      if (options + 4 < length)
        packet.comment.assign(rest.begin() + options + 4, rest.begin() + options + 4 + (word(options) >> 16));
      list.push_back(std::move(packet));
    }
    rest = rest.subspan(length);
  }
  return list;
}

}  // namespace stuntcam::test
