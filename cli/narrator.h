// --verbose: one line on stderr for every operation and event, as people speak of them.
#pragma once

#include <memory>
#include <string>

#include "cli/console.h"
#include "ptp/codes.h"
#include "transport/observer.h"

namespace stuntcam::cli {

std::shared_ptr<transport::Observer> make_narrator(const Console&, std::string camera, ptp::Vendor, u64 connection,
                                                   std::string peer);

}  // namespace stuntcam::cli
