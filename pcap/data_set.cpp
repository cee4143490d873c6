#include "pcap/data_set.h"

#include <algorithm>
#include <span>

#include "ptp/vendor_data.h"

namespace stuntcam::pcap {
namespace {

using ptp::Expected;
using ptp::Json;
using ptp::OperationCode;

using Decode = Expected<Json> (*)(const Dictionary&, const ptp::Message&, View);

template <class T>
Json printed(const T& value) {
  return ptp::json(value);
}
template <class Integer>
Json printed(const std::vector<Integer>& values) {
  return Json(values);
}
template <class T>
Expected<Json> printed(const Expected<T>& decoded) {
  if (!decoded) return std::unexpected(decoded.error());
  return printed(*decoded);
}

template <class T>
Expected<Json> whole(const Dictionary&, const ptp::Message&, View bytes) {
  const auto decoded = ptp::decode<T>(bytes);
  auto json = printed(decoded);
  if (!json || !json->is_object()) return json;
  const auto used = ptp::encode(*decoded);
  if (used.size() < bytes.size() && std::ranges::equal(used, bytes.first(used.size())))
    (*json)["surplus"] = bytes.size() - used.size();
  return json;
}

Expected<Json> codes(const Dictionary&, const ptp::Message&, View bytes) {
  return printed(ptp::decode_u16_array(bytes, "Codes"));
}

Expected<Json> numbers(const Dictionary&, const ptp::Message&, View bytes) {
  return printed(ptp::decode_u32_array(bytes, "Elements"));
}

Expected<Json> property_value(const Dictionary& dictionary, const ptp::Message& request, View bytes) {
  const auto property = static_cast<u16>(request.params[0]);
  const auto type = dictionary.property_types.find(property);
  if (request.count == 0) return Json();
  if (type == dictionary.property_types.end())
    return ptp::vendor_value(dictionary.vendor, static_cast<ptp::PropertyCode>(property), bytes);
  return printed(ptp::decode_value(bytes, type->second));
}

struct Row {
  OperationCode operation;
  Decode decode;
};
constexpr Row rows[] = {
    {OperationCode::GetDeviceInfo, whole<ptp::DeviceInfo>},
    {OperationCode::GetStorageIDs, numbers},
    {OperationCode::GetStorageInfo, whole<ptp::StorageInfo>},
    {OperationCode::GetObjectHandles, numbers},
    {OperationCode::GetObjectInfo, whole<ptp::ObjectInfo>},
    {OperationCode::SendObjectInfo, whole<ptp::ObjectInfo>},
    {OperationCode::GetDevicePropDesc, whole<ptp::DevicePropDesc>},
    {OperationCode::GetDevicePropValue, property_value},
    {OperationCode::SetDevicePropValue, property_value},
    {OperationCode::GetStreamInfo, whole<ptp::StreamInfo>},
    {OperationCode::GetObjectPropsSupported, codes},
    {OperationCode::GetObjectPropDesc, whole<ptp::ObjectPropDesc>},
    {OperationCode::GetObjectPropList, whole<ptp::ObjectPropList>},
    {OperationCode::SetObjectPropList, whole<ptp::ObjectPropList>},
    {OperationCode::GetObjectReferences, numbers},
    {OperationCode::SetObjectReferences, numbers},
};

const Row* row(OperationCode code) {
  const auto* found = std::ranges::find(rows, code, &Row::operation);
  return found == std::end(rows) ? nullptr : found;
}

}  // namespace

bool carries_data_set(OperationCode code) { return row(code) != nullptr; }

Expected<Json> data_set(const Dictionary& dictionary, const ptp::Message& request, View bytes) {
  const auto* known = row(static_cast<OperationCode>(request.code));
  if (known != nullptr) return known->decode(dictionary, request, bytes);
  return ptp::vendor_data_set(dictionary.vendor, static_cast<OperationCode>(request.code), bytes);
}

}  // namespace stuntcam::pcap
