// One PTP operation of the virtual camera: a plain function. Each family of operations is one file in operations/ (or
// vendors/) that lists its rows; camera.cpp gathers the rows of the families into the camera's table.
#pragma once

#include <span>

#include "ptp/codes.h"
#include "transport/responder.h"

namespace stuntcam::emulator {

class Camera;
class CameraSession;

using ptp::OperationCode;
using ptp::ResponseCode;
using transport::Answer;
using transport::Reply;

struct Context {
  Camera& camera;
  CameraSession& session;
  const ptp::Message& request;
  // Parameter 1 is param(0). One that was not sent counts as 0.
  u32 param(std::size_t index) const { return index < request.count ? request.params[index] : 0; }
};

struct OperationRow {
  OperationCode code;
  Answer (*run)(Context&);
  // What holds before run is called; the checks are in session.cpp, in the order of docs/protocol.md §3.
  bool needs_session = true;
  bool while_busy = true;  // also answered while a capture runs; otherwise DeviceBusy
  u8 parameters = 0;       // how many parameters it knows; a surplus non-zero one is ParameterNotSupported
};

// For operations with a data phase from the initiator that is small and wanted whole: collects at most `limit` bytes,
// then calls done(bytes). More than that, or less than announced, is answered without calling it.
std::unique_ptr<transport::Intake> collect(std::size_t limit, std::function<Reply(View)> done);
// Reads and drops the data phase, then answers: an error that was known before the data came.
std::unique_ptr<transport::Intake> refuse(ResponseCode);

// The families.
std::span<const OperationRow>
device_operations();  // operations/device.cpp: DeviceInfo, sessions, reset, power, self-test
std::span<const OperationRow> storage_operations();   // operations/storage.cpp
std::span<const OperationRow> object_operations();    // operations/objects.cpp
std::span<const OperationRow> partial_operations();   // operations/partial.cpp: GetPartialObject and the 64-bit family
std::span<const OperationRow> upload_operations();    // operations/upload.cpp
std::span<const OperationRow> property_operations();  // operations/properties.cpp
std::span<const OperationRow> capture_operations();   // operations/capture.cpp
std::span<const OperationRow> mtp_operations();       // operations/mtp.cpp: object properties

}  // namespace stuntcam::emulator
