// Two ends of a connection in memory, for tests, fuzzing, and clients within the process.
#pragma once

#include <memory>
#include <utility>

#include "transport/link.h"

namespace stuntcam::transport {

// `capacity` bytes each way, after which a writer waits: what a TCP window does. Both ends live on one loop.
std::pair<std::unique_ptr<Link>, std::unique_ptr<Link>> make_memory_links(asio::io_context&, const ptp::Framing& first,
                                                                          const ptp::Framing& second,
                                                                          std::size_t capacity = 256 << 10);

}  // namespace stuntcam::transport
