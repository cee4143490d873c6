#include "initiator/problem.h"

namespace stuntcam::initiator {

void violation(const std::string& what) { throw Problem(Trouble::violation, "the camera broke the protocol: " + what); }

}  // namespace stuntcam::initiator
