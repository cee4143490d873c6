// What Olympus's OM-D bodies do beyond the standard under remote control (docs/cameras.md, olympus-e-m1): they tell
// which properties have changed, and name their pictures in an event of their own. The rest is in the profile.
#pragma once

#include <set>

#include "emulator/vendor.h"

namespace stuntcam::emulator {

class OlympusModule final : public VendorModule {
 public:
  std::span<const OperationRow> operations() const override;
  std::span<const ptp::EventCode> events() const override;
  void property_changed(Camera&, u16 code) override;
  void file_added(Camera&, const Release&, u32 handle) override;

  Answer get_image(Context&);
  Answer changed_properties(Context&);
  Answer set_properties(Context&);

 private:
  std::set<u16> watched_;  // by set_properties; empty: all
  std::set<u16> changed_;  // since they were asked for
  u32 last_picture_ = 0;   // handle; 0: none yet
};

}  // namespace stuntcam::emulator
