// The vendors whose cameras have behaviour of their own.
#include "emulator/vendor.h"
#include "emulator/vendors/canon.h"
#include "emulator/vendors/nikon.h"

namespace stuntcam::emulator {

std::unique_ptr<VendorModule> make_vendor_module(ptp::Vendor vendor) {
  switch (vendor) {
    case ptp::Vendor::canon:
      return std::make_unique<CanonModule>();
    case ptp::Vendor::nikon:
      return std::make_unique<NikonModule>();
    default:
      return std::make_unique<VendorModule>();
  }
}

}  // namespace stuntcam::emulator
