// Two ends of a connection in memory, for tests, fuzzing, and clients within the process.
#pragma once

#include <memory>
#include <utility>

#include "transport/link.h"

namespace stuntcam::transport {

// 256 KiB each way, after which a writer waits: what a TCP window does. Both ends live on one loop. The lane is that of
// the camera's end, the second one.
std::pair<std::unique_ptr<Link>, std::unique_ptr<Link>> make_memory_links(asio::io_context&, const ptp::Framing& first,
                                                                          const ptp::Framing& second,
                                                                          Lane = Lane::first_packet_says);

}  // namespace stuntcam::transport
