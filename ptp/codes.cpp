#include "ptp/codes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>
#include <vector>

#include "ptp/nearest.h"

namespace stuntcam::ptp {

namespace {

struct Entry {
  Vendor vendor;  // none: the standard's
  u16 code;
  std::string_view name;
  DataDirection data = DataDirection::none;  // operations only
};

// By code; of those with the same code the vendors' first: a vendor's meaning hides what MTP put there.
template <std::size_t n>
consteval std::array<Entry, n> by_code(std::array<Entry, n> entries) {
  std::ranges::sort(entries, {}, [](const Entry& e) { return std::pair{e.code, e.vendor == Vendor::none}; });
  return entries;
}

constexpr auto operations = by_code(std::to_array<Entry>({
#define VENDOR_OPERATION(vendor, code, name, data) {Vendor::vendor, code, #name, DataDirection::data},
#include "ptp/vendor_codes.def"
#define STUNTCAM_OPERATION(code, name, data) {Vendor::none, code, #name, DataDirection::data},
#include "ptp/standard_codes.def"
}));
constexpr auto responses = by_code(std::to_array<Entry>({
#define VENDOR_RESPONSE(vendor, code, name) {Vendor::vendor, code, #name},
#include "ptp/vendor_codes.def"
#define STUNTCAM_RESPONSE(code, name) {Vendor::none, code, #name},
#include "ptp/standard_codes.def"
}));
constexpr auto events = by_code(std::to_array<Entry>({
#define VENDOR_EVENT(vendor, code, name) {Vendor::vendor, code, #name},
#include "ptp/vendor_codes.def"
#define STUNTCAM_EVENT(code, name) {Vendor::none, code, #name},
#include "ptp/standard_codes.def"
}));
constexpr auto formats = by_code(std::to_array<Entry>({
#define VENDOR_FORMAT(vendor, code, name) {Vendor::vendor, code, #name},
#include "ptp/vendor_codes.def"
#define STUNTCAM_FORMAT(code, name) {Vendor::none, code, #name},
#include "ptp/standard_codes.def"
}));
constexpr auto properties = by_code(std::to_array<Entry>({
#define VENDOR_PROPERTY(vendor, code, name) {Vendor::vendor, code, #name},
#include "ptp/vendor_codes.def"
#define STUNTCAM_PROPERTY(code, name) {Vendor::none, code, #name},
#include "ptp/standard_codes.def"
}));
constexpr auto object_properties = by_code(std::to_array<Entry>({
#define STUNTCAM_OBJECT_PROPERTY(code, name) {Vendor::none, code, #name},
#include "ptp/standard_codes.def"
}));

struct Alias {
  const Entry* table;
  Entry entry;
};
constexpr Alias aliases[] = {
#define ALIAS(table, vendor, code, name) {(table).data(), {Vendor::vendor, code, #name}},
#include "ptp/vendor_codes.def"
};

template <class Code>
std::span<const Entry> table();
template <>
std::span<const Entry> table<OperationCode>() {
  return operations;
}
template <>
std::span<const Entry> table<ResponseCode>() {
  return responses;
}
template <>
std::span<const Entry> table<EventCode>() {
  return events;
}
template <>
std::span<const Entry> table<FormatCode>() {
  return formats;
}
template <>
std::span<const Entry> table<PropertyCode>() {
  return properties;
}
template <>
std::span<const Entry> table<ObjectPropertyCode>() {
  return object_properties;
}

bool known_to(const Entry& entry, Vendor vendor) { return entry.vendor == Vendor::none || entry.vendor == vendor; }

template <class Code>
const Entry* find(Code code, Vendor vendor) {
  for (const auto& entry : std::ranges::equal_range(table<Code>(), static_cast<u16>(code), {}, &Entry::code)) {
    if (known_to(entry, vendor)) return &entry;
  }
  return nullptr;
}

template <class Code>
std::string_view name_of(Code code, Vendor vendor) {
  const auto* entry = find(code, vendor);
  return entry ? entry->name : std::string_view{};
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

std::optional<u16> parse_number(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
    base = 16;
  }
  u16 value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Insertions, deletions and replacements that turn one into the other.
constexpr std::array<std::string_view, 9> vendor_names{"none",   "microsoft", "nikon",   "canon", "fuji",
                                                       "parrot", "leica",     "olympus", "sony"};

}  // namespace

std::string_view name(Vendor vendor) {
  const auto index = static_cast<std::size_t>(vendor);
  return index < vendor_names.size() ? vendor_names[index] : std::string_view{};
}

std::optional<Vendor> vendor(std::string_view name) {
  const auto found = std::ranges::find_if(vendor_names, [&](std::string_view known) { return same(known, name); });
  if (found == vendor_names.end()) return std::nullopt;
  return static_cast<Vendor>(found - vendor_names.begin());
}

Vendor vendor_of(u32 vendor_extension_id, std::string_view manufacturer) {
  switch (vendor_extension_id) {  // docs/protocol.md §5.8
    case 0x0A:
      return Vendor::nikon;
    case 0x0B:
      return Vendor::canon;
    case 0x0E:
      return Vendor::fuji;
    case 0x11:
      return Vendor::sony;
    case 0x1B:
      return Vendor::parrot;
    default:
      break;
  }
  struct Maker {
    std::string_view part;
    Vendor vendor;
  };
  static constexpr Maker makers[] = {
      {"nikon", Vendor::nikon},     {"canon", Vendor::canon},      {"fuji", Vendor::fuji},
      {"parrot", Vendor::parrot},   {"leica", Vendor::leica},      {"sony", Vendor::sony},
      {"olympus", Vendor::olympus}, {"omsystem", Vendor::olympus}, {"om digital", Vendor::olympus}};
  for (const auto& maker : makers) {
    const auto found = std::ranges::search(manufacturer, maker.part, {}, lower);
    if (!found.empty()) return maker.vendor;
  }
  return vendor_extension_id == 6 ? Vendor::microsoft : Vendor::none;
}

std::string_view name(OperationCode code, Vendor vendor) { return name_of(code, vendor); }
std::string_view name(ResponseCode code, Vendor vendor) { return name_of(code, vendor); }
std::string_view name(EventCode code, Vendor vendor) { return name_of(code, vendor); }
std::string_view name(FormatCode code, Vendor vendor) { return name_of(code, vendor); }
std::string_view name(PropertyCode code, Vendor vendor) { return name_of(code, vendor); }
std::string_view name(ObjectPropertyCode code, Vendor vendor) { return name_of(code, vendor); }

template <class Code>
std::string to_string(Code code, Vendor vendor) {
  const auto known = name_of(code, vendor);
  return known.empty() ? fmt::format("0x{:04X}", static_cast<u16>(code)) : std::string{known};
}

template <class Code>
std::optional<Code> parse_code(std::string_view text, Vendor vendor) {
  for (const auto& entry : table<Code>()) {
    if (known_to(entry, vendor) && same(entry.name, text)) return Code{entry.code};
  }
  for (const auto& [of, entry] : aliases) {
    if (of == table<Code>().data() && known_to(entry, vendor) && same(entry.name, text)) return Code{entry.code};
  }
  const auto number = parse_number(text);
  if (!number) return std::nullopt;
  return Code{*number};
}

template <class Code>
std::string_view nearest_name(std::string_view text, Vendor vendor) {
  std::string_view nearest;
  // Up to a third of the letters wrong is a slip; more is another word.
  auto least = text.size() / 3 + 1;
  for (const auto& entry : table<Code>()) {
    const auto longer = std::max(entry.name.size(), text.size());
    const auto shorter = std::min(entry.name.size(), text.size());
    if (!known_to(entry, vendor) || longer - shorter >= least) continue;
    const auto distance = edit_distance(text, entry.name);
    if (distance >= least) continue;
    least = distance;
    nearest = entry.name;
  }
  return nearest;
}

DataDirection data_direction(OperationCode code, Vendor vendor) {
  const auto* entry = find(code, vendor);
  return entry ? entry->data : DataDirection::unknown;
}

#define STUNTCAM_INSTANTIATE(Code)                                         \
  template std::string to_string(Code, Vendor);                            \
  template std::optional<Code> parse_code<Code>(std::string_view, Vendor); \
  template std::string_view nearest_name<Code>(std::string_view, Vendor);
STUNTCAM_INSTANTIATE(OperationCode)
STUNTCAM_INSTANTIATE(ResponseCode)
STUNTCAM_INSTANTIATE(EventCode)
STUNTCAM_INSTANTIATE(FormatCode)
STUNTCAM_INSTANTIATE(PropertyCode)
STUNTCAM_INSTANTIATE(ObjectPropertyCode)
#undef STUNTCAM_INSTANTIATE

}  // namespace stuntcam::ptp
