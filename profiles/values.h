// Property values and codes as they are written in a profile.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "profiles/profile.h"
#include "profiles/section.h"

namespace stuntcam::profiles {

// "70000" as uint16 → an error saying "70000 does not fit uint16 (0 to 65535)".
std::expected<ptp::Value, std::string> integer_from_text(std::string_view text, ptp::DataType);
// An integer, a string, or an array, as `type` wants; integers beyond TOML's 64 bits are written as strings.
std::expected<ptp::Value, std::string> value_from_node(const Node&, ptp::DataType);
// Text as people type it: a label, a number, "1, 2, 3" or "[1, 2, 3]" for an array, a string as it stands.
std::expected<ptp::Value, std::string> value_from_text(const Property&, std::string_view text);
// What the form lets through, for messages: "2, 3, 4 or 5", "0 to 100 in steps of 1".
std::string allowed_text(const Property&);
// "6 (incandescent)" where there is a label.
std::string value_text(const Property&, const ptp::Value&);

// Reads codes by name or number, in the words of one vendor.
class Codes {
 public:
  // `own` are the properties of the profile, which may bring names of their own; null while they are being read.
  explicit Codes(ptp::Vendor vendor, const std::vector<Property>* own = nullptr) : vendor_(vendor), own_(own) {}

  std::expected<u16, std::string> operation(const Node&) const;
  std::expected<u16, std::string> response(const Node&) const;
  std::expected<u16, std::string> event(const Node&) const;
  std::expected<u16, std::string> format(const Node&) const;
  std::expected<u16, std::string> property(const Node&) const;  // also by the profile's own names
  std::expected<u16, std::string> object_property(const Node&) const;
  std::expected<u16, std::string> operation_or_property(const Node&) const;
  // The profile's own property of that code; null: it has none.
  const Property* own(u16 code) const;
  // Keys of tables are always text.
  std::expected<u16, std::string> property(std::string_view text) const;

  using Reader = std::expected<u16, std::string> (Codes::*)(const Node&) const;
  // A list without duplicates, put behind what `out` has; problems go to `section`.
  bool read(Section& section, std::string_view key, std::vector<u16>& out, Reader) const;
  bool read(Section& section, std::string_view key, u16& out, Reader) const;

 private:
  ptp::Vendor vendor_;
  const std::vector<Property>* own_;
};

}  // namespace stuntcam::profiles
