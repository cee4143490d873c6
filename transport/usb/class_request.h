// The requests of the still-image class on the control endpoint (docs/protocol.md §6.3), as values.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "ptp/bytes.h"

namespace stuntcam::transport::usb {

inline constexpr u8 class_request_out = 0x21;  // bmRequestType; the upper bit: to the host
inline constexpr u8 cancel_request = 0x64, extended_event_data = 0x65, device_reset = 0x66, device_status = 0x67;

Bytes encode_cancel(u32 transaction_id);

struct DeviceStatus {
  u16 code = 0;            // a response code: OK, DeviceBusy, TransactionCanceled
  std::vector<u8> halted;  // addresses of endpoints that have to be cleared
};
// None: too short to say anything, as some cameras answer.
std::optional<DeviceStatus> decode_status(View);

struct ExtendedEvent {
  u16 code = 0;
  u32 transaction_id = 0;
  u8 count = 0;  // of params: no message carries more
  std::array<u32, 5> params{};
};
std::optional<ExtendedEvent> decode_extended_event(View);

}  // namespace stuntcam::transport::usb
