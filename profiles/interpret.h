// From the merged TOML tree to a checked Profile.
#pragma once

#include "profiles/profile.h"
#include "profiles/section.h"
#include "profiles/values.h"

namespace stuntcam::profiles {

// All of it; what is missing or wrong is in `problems`, and the result is only good when there are none.
Profile interpret(const Node& root, Problems& problems);

// Its parts.
std::vector<Property> interpret_properties(Section& root, ptp::Vendor, bool accept_current_outside_form);
std::vector<Storage> interpret_storages(Section& root, const Codes&);
std::vector<CannedOperation> interpret_operations(Section& root, const Codes&);
std::optional<Bytes> hex_bytes(std::string_view text);  // "74bf c011"; nullopt: not whole bytes in hex

// A friendly name longer than this makes an InitCommandAck longer than the 72 bytes that some clients read at most
// (docs/clients.md §1).
inline constexpr std::size_t max_friendly_name = 19;  // UTF-16 units

}  // namespace stuntcam::profiles
