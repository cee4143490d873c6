// The steps of the inputs of the server's and the initiator's targets: read by those, written by seeds.cpp.
#pragma once

#include "ptp/bytes.h"

namespace stuntcam::fuzz {

// An input for the server: the camera's number, a byte of switches (1 with recorder and transcript, 2 strict, 4 with
// faults: u8 length, and one a line as --fault takes them), then steps. Where a step needs a connection, its number
// comes first.
enum class ServerStep : u8 {
  connect,    // where the dialect has lanes: which
  introduce,  // InitCommandRequest: first byte of the GUID, length of the name, name
  join,       // InitEventRequest: the number of the connection that it belongs to
  raw,        // u16 length, bytes
  request,    // a byte: 0x80 any code (u16), else an index into the camera's; 0x30 DataPhaseInfo - 1; 8 a TransactionID
              // of its own (last); 7 the number of parameters; then code and parameters
  data,       // a byte: 1 unknown total, 2 another (u64, last), 4 more follows; u16 length, bytes
  wait,       // u16 milliseconds
  leave,      // closes; a byte: 1 by a reset
};
inline constexpr std::size_t server_steps = 8;

// An input for the initiator: the dialect, then steps of the camera as long as the initiator waits for one, and, each
// time it does not, the number of what it is to do next.
enum class CameraStep : u8 {
  greet,      // InitCommandAck, InitEventAck
  answer,     // OK with data: u16 length, bytes
  respond,    // u16 code, number of parameters, parameters
  event,      // u16 code, number of parameters, parameters
  raw,        // on the command connection: u16 length, bytes
  raw_event,  // on the event connection
  wait,       // u16 milliseconds
  leave,      // closes: which connection
};
inline constexpr std::size_t camera_steps = 8;

enum class Call : u8 {
  device_info,
  storage_ids,
  storage_info,
  num_objects,
  object_handles,
  object_info,
  object,
  partial_object,
  thumb,
  send_object,
  capture,
  prop_desc,
  prop_value,
  set_prop_value,
  more_properties,
  events,
  live_view,
  changes,
};
inline constexpr std::size_t calls = 18;

}  // namespace stuntcam::fuzz
