#include "ptp/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "ptp/text.h"

namespace stuntcam::ptp {

namespace {

constexpr u16 array_bit = 0x4000;
constexpr std::array<std::string_view, 11> integer_names{"",       "int8",  "uint8",  "int16",  "uint16", "int32",
                                                         "uint32", "int64", "uint64", "int128", "uint128"};
constexpr std::array<std::string_view, 11> array_names{
    "",
    "array_of_int8",
    "array_of_uint8",
    "array_of_int16",
    "array_of_uint16",
    "array_of_int32",
    "array_of_uint32",
    "array_of_int64",
    "array_of_uint64",
    "array_of_int128",
    "array_of_uint128",
};

bool is_integer(DataType type) { return type >= DataType::int8 && type <= DataType::uint128; }

// The value that the low bytes of `integer` have in this element type.
i128 fit(DataType element, i128 integer) {
  const auto size = static_cast<int>(size_of(element));
  if (size == 0) return 0;
  const auto unused = 128 - 8 * size;
  const auto high = static_cast<u128>(integer) << unused;
  return is_signed(element) ? static_cast<i128>(high) >> unused : static_cast<i128>(high >> unused);
}

i128 read_integer(Reader& reader, DataType element, std::string_view field) {
  switch (size_of(element)) {
    case 1:
      return fit(element, reader.integer<u8>(field));
    case 2:
      return fit(element, reader.integer<u16>(field));
    case 4:
      return fit(element, reader.integer<u32>(field));
    case 8:
      return fit(element, reader.integer<u64>(field));
    default:
      return reader.integer<i128>(field);
  }
}

void write_integer(Writer& writer, DataType element, i128 integer) {
  switch (size_of(element)) {
    case 1:
      return writer.integer(static_cast<u8>(integer));
    case 2:
      return writer.integer(static_cast<u16>(integer));
    case 4:
      return writer.integer(static_cast<u32>(integer));
    case 8:
      return writer.integer(static_cast<u64>(integer));
    default:
      return writer.integer(integer);
  }
}

std::string integer_text(DataType element, i128 integer) {
  if (is_signed(element) && integer >= std::numeric_limits<i64>::min() && integer <= std::numeric_limits<i64>::max())
    return fmt::format("{}", static_cast<i64>(integer));
  const auto bits = static_cast<u128>(integer);
  const auto high = static_cast<u64>(bits >> 64);
  const auto low = static_cast<u64>(bits);
  if (high != 0) return fmt::format("0x{:X}{:016X}", high, low);
  return fmt::format("{}", low);
}

// Quoted, so that text from a camera cannot move the cursor of a terminal.
std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  const auto valid = valid_utf8(text);
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const char c = valid[i];
    const auto byte = static_cast<u8>(c);
    const bool two_bytes = byte == 0xC2 && static_cast<u8>(valid[i + 1]) < 0xA0;  // U+0080 to U+009F
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F || two_bytes) {
      out += fmt::format("\\x{:02X}", two_bytes ? static_cast<u8>(valid[++i]) : byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

bool known(DataType type) {
  return is_integer(type) || type == DataType::string || (is_array(type) && is_integer(element_of(type)));
}
bool is_array(DataType type) { return type >= DataType::array_of_int8 && type <= DataType::array_of_uint128; }
bool is_signed(DataType type) {
  const auto element = element_of(type);
  return is_integer(element) && (static_cast<u16>(element) & 1) != 0;
}
DataType element_of(DataType type) {
  return is_array(type) ? static_cast<DataType>(static_cast<u16>(type) - array_bit) : type;
}
std::size_t size_of(DataType type) {
  const auto element = element_of(type);
  return is_integer(element) ? std::size_t{1} << ((static_cast<u16>(element) - 1) / 2) : 0;
}

std::string_view name(DataType type) {
  if (type == DataType::string) return "string";
  if (!known(type)) return {};
  const auto index = static_cast<u16>(element_of(type));
  return is_array(type) ? array_names[index] : integer_names[index];
}

std::optional<DataType> data_type(std::string_view name) {
  if (name.empty()) return std::nullopt;
  if (name == "string") return DataType::string;
  for (std::size_t i = 1; i < integer_names.size(); ++i) {
    if (name == integer_names[i]) return static_cast<DataType>(i);
    if (name == array_names[i]) return static_cast<DataType>(i | array_bit);
  }
  return std::nullopt;
}

Value::Value(DataType type, i128 integer) : type_(type), value_(fit(type, integer)) {}
Value::Value(DataType type, std::vector<i128> array) : type_(type) {
  const auto element = element_of(type);
  for (auto& integer : array) integer = fit(element, integer);
  value_ = std::move(array);
}
Value::Value(std::string_view text) : type_(DataType::string), value_(std::string{text}) {}

Value Value::zero(DataType type) {
  if (type == DataType::string) return Value{std::string_view{}};
  if (is_array(type)) return {type, std::vector<i128>{}};
  return is_integer(type) ? Value{type, i128{0}} : Value{};
}

i128 Value::integer() const {
  const auto* integer = std::get_if<i128>(&value_);
  return integer ? *integer : 0;
}
const std::vector<i128>& Value::array() const {
  static const std::vector<i128> none;
  const auto* array = std::get_if<std::vector<i128>>(&value_);
  return array ? *array : none;
}
const std::string& Value::text() const {
  static const std::string none;
  const auto* text = std::get_if<std::string>(&value_);
  return text ? *text : none;
}

void Value::encode(Writer& writer) const {
  if (type_ == DataType::string) return writer.string(text());
  if (is_array(type_)) {
    writer.integer(static_cast<u32>(array().size()));
    for (const auto integer : array()) write_integer(writer, element_of(type_), integer);
  } else if (is_integer(type_)) {
    write_integer(writer, type_, integer());
  }
}

Bytes Value::bytes() const {
  Bytes out;
  Writer writer{out};
  encode(writer);
  return out;
}

std::string Value::to_string() const {
  if (type_ == DataType::string) return in_quotes(text());
  if (!is_array(type_)) return is_integer(type_) ? integer_text(type_, integer()) : std::string{};
  std::string out = "[";
  for (const auto integer : array()) {
    if (out.size() > 1) out += ", ";
    out += integer_text(element_of(type_), integer);
  }
  return out + "]";
}

Value read_value(Reader& reader, DataType type, std::string_view field) {
  if (type == DataType::string) return Value{reader.string(field)};
  if (is_array(type)) {
    const auto elements = reader.count(field, size_of(type));
    std::vector<i128> array;
    array.reserve(elements);
    for (u32 i = 0; i < elements; ++i) array.push_back(read_integer(reader, element_of(type), field));
    return {type, std::move(array)};
  }
  if (is_integer(type)) return {type, read_integer(reader, type, field)};
  reader.fail(field, "has an unknown data type");
  return {};
}

Expected<Value> decode_value(View bytes, DataType type, std::string_view field) {
  Reader reader{bytes};
  auto value = read_value(reader, type, field);
  if (!reader.rest().empty()) reader.fail(field, "has surplus bytes behind it");
  return reader.result(std::move(value));
}

int compare(const Value& a, const Value& b) {
  if (!is_signed(a.type())) return a.bits() < b.bits() ? -1 : a.bits() > b.bits() ? 1 : 0;
  return a.integer() < b.integer() ? -1 : a.integer() > b.integer() ? 1 : 0;
}

}  // namespace stuntcam::ptp
