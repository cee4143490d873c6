#include "pcap/replay_compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ptp/reader.h"

namespace stuntcam::pcap {
namespace {

using ptp::Json;
using ptp::OperationCode;

// Characters of a value that a difference shows.
constexpr std::size_t most_shown = 200;

enum class Names : u8 { nothing, object, storage };

// What the first three parameters of an operation are.
struct Row {
  OperationCode operation;
  std::array<Names, 3> parameters;
};
constexpr auto none = Names::nothing, object = Names::object, storage = Names::storage;
constexpr Row rows[] = {
    {OperationCode::GetStorageInfo, {storage, none, none}},
    {OperationCode::FormatStore, {storage, none, none}},
    {OperationCode::GetNumObjects, {storage, none, object}},
    {OperationCode::GetObjectHandles, {storage, none, object}},
    {OperationCode::GetObjectInfo, {object, none, none}},
    {OperationCode::GetObject, {object, none, none}},
    {OperationCode::GetThumb, {object, none, none}},
    {OperationCode::DeleteObject, {object, none, none}},
    {OperationCode::SendObjectInfo, {storage, object, none}},
    {OperationCode::InitiateCapture, {storage, none, none}},
    {OperationCode::InitiateOpenCapture, {storage, none, none}},
    {OperationCode::SetObjectProtection, {object, none, none}},
    {OperationCode::MoveObject, {object, storage, object}},
    {OperationCode::CopyObject, {object, storage, object}},
    {OperationCode::GetPartialObject, {object, none, none}},
    {OperationCode::GetObjectPropValue, {object, none, none}},
    {OperationCode::SetObjectPropValue, {object, none, none}},
    {OperationCode::GetObjectPropList, {object, none, none}},
    {OperationCode::GetObjectReferences, {object, none, none}},
    {OperationCode::SetObjectReferences, {object, none, none}},
};
// A vendor's own operations: whatever was given out as a handle and can hardly be anything else.
constexpr u32 least_telling = 0x10000;

const Row* row(u16 code) {
  const auto* found = std::ranges::find(rows, static_cast<OperationCode>(code), &Row::operation);
  return found == std::end(rows) ? nullptr : found;
}

u32 looked_up(const std::map<u32, u32>& map, u32 recorded) {
  const auto found = map.find(recorded);
  return found == map.end() ? recorded : found->second;
}

bool is(const ptp::Message& request, OperationCode code) { return request.code == static_cast<u16>(code); }

bool names_property(const ptp::Message& request) {
  return is(request, OperationCode::GetDevicePropDesc) || is(request, OperationCode::GetDevicePropValue) ||
         is(request, OperationCode::SetDevicePropValue) || is(request, OperationCode::ResetDevicePropValue);
}

// `*` is any text.
bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    for (std::size_t i = 0; i <= text.size(); ++i)
      if (matches(pattern.substr(1), text.substr(i))) return true;
    return false;
  }
  return !text.empty() && pattern.front() == text.front() && matches(pattern.substr(1), text.substr(1));
}

std::string shown(const Json& value) {
  auto text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > most_shown) text = text.substr(0, most_shown) + "…";
  return text;
}

bool is_set(const std::string& field) {
  static constexpr std::array endings = {"Supported", "Formats"};
  return field.starts_with("GetObjectHandles(") ||
         std::ranges::any_of(endings, [&](const char* ending) { return field.ends_with(ending); });
}

Json without(const Json& list, const Json& other) {
  auto left = Json::array();
  for (const auto& value : list)
    if (std::ranges::find(other, value) == other.end()) left.push_back(value);
  return left;
}

void compare_into(const std::string& field, const Json& recorded, const Json& live, const Masks& masks,
                  std::vector<Difference>& differences) {
  if (recorded == live || masks.hides(field)) return;
  if (recorded.is_object() && live.is_object()) {
    for (const auto& [name, value] : recorded.items())
      compare_into(field + "." + name, value, live.contains(name) ? live[name] : Json(), masks, differences);
    for (const auto& [name, value] : live.items())
      if (!recorded.contains(name)) compare_into(field + "." + name, Json(), value, masks, differences);
    return;
  }
  const bool lists = recorded.is_array() && live.is_array();
  if (lists && is_set(field)) {
    const auto gone = without(recorded, live), come = without(live, recorded);
    if (!gone.empty() || !come.empty()) differences.push_back({field, shown(gone), shown(come)});
    return;
  }
  const bool records = lists && recorded.size() == live.size() && !recorded.empty() && recorded[0].is_object();
  for (std::size_t i = 0; records && i < recorded.size(); ++i)
    compare_into(fmt::format("{}[{}]", field, i), recorded[i], live[i], masks, differences);
  if (!records) differences.push_back({field, shown(recorded), shown(live)});
}

}  // namespace

std::vector<std::string> Masks::usual() {
  return {"*(Battery*",      "*.Battery*",      "*(DateTime)*",  "*.FreeSpaceInBytes", "*.FreeSpaceInImages",
          "*Remaining*",     "*.SerialNumber",  "*.CaptureDate", "*.ModificationDate", "*LiveView*.bytes",
          "*LiveView*.size", "*Preview*.bytes", "*Preview*.size"};
}

Masks::Masks(std::vector<std::string> more) : patterns_(usual()) {
  patterns_.insert(patterns_.end(), more.begin(), more.end());
}

bool Masks::hides(std::string_view field) const {
  const auto names = [&](const std::string& pattern) {
    for (auto rest = field; !rest.empty();) {
      const auto end = std::min(rest.find_first_of(".()[]"), rest.size());
      if (rest.substr(0, end) == pattern) return true;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
  };
  return std::ranges::any_of(patterns_,
                             [&](const std::string& pattern) { return matches(pattern, field) || names(pattern); });
}

u32 Identifiers::handle(u32 recorded) const { return looked_up(handles, recorded); }
u32 Identifiers::storage(u32 recorded) const { return looked_up(storages, recorded); }

ptp::Message Identifiers::translate(ptp::Message request) const {
  const auto* known = row(request.code);
  for (std::size_t i = 0; i < request.count; ++i) {
    auto& value = request.params[i];
    const auto names = known && i < known->parameters.size() ? known->parameters[i] : none;
    const bool telling = !known && !names_property(request) && value >= least_telling;
    if (names == Names::object || telling) value = handle(value);
    if (names == Names::storage || telling) value = storage(value);
  }
  return request;
}

Bytes Identifiers::translate(const ptp::Message& request, Bytes data) const {
  if (!is(request, OperationCode::SendObjectInfo)) return data;
  auto info = ptp::decode<ptp::ObjectInfo>(data);
  if (!info) return data;
  const auto before = *info;
  info->storage_id = storage(info->storage_id);
  info->parent_object = handle(info->parent_object);
  return *info == before ? data : ptp::encode(*info);
}

Json Identifiers::translate(const ptp::Message& request, Json data_set) const {
  const auto each = [&](Json& list, auto&& one) {
    for (auto& value : list)
      if (value.is_number_integer()) value = one(value.template get<u32>());
  };
  if (is(request, OperationCode::GetObjectInfo) && data_set.is_object()) {
    data_set["StorageID"] = storage(data_set["StorageID"].get<u32>());
    data_set["ParentObject"] = handle(data_set["ParentObject"].get<u32>());
  } else if (is(request, OperationCode::GetStorageIDs)) {
    each(data_set, [&](u32 value) { return storage(value); });
  } else if (is(request, OperationCode::GetObjectHandles) || is(request, OperationCode::GetObjectReferences)) {
    each(data_set, [&](u32 value) { return handle(value); });
  } else if (is(request, OperationCode::GetObjectPropList) && data_set.contains("Elements")) {
    for (auto& element : data_set["Elements"]) element["ObjectHandle"] = handle(element["ObjectHandle"].get<u32>());
  }
  return data_set;
}

u32 Identifiers::object(const ptp::Message& request) {
  const auto* known = row(request.code);
  if (request.count == 0) return 0;
  if (known) return known->parameters[0] == Names::object ? request.params[0] : 0;
  return !names_property(request) && request.params[0] >= least_telling ? request.params[0] : 0;
}

std::string subject(const ptp::Message& request, ptp::Vendor vendor) {
  auto text = ptp::to_string(static_cast<OperationCode>(request.code), vendor) + "(";
  for (std::size_t i = 0; i < request.count; ++i) {
    if (i > 0) text += ", ";
    text += i == 0 && names_property(request)
                ? ptp::to_string(static_cast<ptp::PropertyCode>(request.params[0]), vendor)
                : fmt::format("0x{:x}", request.params[i]);
  }
  return text + ")";
}

std::vector<Difference> compare(const std::string& subject, const Json& recorded, const Json& live,
                                const Masks& masks) {
  std::vector<Difference> differences;
  compare_into(subject, recorded, live, masks, differences);
  return differences;
}

std::optional<std::vector<QueuedEvent>> queued_events(View data) {
  ptp::Reader reader(data);
  const auto count = reader.integer<u16>("NumEvents");
  std::vector<QueuedEvent> events;
  for (u16 i = 0; i < count && reader.ok(); ++i) {
    QueuedEvent event;
    event.code = reader.integer<u16>("EventCode");
    event.param = reader.integer<u32>("EventParameter");
    events.push_back(event);
  }
  if (!reader.ok() || std::ranges::any_of(events, [](const auto& one) { return one.code < 0x4000; })) return {};
  return events;
}

}  // namespace stuntcam::pcap
