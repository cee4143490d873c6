// Names of files, on disk and as PTP shows them.
#pragma once

#include <string>
#include <string_view>

#include "ptp/bytes.h"
#include "ptp/codes.h"

namespace stuntcam::emulator {

// A profile's pattern and a number: "DSC_%04u.JPG" and 7 are "DSC_0007.JPG".
std::string numbered_name(std::string_view pattern, u32 number);

// The object format (docs/protocol.md §5.4) by the name's extension; 0x3000 when it is not one of ours. Raw files are
// 0x3000, as cameras say, unless the vendor has a format of that name.
u16 format_of(std::string_view name, ptp::Vendor = ptp::Vendor::none);

// A file's name as valid UTF-8, at most as long as a PTP string can be; two that would look the same after shortening
// differ.
std::string shown_name(std::string_view on_disk);

// A name that a client gave, as one that may be used in a directory: no slash, no control characters, not hidden.
std::string safe_name(std::string_view given);

// Not to be shown: hidden files, our own unfinished ones among them.
bool hidden_name(std::string_view name);

}  // namespace stuntcam::emulator
