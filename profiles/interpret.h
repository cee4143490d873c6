// From the merged TOML tree to a checked Profile.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "profiles/profile.h"
#include "profiles/section.h"
#include "profiles/values.h"

namespace stuntcam::profiles {

// All of it; what is missing or wrong is in `problems`, and the result is only good when there are none.
Profile interpret(const Node& root, Problems& problems);

// Its parts. `add` is [add]: what is put to the lists of the profile that this one extends.
std::vector<Property> interpret_properties(Section& root, Section& add, ptp::Vendor, bool accept_current_outside_form);
std::vector<Storage> interpret_storages(Section& root, Section& add, const Codes&);
SyntheticObjects interpret_object(const Node&, const Codes&, Problems&);  // [operation.object]
std::vector<CannedOperation> interpret_operations(Section& root, Section& add, const Codes&);
Usb interpret_usb(const Node&, Problems&);
std::map<std::string, Preset> interpret_presets(Section& root, const Profile&);

// The entries of [[key]] and [[add.key]]. Two of the same code are a mistake, unless the later one was added: that
// takes the place of the earlier.
template <class Entry, class Code, class Read>
std::vector<Entry> read_entries(Section& root, Section& add, std::string_view key, Code Entry::* code, Read read,
                                std::string_view code_key, std::string_view what) {
  std::vector<Entry> entries;
  for (Section* section : {&root, &add}) {
    const auto* items = section->array(key);
    if (!items) continue;
    for (const Node& item : *items) {
      Entry entry = read(item);
      const auto same = std::ranges::find(entries, entry.*code, code);
      if (same == entries.end()) {
        entries.push_back(std::move(entry));
      } else if (section == &add) {
        *same = std::move(entry);
      } else if (const Node* place = item.find(code_key)) {
        root.problems().add(place->at,
                            fmt::format("{} 0x{:0{}X} is described twice", what, entry.*code, 2 * sizeof(Code)));
      }
    }
  }
  return entries;
}

std::optional<Bytes> hex_bytes(std::string_view text);  // "74bf c011"; nullopt: not whole bytes in hex

// A friendly name longer than this makes an InitCommandAck longer than the 72 bytes that some clients read at most
// (docs/clients.md §1).
inline constexpr std::size_t max_friendly_name = 19;  // UTF-16 units

}  // namespace stuntcam::profiles
