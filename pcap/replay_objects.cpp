// Numbers that a camera gives out: ClientReplay's storages and objects, from then to now.
#include <algorithm>
#include <map>
#include <set>

#include "pcap/replay_client.h"

namespace stuntcam::pcap {

using ptp::Message;
using ptp::OperationCode;
using ptp::ResponseCode;
using transport::Task;

namespace {

// Objects that are looked at to find those of the capture among the camera's.
constexpr std::size_t most_looked_at = 2'000;

bool is(const Message& message, OperationCode code) { return message.code == static_cast<u16>(code); }
bool is(const std::optional<Message>& response, ResponseCode code) {
  return response && response->code == static_cast<u16>(code);
}

}  // namespace

void ClientReplay::learn(const RecordedTransaction& one, const Answer& answer) {
  if (!is(one.response, ResponseCode::OK) || !is(answer.response, ResponseCode::OK)) return;
  if (is(one.request, OperationCode::GetStorageIDs)) {
    const auto bytes = recorded_bytes(one);
    const auto then = ptp::decode_u32_array(bytes.value_or(Bytes()), "StorageIDs");
    const auto now = ptp::decode_u32_array(answer.kept, "StorageIDs");
    for (std::size_t i = 0; then && now && i < std::min(then->size(), now->size()); ++i)
      ids_.storages[(*then)[i]] = (*now)[i];
  }
  if (is(one.request, OperationCode::SendObjectInfo) && one.response->count > 2 && answer.response->count > 2)
    ids_.handles[one.response->params[2]] = answer.response->params[2];
  if (is(one.request, OperationCode::CopyObject) && one.response->count > 0 && answer.response->count > 0)
    ids_.handles[one.response->params[0]] = answer.response->params[0];
}

// Of the objects whose ObjectInfo was captured.
std::map<u32, ClientReplay::Name> ClientReplay::recorded_names() const {
  std::map<u32, Name> names;
  for (const auto& one : session_.transactions) {
    const auto data = is(one.request, OperationCode::GetObjectInfo) ? recorded_bytes(one) : std::nullopt;
    const auto info = data ? ptp::decode<ptp::ObjectInfo>(*data) : std::unexpected(ptp::Error{});
    if (info) names[one.request.params[0]] = {info->filename, info->object_compressed_size};
  }
  return names;
}

Task<ClientReplay::Name> ClientReplay::name_of(u32 handle) {
  RecordedTransaction question;
  question.request.transaction_id = ptp::no_transaction;
  Message request;
  request.code = static_cast<u16>(OperationCode::GetObjectInfo);
  request.count = 1;
  request.params[0] = handle;
  const Answer told = co_await ask(question, request);
  const auto info = ptp::decode<ptp::ObjectInfo>(told.kept);
  co_return info ? Name(info->filename, info->object_compressed_size) : Name();
}

// The same objects may have other handles. They are found by name and size; where nothing is known of them, by their
// place in the list; and those that were made meanwhile among what no listing had before.
Task<> ClientReplay::map_handles(const RecordedTransaction& one, const Answer& answer) {
  const auto bytes = recorded_bytes(one);
  const auto then = ptp::decode_u32_array(bytes.value_or(Bytes()), "Handles");
  const auto now = ptp::decode_u32_array(answer.kept, "Handles");
  if (!then || !now) co_return;
  const auto before = listed_;
  listed_.insert(now->begin(), now->end());
  const auto translated = [this](u32 recorded) { return ids_.handle(recorded); };
  if (std::ranges::is_permutation(*then, *now, {}, translated) || now->size() > most_looked_at) co_return;
  std::vector<std::pair<u32, Name>> live;  // that are nobody's yet
  for (const u32 handle : *now) {
    const bool taken = std::ranges::any_of(ids_.handles, [&](const auto& known) { return known.second == handle; });
    if (taken) continue;
    const Name name = co_await name_of(handle);
    live.emplace_back(handle, name);
  }
  const auto wanted = recorded_names();
  for (std::size_t i = 0; i < then->size(); ++i) {
    const u32 recorded = (*then)[i];
    if (ids_.handles.contains(recorded)) continue;
    const auto name = wanted.find(recorded);
    auto found = live.end();
    if (name != wanted.end()) found = std::ranges::find(live, name->second, &std::pair<u32, Name>::second);
    const bool in_place = name == wanted.end() && then->size() == now->size();
    if (in_place) found = std::ranges::find(live, (*now)[i], &std::pair<u32, Name>::first);
    if (found == live.end() && ids_.fresh.contains(recorded))
      found = std::ranges::find_if(live, [&](const auto& each) { return !before.contains(each.first); });
    if (found == live.end()) continue;
    ids_.handles[recorded] = found->first;
    live.erase(found);
  }
}

}  // namespace stuntcam::pcap
