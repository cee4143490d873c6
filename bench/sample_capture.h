// A capture of one session that downloads an object: TCP frames of 1448 bytes of payload, as over Ethernet.
#pragma once

#include <string>

#include "ptp/bytes.h"

namespace stuntcam::bench {

inline constexpr std::size_t frame_payload = 1448;
// About `size` bytes on disk, pcapng.
void write_capture(const std::string& path, u64 size);

}  // namespace stuntcam::bench
