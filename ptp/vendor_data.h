// Data sets that vendors' operations and properties carry, as far as ptp/vendor_codes.def lists their fields.
#pragma once

#include "ptp/codes.h"
#include "ptp/json.h"

namespace stuntcam::ptp {

// The data of that operation as an object of numbers, or of descriptions by the names of their properties; null when
// nobody listed its fields. Other data than those, more or less of them, are an error.
Expected<Json> vendor_data_set(Vendor, OperationCode, View data);
// The same of the value of that property.
Expected<Json> vendor_value(Vendor, PropertyCode, View data);

}  // namespace stuntcam::ptp
