#include "transport/dialect.h"

#include <algorithm>
#include <array>

#include "transport/fuji.h"

namespace stuntcam::transport {
namespace {

const ptp::Framing& framing(bool strict) {
  static const ptp::PacketFraming lenient(false), exact(true);
  return strict ? exact : lenient;
}

Bytes identity(const ptp::Identity& identity, bool) { return ptp::encode_identity(identity); }

u32 reason(ptp::InitFailReason reason) { return static_cast<u32>(reason); }

}  // namespace

u16 Dialect::entry() const {
  const auto step = std::ranges::find(opening, OpeningStep::Act::operation, &OpeningStep::act);
  return step == opening.end() ? u16{0} : step->code;
}

const Dialect& standard_dialect() {
  static const Dialect dialect{
      .name = "ptpip",
      .gphoto2_camera = "PTP/IP Camera",
      .vendor = ptp::Vendor::none,
      .port = 15740,
      .lanes = false,
      .framing = framing,
      .protocol = 0,
      .identity = identity,
      .reason = reason,
      .opening = {},
      .closing = 0,
      .goodbye = false,
  };
  return dialect;
}

std::span<const Dialect* const> dialects() {
  static const std::array all{&standard_dialect(), &fuji_dialect()};
  return all;
}

const Dialect* dialect(std::string_view name) {
  const auto found = std::ranges::find(dialects(), name, &Dialect::name);
  return found == dialects().end() ? nullptr : *found;
}

}  // namespace stuntcam::transport
