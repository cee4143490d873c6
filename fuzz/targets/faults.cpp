// A fault as it is written on a command line: what is understood is written again, and means the same.
#include <string>

#include "fuzz/targets/input.h"
#include "profiles/toml_reader.h"
#include "transport/fault/plan.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stuntcam;
  using namespace stuntcam::fuzz;
  Input input(data, size);
  const auto vendor = input.flag() ? ptp::Vendor::nikon : ptp::Vendor::none;
  const auto fault = transport::parse_fault(text(input.rest()), vendor);
  if (!fault) {
    require(!fault.error().empty(), "who refuses a fault says why");
    return 0;
  }
  const auto again = transport::parse_fault(transport::to_string(*fault, vendor), vendor);
  require(again.has_value() && *again == *fault, "a fault that is written can be read, and is the same");
  require(profiles::read_toml(transport::to_toml(*fault, vendor), "fault").has_value(), "a fault is written as TOML");
  return 0;
}
