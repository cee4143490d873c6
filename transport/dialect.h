// How one kind of camera is spoken to over TCP. What all dialects share is in server.h; what differs is here, as data.
#pragma once

#include <span>
#include <string_view>

#include "ptp/codes.h"
#include "ptp/framing.h"
#include "ptp/packets.h"

namespace stuntcam::transport {

// What an initiator does between OpenSession and everything else.
struct OpeningStep {
  enum class Act : u8 {
    set,       // SetDevicePropValue of `code` to the two bytes of `value`
    echo,      // GetDevicePropValue of `code`, and SetDevicePropValue to what came
    wish,      // as set; the camera may refuse
    operation  // `code` without parameters; what it answers is not looked at
  } act;
  u16 code, value;
};

struct Dialect {
  std::string_view name;            // a profile's key `dialect`, and the scheme of a target
  std::string_view gphoto2_camera;  // what gphoto2 must be told as --camera
  ptp::Vendor vendor;               // of all its cameras; none: DeviceInfo says it
  u16 port;                         // of the command connection, where nobody says another
  // Events and live view each have a port of their own, the next two; who connects there has no handshake, and may
  // only while the camera is in the mode for it.
  bool lanes;
  const ptp::Framing& (*framing)(bool strict);
  u32 protocol;  // the word in front of the identity in InitCommandRequest; 0: there is none
  Bytes (*identity)(const ptp::Identity&, bool from_camera);  // as the init packets carry it
  u32 (*reason)(ptp::InitFailReason);                         // as InitFail carries it
  std::span<const OpeningStep> opening;
  u16 closing;   // an operation before CloseSession, with the transaction of the opening's first operation; 0: none
  bool goodbye;  // after CloseSession

  u16 entry() const;  // the opening's first operation: with it the camera enters the mode for lanes; 0: there is none
};

const Dialect& standard_dialect();
const Dialect* dialect(std::string_view name);  // null: there is none of this name
std::span<const Dialect* const> dialects();

}  // namespace stuntcam::transport
