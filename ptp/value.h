// A value of any PTP data type (docs/protocol.md §2.1): 8 to 128-bit integers, arrays of them, strings.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ptp/bytes.h"
#include "ptp/error.h"
#include "ptp/reader.h"
#include "ptp/writer.h"

namespace stuntcam::ptp {

enum class DataType : u16 {
  undefined = 0x0000,
  int8 = 0x0001,
  uint8 = 0x0002,
  int16 = 0x0003,
  uint16 = 0x0004,
  int32 = 0x0005,
  uint32 = 0x0006,
  int64 = 0x0007,
  uint64 = 0x0008,
  int128 = 0x0009,
  uint128 = 0x000A,
  array_of_int8 = 0x4001,  // … up to array_of_uint128: element type | 0x4000
  array_of_uint8 = 0x4002,
  array_of_int16 = 0x4003,
  array_of_uint16 = 0x4004,
  array_of_int32 = 0x4005,
  array_of_uint32 = 0x4006,
  array_of_int64 = 0x4007,
  array_of_uint64 = 0x4008,
  array_of_int128 = 0x4009,
  array_of_uint128 = 0x400A,
  string = 0xFFFF,
};

bool known(DataType);  // one of the above, undefined excepted
bool is_array(DataType);
bool is_signed(DataType);         // of the element, for arrays
DataType element_of(DataType);    // array_of_uint16 → uint16; others: themselves
std::size_t size_of(DataType);    // bytes of an integer (of an element, for arrays); 0 for strings
std::string_view name(DataType);  // "uint16", "array_of_uint16", "string"; "" when unknown
std::optional<DataType> data_type(std::string_view name);  // the inverse

// One value with its type. Integers are kept sign- or zero-extended to 128 bits by their type.
class Value {
 public:
  Value() = default;                              // DataType::undefined: no value, no bytes
  Value(DataType type, i128 integer);             // integer types; cut to the type's width
  Value(DataType type, std::vector<i128> array);  // array types; each cut to the element's width
  explicit Value(std::string_view text);          // DataType::string, UTF-8
  static Value zero(DataType);                    // 0, an empty array, ""

  DataType type() const { return type_; }
  i128 integer() const;  // 0 when this is no integer. A uint128 above 2^127 comes out negative: see bits()
  u128 bits() const { return static_cast<u128>(integer()); }
  const std::vector<i128>& array() const;  // empty when this is no array
  const std::string& text() const;         // "" when this is no string
  bool operator==(const Value&) const = default;

  void encode(Writer&) const;
  Bytes bytes() const;
  // Plain text: 6400, -333, [1, 2], "quoted"; integers above 64 bits in hex.
  std::string to_string() const;

 private:
  DataType type_ = DataType::undefined;
  std::variant<std::monostate, i128, std::vector<i128>, std::string> value_;
};

// Reads one value of the given type. An unknown type fails in `field`.
Value read_value(Reader&, DataType, std::string_view field);
// All of `bytes` must be the value: a SetDevicePropValue payload. Surplus bytes are an error.
Expected<Value> decode_value(View bytes, DataType, std::string_view field = "Value");
// -1 less, 0 equal, 1 greater; by sign of the type. For integers only.
int compare(const Value& a, const Value& b);

}  // namespace stuntcam::ptp
