// The camera's properties for commands: found by name, read, and shown.
#pragma once

#include <string>

#include "cli/visit.h"

namespace stuntcam::cli {

// A name, a code or a short name. Throws Failure(usage), with the nearest name.
u16 parse_property(Visit&, const std::string& text);
std::string property_name(Visit&, u16 code);

ptp::DevicePropDesc get_property(Visit&, u16 code);
void set_property(Visit&, u16 code, const ptp::Value&);
// Those of DeviceInfo, and those that this vendor's cameras tell of in another way.
std::vector<u16> listed_properties(Visit&);
// Its value by label and unit.
std::string value_text(Visit&, const ptp::DevicePropDesc&);
// What `text` means: a label, a unit, a number, a string. Throws Failure(usage).
ptp::Value parse_value(Visit&, const ptp::DevicePropDesc&, const std::string& text);

ptp::Json property_json(Visit&, const ptp::DevicePropDesc&);
void print_property(Visit&, const ptp::DevicePropDesc&);

}  // namespace stuntcam::cli
