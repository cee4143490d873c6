// What a vendor's cameras do beyond the standard: operations with real behaviour, properties that move together, what a
// release produces and how it is told. One file per vendor in vendors/; the default does what ISO 15740 says.
#pragma once

#include <memory>
#include <span>

#include "emulator/capture.h"
#include "emulator/operation.h"
#include "emulator/storage/object.h"
#include "profiles/profile.h"

namespace stuntcam::emulator {

class VendorModule {
 public:
  virtual ~VendorModule() = default;
  virtual std::span<const OperationRow> operations() const { return {}; }
  // Events that it announces, besides those of the standard.
  virtual std::span<const ptp::EventCode> events() const { return {}; }
  // Why a session is refused an operation (OK: it isn't), after the checks of the standard.
  virtual ResponseCode admits(Camera&, CameraSession&, OperationCode) { return ResponseCode::OK; }
  // A transaction of that session is over; while it lasted, the initiator could not ask for anything else.
  virtual void answered(Camera&, CameraSession&) {}
  // Once, when the camera is built: computed properties and the like.
  virtual void attach(Camera&) {}
  // After a property changed, before others hear of it: move along what belongs to it, by properties().change().
  virtual void property_changed(Camera&, u16 code) { (void)code; }
  // Why no picture can be taken now (OK: it can), before anything starts.
  virtual ResponseCode ready_to_capture(Camera&, const Release&) { return ResponseCode::OK; }
  virtual CapturePlan plan(Camera&, const Release&);
  // At each exposure, before its files are made: what only that moment knows, such as where the camera is.
  virtual void exposed(Camera&, Shot&) {}
  // One file of that exposure before it is stored; it comes as a JPEG or raw file of the scene.
  virtual void develop(Camera&, const PlannedFile&, const Shot&, Object&) {}
  // From the end of one shot to the next: of a burst and of captures that go on until terminated. Duration::max():
  // there is none to come.
  virtual transport::Duration pause(Camera&, const CapturePlan&);
  // Events of a finished file and of the whole release. Default: ObjectAdded(handle), CaptureComplete (not for open
  // captures).
  virtual void file_added(Camera&, const Release&, u32 handle);
  virtual void capture_complete(Camera&, const Release&);
  // An event on its way to a session, whether the profile lists it or not: for vendors that tell in a way of their own.
  virtual void announced(Camera&, CameraSession&, const transport::EventOut&) {}
  // A capture has begun, or is over, however it ended: shutter().busy() says which.
  virtual void shutter_changed(Camera&) {}
  // A session has ended, however it ended. It is no longer open().
  virtual void session_closed(Camera&, CameraSession&) {}
  // The camera was switched off and on again.
  virtual void power_cycled(Camera&) {}
};

// Listed in vendors/vendors.cpp.
std::unique_ptr<VendorModule> make_vendor_module(const profiles::Profile&);

}  // namespace stuntcam::emulator
