#include "ptp/vendor_data.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "ptp/reader.h"

namespace stuntcam::ptp {
namespace {

struct Layout {
  Vendor vendor;
  u16 code;
  std::string_view fields;
};
constexpr Layout operations[] = {
#define VENDOR_DATA_SET(vendor, operation, fields) {Vendor::vendor, operation, fields},
#include "ptp/vendor_codes.def"
};
constexpr Layout properties[] = {
#define VENDOR_VALUE(vendor, property, fields) {Vendor::vendor, property, fields},
#include "ptp/vendor_codes.def"
};

std::string_view next_word(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

struct Type {
  std::string_view name;
  DataType type;
};
constexpr Type types[] = {{"u8", DataType::uint8},   {"i8", DataType::int8},    {"u16", DataType::uint16},
                          {"i16", DataType::int16},  {"u32", DataType::uint32}, {"i32", DataType::int32},
                          {"u64", DataType::uint64}, {"i64", DataType::int64}};

Json read_fields(Reader& reader, std::string_view fields) {
  const bool counted = fields.starts_with('#');
  const u32 count = counted ? reader.integer<u32>("Count") : 0;
  if (counted) next_word(fields);
  Json values = Json::object();
  auto type = DataType::undefined;
  while (!fields.empty()) {
    const auto word = next_word(fields);
    const auto* const known = std::ranges::find(types, word, &Type::name);
    if (known != std::end(types))
      type = known->type;
    else
      values[std::string(word)] = json(read_value(reader, type, word));
  }
  if (counted && count != values.size()) reader.fail("Count", "is not the number of the fields that are known");
  return values;
}

// Cameras have some hundred properties; Json looks through all names for each that is added.
constexpr u32 most_properties = 2'000;

u32 checked_count(Reader& reader, u32 count) {
  if (count > most_properties) reader.fail("Count", "is more properties than any camera has");
  return count;
}

void add(Json& list, u16 property, Vendor vendor, Reader& reader, Json value) {
  const auto [place, fresh] = list.emplace(to_string(static_cast<PropertyCode>(property), vendor), std::move(value));
  if (!fresh) reader.fail("DevicePropCode", "is there twice");
}

Json read_descriptions(Reader& reader, Vendor vendor) {
  Json list = Json::object();
  const auto count = checked_count(reader, reader.integer<u32>("Count"));
  for (u32 i = 0; i < count && reader.ok(); ++i) {
    const auto length = reader.integer<u32>("Length");
    if (length < sizeof(length)) reader.fail("Length", "is shorter than itself");
    const auto description = decode<DevicePropDesc>(reader.bytes("DevicePropDesc", length - sizeof(length)));
    if (!description) reader.fail(description.error().field, description.error().problem);
    if (reader.ok()) add(list, description->code, vendor, reader, json(*description));
  }
  return list;
}

Json read_values(Reader& reader, Vendor vendor) {
  Json list = Json::object();
  const auto count = checked_count(reader, reader.integer<u16>("Count"));
  for (u32 i = 0; i < count && reader.ok(); ++i) {
    const auto property = reader.integer<u16>("DevicePropCode");
    const auto value = reader.integer<u32>("Value");
    if (reader.ok()) add(list, property, vendor, reader, value);
  }
  return list;
}

Expected<Json> read(std::span<const Layout> layouts, Vendor vendor, u16 code, View data) {
  const auto layout =
      std::ranges::find_if(layouts, [&](const Layout& each) { return each.vendor == vendor && each.code == code; });
  if (layout == layouts.end()) return Json();
  Reader reader(data);
  Json values;
  if (layout->fields == "descriptions")
    values = read_descriptions(reader, vendor);
  else if (layout->fields == "values")
    values = read_values(reader, vendor);
  else
    values = read_fields(reader, layout->fields);
  if (!reader.rest().empty()) reader.fail("end", "is followed by more");
  return reader.result(std::move(values));
}

}  // namespace

Expected<Json> vendor_data_set(Vendor vendor, OperationCode operation, View data) {
  return read(operations, vendor, static_cast<u16>(operation), data);
}

Expected<Json> vendor_value(Vendor vendor, PropertyCode property, View data) {
  return read(properties, vendor, static_cast<u16>(property), data);
}

}  // namespace stuntcam::ptp
