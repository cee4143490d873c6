// The vendors whose cameras have behaviour of their own.
#include "emulator/vendor.h"

namespace stuntcam::emulator {

std::unique_ptr<VendorModule> make_vendor_module(ptp::Vendor vendor) {
  switch (vendor) {
    default:
      return std::make_unique<VendorModule>();
  }
}

}  // namespace stuntcam::emulator
