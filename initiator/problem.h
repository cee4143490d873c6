// What ends a call of the initiator early. A camera that refuses says so by a response code; everything else says what
// the camera did in the protocol's terms.
#pragma once

#include <stdexcept>
#include <string>

#include "ptp/codes.h"

namespace stuntcam::initiator {

enum class Trouble : u8 {
  unreachable,  // no connection, or the camera turned us away (InitFail)
  closed,       // the camera closed, or the network failed
  timeout,      // a phase took longer than its limit
  violation,    // the camera broke the protocol
  refused,      // a response other than OK
  cancelled,    // by us
};

struct Problem : std::runtime_error {
  Problem(Trouble trouble, const std::string& message, ptp::ResponseCode code = {})
      : std::runtime_error(message), kind(trouble), response(code) {}
  Trouble kind;
  ptp::ResponseCode response;  // of `refused`, and of `cancelled` where the camera answered
};

[[noreturn]] void violation(const std::string& what);  // "the camera broke the protocol: WHAT"

}  // namespace stuntcam::initiator
