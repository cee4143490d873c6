#include "emulator/imaging/noise.h"

#include <algorithm>
#include <cstring>

namespace stuntcam::emulator {

void fill_noise(u64 seed, u64 offset, Room room) {
  if (room.empty()) return;
  const u64 key = mixed(seed);
  u64 word = offset / 8;
  const auto part = [&](std::size_t from, std::size_t count) {
    const u64 value = mixed(key ^ word++);
    u8 bytes[8];
    std::memcpy(bytes, &value, 8);
    std::memcpy(room.data(), bytes + from, count);
    room = room.subspan(count);
  };
  if (const std::size_t skip = offset % 8; skip != 0) part(skip, std::min<std::size_t>(8 - skip, room.size()));
  const std::size_t words = room.size() / 8;
  for (std::size_t index = 0; index < words; ++index) {
    const u64 value = mixed(key ^ (word + index));
    std::memcpy(room.data() + index * 8, &value, 8);
  }
  word += words;
  room = room.subspan(words * 8);
  if (!room.empty()) part(0, room.size());
}

}  // namespace stuntcam::emulator
