// The vendors whose cameras have behaviour of their own.
#include "emulator/vendor.h"
#include "emulator/vendors/canon.h"
#include "emulator/vendors/fuji.h"
#include "emulator/vendors/leica.h"
#include "emulator/vendors/nikon.h"
#include "emulator/vendors/olympus.h"
#include "emulator/vendors/parrot.h"

namespace stuntcam::emulator {

std::unique_ptr<VendorModule> make_vendor_module(const profiles::Profile& profile) {
  switch (profile.device.vendor) {
    case ptp::Vendor::canon:
      return std::make_unique<CanonModule>();
    case ptp::Vendor::fuji:  // over USB they do as the standard says
      if (profile.dialect == "fuji") return std::make_unique<FujiModule>();
      return std::make_unique<VendorModule>();
    case ptp::Vendor::leica:
      return std::make_unique<LeicaModule>();
    case ptp::Vendor::nikon:
      return std::make_unique<NikonModule>();
    case ptp::Vendor::olympus:
      return std::make_unique<OlympusModule>();
    case ptp::Vendor::parrot:
      return std::make_unique<ParrotModule>();
    default:
      return std::make_unique<VendorModule>();
  }
}

}  // namespace stuntcam::emulator
