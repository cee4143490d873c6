#include "fuzz/engine/values.h"

#include <algorithm>

namespace stuntcam::fuzz {

Bytes number_of(u64 value, std::size_t size) {
  Bytes out = bytes_of(value);
  out.resize(size);
  return out;
}

u64 number_at(View bytes) {
  u64 value = 0;
  for (std::size_t i = std::min<std::size_t>(bytes.size(), 8); i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

u64 other_number(Random& random, u64 was) {
  switch (random.below(6)) {
    case 0:
      return was + 1;
    case 1:
      return was - 1;
    case 2:
      return was * 2;
    case 3:
      return was ^ (u64{1} << random.below(64));
    case 4:
      return random.next();
    default:
      return random.pick(edges);
  }
}

u64 other_count(Random& random, u64 was) {
  constexpr std::array<u64, 10> counts{0,          1,          0xFF,       0xFFFF,     0x10000,
                                       0x3FFFFFFF, 0x40000001, 0x7FFFFFFF, 0x80000001, 0xFFFFFFFF};
  switch (random.below(4)) {
    case 0:
      return was + 1 + random.below(16);
    case 1:
      return was == 0 ? 1 : was - 1;
    default:
      return random.pick(counts);
  }
}

Bytes random_bytes(Random& random, std::size_t count) {
  Bytes out(count);
  for (auto& byte : out) byte = static_cast<u8>(random.next());
  return out;
}

}  // namespace stuntcam::fuzz
