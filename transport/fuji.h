// Fujifilm's dialect (docs/protocol.md §6.5).
#pragma once

#include "transport/dialect.h"

namespace stuntcam::transport {

const Dialect& fuji_dialect();

}  // namespace stuntcam::transport
