// What ends a call of the initiator early. A camera that refuses says so by a response code; everything else says what
// the camera did in the protocol's terms.
#pragma once

#include <stdexcept>
#include <string>

#include "ptp/bytes.h"
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
  Problem(Trouble trouble, const std::string& message, ptp::ResponseCode code = {}, Bytes bytes = {})
      : std::runtime_error(message), kind(trouble), response(code), wire(std::move(bytes)) {}
  Trouble kind;
  ptp::ResponseCode response;  // of `refused`, and of `cancelled` where the camera answered
  Bytes wire;                  // of `violation`: the bytes that show it, where there are any; at most most_evidence
};

// Enough for every packet head, and for the beginning of a data set.
inline constexpr std::size_t most_evidence = 4096;

// "the camera broke the protocol: WHAT"
[[noreturn]] void violation(const std::string& what, View wire = {});

}  // namespace stuntcam::initiator
