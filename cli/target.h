// What a command talks to: a TARGET as people write it, and who we are to it.
#pragma once

#include <string>

#include "ptp/packets.h"
#include "transport/observer.h"

namespace stuntcam::cli {

struct Target {
  std::string host;
  u16 port = 15740, event_port = 0;  // 0: the same
};
// "ptpip:HOST[:PORT[:EVENT_PORT]]", an IPv6 address in brackets. Throws Failure(usage).
Target parse_target(const std::string&);
// A scheme and a colon. Which schemes there are, parse_target knows.
bool is_target(const std::string& word);

struct Destination {
  std::string name;  // as it was written
  Target target;
  ptp::Identity identity;
  transport::Wrap wrap{};  // around each connection; may be empty
};

}  // namespace stuntcam::cli
