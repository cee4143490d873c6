// The data set that an operation's data phase carries, as JSON.
#pragma once

#include <map>

#include "ptp/codes.h"
#include "ptp/json.h"
#include "ptp/message.h"

namespace stuntcam::pcap {

// What must be known about a camera to name its codes and to read values, which do not say their type on the wire.
struct Dictionary {
  ptp::Vendor vendor = ptp::Vendor::none;
  std::map<u16, ptp::DataType> property_types;
};

// Does a data phase of this operation carry a data set of ISO 15740 or MTP, and not an object or a vendor's own bytes?
bool carries_data_set(ptp::OperationCode);

// `bytes` is the whole data phase of the operation that `request` asked for. null when no data set is known for it, or
// the type of its value is not.
ptp::Expected<ptp::Json> data_set(const Dictionary&, const ptp::Message& request, View bytes);

}  // namespace stuntcam::pcap
