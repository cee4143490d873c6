// The keys of a fault as it is written, one by one. Private to transport/.
#pragma once

#include "transport/fault/plan.h"

namespace stuntcam::transport {

// What a key's text may be, for its reader: codes are of a vendor, and of what the fault is about.
struct FaultDictionary {
  ptp::Vendor vendor;
  bool event;  // `code` is an event's
};

struct FaultKey {
  std::string_view name;
  bool selects;               // of the selector, which all kinds have
  std::string_view expected;  // what it takes, for an error
  bool (*read)(std::string_view, Fault&, const FaultDictionary&);
  std::string (*show)(const Fault&, const FaultDictionary&);  // "": it is not there
  bool quoted = true;                                         // in TOML
};

// In the order in which they are shown.
const std::vector<FaultKey>& fault_keys();

}  // namespace stuntcam::transport
