// Each data set: decoded, encoded, decoded again; as JSON and as text. The first byte says which.
#include <array>

#include "fuzz/targets/input.h"
#include "ptp/codes.h"
#include "ptp/datasets.h"
#include "ptp/json.h"
#include "ptp/vendor_data.h"

namespace stuntcam::fuzz {
namespace {

using namespace ptp;

void check_json(const Json& json) {
  require(!json.dump(-1, ' ', false, Json::error_handler_t::replace).empty(), "JSON can be written");
}

// Whether and where, the error says.
void check_error(const Error& error, std::size_t size) {
  require(!error.field.empty() && !error.problem.empty(), "an error names field and problem");
  require(error.offset <= size, "an error lies within the data set");
  (void)error.to_string();
}

template <class T>
void check(View bytes) {
  const auto first = decode<T>(bytes);
  if (!first) return check_error(first.error(), bytes.size());
  const Bytes wire = encode(*first);
  const auto second = decode<T>(wire);
  require(second.has_value() && *second == *first, "a data set is the same after encode and decode");
  require(encode(*first) == wire, "a data set has one encoding");
  check_json(json(*first));
  (void)text(*first);
}

void check_forms(View bytes) {
  const auto described = decode<DevicePropDesc>(bytes);
  if (!described) return;
  (void)allows(described->form, described->current);
  (void)allows(described->form, described->factory_default);
  if (!is_array(described->type) && described->type != DataType::string)
    require(compare(described->current, described->current) == 0, "a value equals itself");
}

template <class T>
void check_array(const Expected<std::vector<T>>& first, std::size_t size) {
  if (!first) return check_error(first.error(), size);
  const Bytes wire = encode_array(*first);
  require(wire.size() == 4 + sizeof(T) * first->size(), "an array is a count and its elements");
}

void check_value(Input& input) {
  const auto type = static_cast<DataType>(input.number<u16>());
  const View bytes = input.rest();
  (void)data_type(name(type));
  (void)is_signed(type);
  (void)size_of(type);
  const auto value = decode_value(bytes, type);
  if (!value) return check_error(value.error(), bytes.size());
  const auto again = decode_value(value->bytes(), type);
  require(again.has_value() && *again == *value, "a value is the same after encode and decode");
  require(Value::zero(type).type() == type, "every type has a zero");
  (void)value->to_string();
  check_json(json(*value));
  if (is_array(type)) require(value->array().size() * size_of(type) + 4 == bytes.size(), "an array has its elements");
}

void check_vendor_data(Input& input) {
  static constexpr std::array vendors{Vendor::none,   Vendor::nikon, Vendor::canon,   Vendor::fuji,
                                      Vendor::parrot, Vendor::leica, Vendor::olympus, Vendor::sony};
  const auto vendor = vendors[input.below(vendors.size())];
  const auto code = input.number<u16>();
  const View bytes = input.rest();
  const auto fields = code >= 0xD000 ? vendor_value(vendor, static_cast<PropertyCode>(code), bytes)
                                     : vendor_data_set(vendor, static_cast<OperationCode>(code), bytes);
  if (!fields) return check_error(fields.error(), bytes.size());
  check_json(*fields);
}

}  // namespace
}  // namespace stuntcam::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stuntcam;
  using namespace stuntcam::fuzz;
  Input input(data, size);
  switch (input.below(11)) {
    case 0:
      check<ptp::DeviceInfo>(input.rest());
      break;
    case 1:
      check<ptp::StorageInfo>(input.rest());
      break;
    case 2:
      check<ptp::ObjectInfo>(input.rest());
      break;
    case 3: {
      const View bytes = input.rest();
      check<ptp::DevicePropDesc>(bytes);
      check_forms(bytes);
      break;
    }
    case 4:
      check<ptp::ObjectPropDesc>(input.rest());
      break;
    case 5:
      check<ptp::ObjectPropList>(input.rest());
      break;
    case 6:
      check<ptp::StreamInfo>(input.rest());
      break;
    case 7: {
      const View bytes = input.rest();
      check_array(ptp::decode_u16_array(bytes, "Codes"), bytes.size());
      break;
    }
    case 8: {
      const View bytes = input.rest();
      check_array(ptp::decode_u32_array(bytes, "Handles"), bytes.size());
      break;
    }
    case 9:
      check_value(input);
      break;
    default:
      check_vendor_data(input);
      break;
  }
  return 0;
}
