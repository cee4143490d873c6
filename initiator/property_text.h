// Values of properties as people write them: by label and unit, "sunny", "1/250", "f/5.6", "-0.3 EV".
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "initiator/vendors/extension.h"
#include "ptp/datasets.h"

namespace stuntcam::initiator {

// Without a label or a unit: the number.
std::string value_text(const Extension&, u16 property, const ptp::Value&);
// The property that a short name means here, "iso"; none when it is no short name.
std::optional<u16> short_name(const Extension&, std::string_view name);
// What `text` means by its label or unit; none when it is neither, and has to be a number or a string as it stands. Of
// an enumeration the value whose text it is, so that what was shown can be set.
std::optional<ptp::Value> value_by_text(const Extension&, const ptp::DevicePropDesc&, std::string_view text);
// What the form lets through: "100, 200 or 400", "0 to 100 in steps of 1"; "" for everything.
std::string allowed_text(const Extension&, const ptp::DevicePropDesc&);

}  // namespace stuntcam::initiator
