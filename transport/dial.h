// Opening a TCP connection, for those who ask.
#pragma once

#include <memory>
#include <string>

#include "transport/clock.h"
#include "transport/link.h"

namespace stuntcam::transport {

// Throws std::system_error: the name is unknown, the connection is refused, or `limit` is over (timed_out). The framing
// must outlive the link.
Task<std::unique_ptr<Link>> dial(asio::io_context&, Clock&, std::string host, u16 port, const ptp::Framing&,
                                 Duration limit);

}  // namespace stuntcam::transport
