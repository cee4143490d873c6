// Waiting on a Clock from a coroutine.
#pragma once

#include "transport/clock.h"
#include "transport/task.h"

namespace stuntcam::transport {

// Throws operation_aborted when the coroutine is cancelled.
Task<> wait(asio::io_context&, Clock&, Duration);

}  // namespace stuntcam::transport
