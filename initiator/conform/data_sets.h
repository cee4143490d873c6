// Data sets that must be exactly what the standard makes of their values.
#pragma once

#include <algorithm>

#include "initiator/conform/expect.h"
#include "ptp/datasets.h"

namespace stuntcam::initiator::conform {

// Decoding forgives an unterminated string, "" with a terminator, bytes behind the end; encoding again shows them.
template <class T>
void expect_exact(std::string_view what, View bytes) {
  const auto decoded = ptp::decode<T>(bytes);
  if (!decoded)
    throw Mismatch(fmt::format("a whole {}", what), fmt::format("{}; {}", decoded.error().to_string(), hex(bytes)));
  const Bytes again = ptp::encode(*decoded);
  const auto differs = std::ranges::mismatch(again, bytes);
  if (differs.in1 == again.end() && differs.in2 == bytes.end()) return;
  const auto at = static_cast<std::size_t>(differs.in2 - bytes.begin());
  const View rest = bytes.subspan(at);
  throw Mismatch(
      fmt::format("{} of {} bytes, at byte {}: {}", what, again.size(), at, hex(View(again).subspan(at), 16)),
      fmt::format("{} bytes, there: {}", bytes.size(), hex(rest, 16)));
}

}  // namespace stuntcam::initiator::conform
