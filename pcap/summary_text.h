// What stands in a line of `gphoto2 --summary`: numbers, names of codes, values and descriptions of properties.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ptp/datasets.h"

namespace stuntcam::pcap {

std::string_view trimmed(std::string_view text);
bool starts_without_case(std::string_view text, std::string_view prefix);
std::vector<std::string_view> split(std::string_view text, char separator);  // trimmed, without empty ones
std::optional<u64> number(std::string_view text);                            // "100", "0x64"
std::optional<u64> leading_number(std::string_view text);                    // "64054362112 (61087 MB)"

// Codes by the words that the summary has for them; 0 for others.
u16 storage_type(std::string_view text);
u16 filesystem_type(std::string_view text);
u16 access_capability(std::string_view text);
std::vector<u16> format_list(std::string_view text);

std::optional<ptp::Value> plain_value(ptp::DataType, std::string_view text);  // "100", "a[3] 1,2,3", "'text'"
std::optional<ptp::Value> shown_value(ptp::DataType,
                                      std::string_view text);  // "f/5.6 (560)", "NEX-6 ('NEX-6')" as well

struct DescribedProperty {
  ptp::DevicePropDesc description;  // the default is the current value: the text doesn't say it
  bool shown = true;                // false: the current value is a stand-in
};
// "ISO (500f rw u16): 100", as newer versions describe a property, as older ones do: "ISO(0x500f):(readwrite)
// (type=0x4) 100"; nullopt for other lines.
std::optional<std::string> in_older_form(std::string_view line);
// What stands behind a property's name: "(readwrite) (type=0x4) Enumeration [350,400] value: f/3.5 (350)".
std::optional<DescribedProperty> property_description(u16 code, std::string_view text);

}  // namespace stuntcam::pcap
