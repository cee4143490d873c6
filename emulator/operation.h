// One PTP operation of the virtual camera: a plain function. Each family of operations is one file in operations/ (or
// vendors/) that lists its rows; camera.cpp gathers the rows of the families into the camera's table.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <span>

#include "ptp/codes.h"
#include "ptp/datasets.h"
#include "transport/responder.h"

namespace stuntcam::profiles {
struct CannedOperation;
}

namespace stuntcam::emulator {

class Camera;
class CameraSession;
class Store;
struct Object;
enum class StoreError : u8;

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
  // The store that is meant, or InvalidStorageId, or StoreNotAvailable when its card is out.
  std::expected<Store*, ResponseCode> store(u32 id) const;
  // For looking only: where the quirk empty_slots_answer says so, a slot without a card will do.
  std::expected<Store*, ResponseCode> slot(u32 id) const;
  // The object on a store or in memory, or InvalidObjectHandle, or StoreNotAvailable. Valid until the next change.
  std::expected<const Object*, ResponseCode> object(u32 handle) const;
};

struct OperationRow {
  OperationCode code;
  Answer (*run)(Context&);
  // What holds before run is called; the checks are in session.cpp, in the order of docs/protocol.md §3.
  bool needs_session = true;
  bool while_busy = true;  // also answered while a capture runs; otherwise DeviceBusy
  u8 parameters = 0;       // how many parameters it knows; a surplus non-zero one is ParameterNotSupported
};

// What a camera does about an operation code.
struct Operation {
  const OperationRow* row = nullptr;                  // null: not implemented here
  const profiles::CannedOperation* canned = nullptr;  // the profile's answer, which comes first
  bool advertised = false;
  ptp::DataDirection data = ptp::DataDirection::unknown;
};

// For operations with a data phase from the initiator that is small and wanted whole: collects at most `limit` bytes,
// then calls done(bytes). More than that is answered `too_long`, less than announced IncompleteTransfer, without
// calling it.
std::unique_ptr<transport::Intake> collect(std::size_t limit, std::function<Reply(View)> done,
                                           ResponseCode too_long = ResponseCode::InvalidDataSet);
// Reads and drops the data phase, then answers: a reply that was known before the data came. An operation need not
// bother: a Reply to a request with data from the initiator becomes this in CameraSession::request.
std::unique_ptr<transport::Intake> drain(Reply);
std::unique_ptr<transport::Intake> refuse(ResponseCode);

ResponseCode response_for(StoreError);
ptp::ObjectInfo object_info(const Object&);
// The same where there is one whose memory can be used again.
const ptp::ObjectInfo& describe(const Object&, ptp::ObjectInfo&);

// The families.
std::span<const OperationRow>
device_operations();  // operations/device.cpp: DeviceInfo, sessions, reset, power, self-test
std::span<const OperationRow> storage_operations();      // operations/storage.cpp
std::span<const OperationRow> object_operations();       // operations/objects.cpp: looking at objects
std::span<const OperationRow> change_operations();       // operations/changes.cpp: delete, move, copy, protect
std::span<const OperationRow> partial_operations();      // operations/partial.cpp: GetPartialObject, also with 64 bits
std::span<const OperationRow> edit_operations();         // operations/edit.cpp: changes to a part of an object
std::span<const OperationRow> upload_operations();       // operations/upload.cpp
std::span<const OperationRow> upload_list_operations();  // operations/upload_list.cpp: MTP's SendObjectPropList
std::span<const OperationRow> property_operations();     // operations/properties.cpp
std::span<const OperationRow> capture_operations();      // operations/capture.cpp
std::span<const OperationRow> mtp_operations();          // operations/mtp.cpp: object properties

}  // namespace stuntcam::emulator
