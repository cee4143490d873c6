#include "transport/fuji.h"

#include <array>

#include "ptp/fuji.h"

namespace stuntcam::transport {
namespace {

constexpr u16 client_state = 0xDF01, remote_version = 0xDF24, enable_correct_file_size = 0xD227;
constexpr u16 get_capabilities = 0x902B;
constexpr u16 remote_control = 5;

constexpr std::array opening{
    OpeningStep{OpeningStep::Act::set, client_state, remote_control},
    OpeningStep{OpeningStep::Act::echo, remote_version, 0},
    OpeningStep{OpeningStep::Act::operation, static_cast<u16>(ptp::OperationCode::InitiateOpenCapture), 0},
    OpeningStep{OpeningStep::Act::operation, get_capabilities, 0},  // before it, nothing is described
    OpeningStep{OpeningStep::Act::wish, enable_correct_file_size, 1},
};

const ptp::Framing& framing(bool) {
  static const ptp::FujiFraming framing;
  return framing;
}

Bytes identity(const ptp::Identity& identity, bool from_camera) {
  return ptp::encode_fuji_identity(identity, from_camera ? ptp::fuji_ack_name : ptp::fuji_request_name);
}

u32 reason(ptp::InitFailReason reason) {
  return reason == ptp::InitFailReason::unspecified ? ptp::fuji_invalid : ptp::fuji_busy;
}

}  // namespace

const Dialect& fuji_dialect() {
  static const Dialect dialect{
      .name = "fuji",
      .gphoto2_camera = "Fuji X (WLAN)",
      .vendor = ptp::Vendor::fuji,
      .port = 55740,
      .lanes = true,
      .framing = framing,
      .protocol = ptp::fuji_protocol,
      .identity = identity,
      .reason = reason,
      .opening = opening,
      .closing = static_cast<u16>(ptp::OperationCode::TerminateOpenCapture),
      .goodbye = true,
  };
  return dialect;
}

}  // namespace stuntcam::transport
