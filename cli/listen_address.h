// Where options say to listen.
#pragma once

#include <optional>
#include <string>

#include "ptp/bytes.h"

namespace stuntcam::cli {

struct ListenAddress {
  std::string host = "127.0.0.1";  // a number
  u16 port = 0;                    // 0: a free one
};

// "127.0.0.1:4000", "[::1]:4000", "localhost:4000", and on loopback ":4000" and "4000".
std::optional<ListenAddress> parse_listen_address(const std::string&);

}  // namespace stuntcam::cli
