#include "initiator/problem.h"

#include <algorithm>

namespace stuntcam::initiator {

void violation(const std::string& what, View wire) {
  const View kept = wire.first(std::min(wire.size(), most_evidence));
  throw Problem(Trouble::violation, "the camera broke the protocol: " + what, {}, {kept.begin(), kept.end()});
}

}  // namespace stuntcam::initiator
