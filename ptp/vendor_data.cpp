#include "ptp/vendor_data.h"

#include <algorithm>
#include <iterator>

#include "ptp/reader.h"

namespace stuntcam::ptp {
namespace {

struct Layout {
  Vendor vendor;
  u16 operation;
  std::string_view fields;
};
constexpr Layout layouts[] = {
#define VENDOR_DATA_SET(vendor, operation, fields) {Vendor::vendor, operation, fields},
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

}  // namespace

Expected<Json> vendor_data_set(Vendor vendor, OperationCode operation, View data) {
  const auto* const layout = std::ranges::find_if(layouts, [&](const Layout& each) {
    return each.vendor == vendor && each.operation == static_cast<u16>(operation);
  });
  if (layout == std::end(layouts)) return Json();
  Reader reader(data);
  auto fields = layout->fields;
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
  if (!reader.rest().empty()) reader.fail("end", "is followed by more");
  return reader.result(std::move(values));
}

}  // namespace stuntcam::ptp
