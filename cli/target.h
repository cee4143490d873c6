// What a command talks to: a TARGET as people write it, and who we are to it.
#pragma once

#include <optional>
#include <string>

#include "initiator/connection.h"
#include "ptp/packets.h"
#include "transport/observer.h"
#include "transport/usb/find.h"

namespace stuntcam::cli {

struct Target {
  const transport::Dialect* dialect = &transport::standard_dialect();
  std::string host;
  u16 port = 15740;
  initiator::LanePorts lanes;
  std::optional<transport::usb::Selector> usb;  // in the place of a host
};
// "ptpip:HOST[:PORT[:EVENT_PORT]]", an IPv6 address in brackets; with the name of another dialect in front, and a
// live-view port behind, where it has one. "usb:", "usb:VID:PID", "usb:BUS,DEV". Throws Failure(usage).
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
