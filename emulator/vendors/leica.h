// What Leica's cameras do beyond the standard: the LE session that stands between a client and the properties, and the
// list of looks (docs/cameras.md, leica-sl). What no source knows is said here with "assumed" and listed there.
#pragma once

#include <map>

#include "emulator/vendor.h"
#include "transport/clock.h"

namespace stuntcam::emulator {

class LeicaModule final : public VendorModule {
 public:
  LeicaModule();
  std::span<const OperationRow> operations() const override;
  ResponseCode admits(Camera&, CameraSession&, OperationCode) override;
  void answered(Camera&, CameraSession&) override;
  void session_closed(Camera&, CameraSession&) override;

  Answer open_le_session(Context&);
  Answer close_le_session(Context&);
  Answer keep_le_session_active(Context&);
  Answer get_look_prop_list(Context&);
  Answer set_look_prop_list(Context&);

 private:
  Reply store_looks(View data);
  // When each open LE session was last heard of.
  std::map<const CameraSession*, transport::Duration> le_sessions_;
  std::map<u32, Bytes> looks_;  // by id; each an ObjectPropList as it goes over the wire
};

}  // namespace stuntcam::emulator
