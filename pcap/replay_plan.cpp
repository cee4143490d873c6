#include "pcap/replay_plan.h"

#include <algorithm>
#include <cstring>

#include "pcap/replay_script.h"

namespace stuntcam::pcap {
namespace {

using ptp::OperationCode;

// Parameters of events below are codes of properties, not handles.
constexpr u32 least_handle = 0x10000;

bool is(const ptp::Message& message, OperationCode code) { return message.code == static_cast<u16>(code); }
bool busy(const RecordedTransaction& one) {
  return one.response && one.response->code == static_cast<u16>(ptp::ResponseCode::DeviceBusy);
}

}  // namespace

bool names_object(const QueuedEvent& event) {
  return event.code == static_cast<u16>(ptp::EventCode::ObjectAdded) || event.param >= least_handle;
}

ReplayPlan::ReplayPlan(const RecordedFile& file, const RecordedSession& session, const Masks& masks)
    : waited(session.transactions.size()) {
  find_waits(file, session, masks);
  find_announced(file, session);
  find_listed(file, session);
}

bool ReplayPlan::moves(const ptp::Message& request, const std::string& field) const {
  const auto found = moving_.find(question(request));
  return found != moving_.end() && found->second.contains(field);
}

void ReplayPlan::find_waits(const RecordedFile& file, const RecordedSession& session, const Masks& masks) {
  const auto& transactions = session.transactions;
  std::map<Question, std::size_t> last;  // of those between two effects
  for (auto i = transactions.size(); i-- > 0;) {
    const auto& one = transactions[i];
    const auto role = role_of(one, session.dictionary.vendor);
    if (role == Role::effect) last.clear();
    if (one.incomplete || role == Role::queue) continue;
    const auto [found, first] = last.try_emplace(question(one.request), i);
    if (first) continue;
    const auto& end = transactions[found->second];
    waited[i] = busy(one);
    const bool differs =
        one.response->code != end.response->code || (one.data && end.data && one.data->hash != end.data->hash);
    if (waited[i] || !differs) continue;
    for (auto& each : compare(one, answer_of(file, one), answer_of(file, end), session.dictionary, {}, masks)) {
      waited[i] = true;
      moving_[found->first].insert(std::move(each.field));
    }
  }
}

// In a queue whose form is not known, an event names an object where the bytes of its handle are.
void ReplayPlan::find_announced(const RecordedFile& file, const RecordedSession& session) {
  const auto note = [this](const QueuedEvent& event) {
    if (names_object(event)) fresh.insert(event.param);
  };
  std::set<u32> objects;
  for (const auto& one : session.transactions)
    if (const u32 handle = Identifiers::object(one.request); handle >= least_handle) objects.insert(handle);
  for (const auto& one : session.transactions) {
    for (const auto& event : one.events) note({event.message.code, event.message.params[0]});
    if (role_of(one, session.dictionary.vendor) != Role::queue || !one.data) continue;
    const auto bytes = bytes_of(file, *one.data, max_data_set);
    const auto queued = bytes ? queued_events(*bytes) : std::nullopt;
    for (const auto& event : queued.value_or(std::vector<QueuedEvent>())) note(event);
    if (queued || !bytes) continue;
    quiet = std::min(quiet, one.data->size);
    for (std::size_t at = 0; at + sizeof(u32) <= bytes->size(); ++at) {
      u32 value = 0;
      std::memcpy(&value, bytes->data() + at, sizeof(value));
      if (objects.contains(value)) fresh.insert(value);
    }
  }
}

// Where events do not name them: what a listing has that it had not before, and that the client did not send.
void ReplayPlan::find_listed(const RecordedFile& file, const RecordedSession& session) {
  std::map<Question, std::set<u32>> before;
  std::set<u32> sent;
  for (const auto& one : session.transactions) {
    if (is(one.request, OperationCode::SendObjectInfo) && one.response) sent.insert(one.response->params[2]);
    if (is(one.request, OperationCode::CopyObject) && one.response) sent.insert(one.response->params[0]);
    if (!is(one.request, OperationCode::GetObjectHandles) || one.incomplete || !one.data) continue;
    const auto bytes = bytes_of(file, *one.data, max_data_set);
    const auto handles = ptp::decode_u32_array(bytes.value_or(Bytes()), "Handles");
    if (!handles) continue;
    const auto [known, first] = before.try_emplace(question(one.request));
    for (const u32 handle : *handles)
      if (known->second.insert(handle).second && !first && !sent.contains(handle)) fresh.insert(handle);
  }
}

}  // namespace stuntcam::pcap
