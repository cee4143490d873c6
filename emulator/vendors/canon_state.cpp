// Who is in charge of the camera, and the records that a host polls.
#include <algorithm>
#include <cstring>

#include "emulator/camera.h"
#include "emulator/vendors/canon.h"
#include "emulator/vendors/canon_codes.h"
#include "emulator/vendors/canon_records.h"
#include "ptp/writer.h"

namespace stuntcam::emulator {

using ptp::Writer;

namespace {

// A host that asked for records and then stops fetching them costs no more than this; the oldest go first.
constexpr std::size_t max_records = 1024;
constexpr u32 focus_group = 0x100;  // of OLCInfo

// Told when a host asks for them (RequestDevicePropValue), not by themselves: so the 60D and the R6.
bool on_request_only(u16 code) {
  return code == canon::property::Artist || code == canon::property::Copyright || code == canon::property::SerialNumber;
}

void append(Bytes& to, const Bytes& record) { to.insert(to.end(), record.begin(), record.end()); }

void write_list(Writer& writer, std::span<const u32> values) {
  writer.integer(static_cast<u32>(values.size()));
  for (const u32 value : values) writer.integer(value);
}

}  // namespace

void CanonModule::tell(Host& host, Bytes record) {
  if (!host.events) return;
  if (host.records.size() == max_records) host.records.pop_front();
  host.records.push_back(std::move(record));
}

void CanonModule::tell(const Bytes& record) {
  for (auto& [session, host] : hosts_) tell(host, record);
}

void CanonModule::tell_focus(u8 first, u8 second) {
  for (auto& [session, host] : hosts_)
    if ((host.olc_groups & focus_group) != 0) tell(host, canon::focus_record(first, second));
}

void CanonModule::tell_available_shots(Camera& camera) {
  if (const auto shots = camera.properties().get(canon::property::AvailableShots))
    tell(canon::value_record(canon::property::AvailableShots, *shots));
}

// Everything that changes, from the first GetEvent on. The first answer is the whole state, as if all of it had just
// changed.
Bytes CanonModule::everything(Camera& camera) {
  const Properties& properties = camera.properties();
  Bytes records;
  for (const u16 code : properties.codes(true))
    if (const auto value = properties.get(code); value && !on_request_only(code))
      append(records, canon::value_record(code, *value));
  for (const u16 code : properties.codes(true))
    if (properties.has(code))
      append(records, canon::list_record(code, properties.definition(code), available(camera, code)));
  // Seen behind them; the last has no name.
  const Store* const store = camera.default_store();
  if (store != nullptr) append(records, canon::record(canon::event::CTGInfoCheckComplete, store->id()));
  append(records, canon::record(canon::event::PowerZoomInfoChanged, 0));
  append(records, canon::record(canon::event::Unnamed, 0));
  return records;
}

Answer CanonModule::get_event(Context& context) {
  Host& host = this->host(context.session);
  Bytes data;
  if (std::exchange(host.fresh, false)) data = everything(context.camera);
  for (const Bytes& record : host.records) append(data, record);
  host.records.clear();
  append(data, canon::end_record());
  return Reply(Body(std::move(data)));
}

Answer CanonModule::set_event_mode(Context& context) {
  Host& host = this->host(context.session);
  const bool events = context.param(0) != 0;
  host.fresh = events && !host.events;
  host.events = events;
  host.records.clear();
  return Reply(ResponseCode::OK);
}

// Without it the camera's own buttons are in charge. What is refused then is not known: nothing (assumed).
Answer CanonModule::set_remote_mode(Context& context) {
  if (context.param(0) == 0) let_go(context.camera);
  return Reply(ResponseCode::OK);
}

// Which groups of OLCInfo the host wants. Of those only the one of the focus is told (docs/cameras.md).
Answer CanonModule::set_request_olc_info_group(Context& context) {
  host(context.session).olc_groups = context.param(0);
  return Reply(ResponseCode::OK);
}

// u32 size of the whole, then the record types, the properties and a third list, each with a u32 count.
Answer CanonModule::get_device_info_ex(Context& context) {
  constexpr u32 first_event = 0xC100;
  constexpr std::array<u32, 4> third_list{0, 1, 2, 4};  // as on the 60D; meaning unknown
  std::vector<u32> events, properties;
  for (const u16 code : context.camera.profile().device.events)
    if (code >= first_event) events.push_back(code);
  for (const u16 code : context.camera.properties().codes(true)) properties.push_back(code);
  Bytes data(sizeof(u32));
  Writer writer(data);
  write_list(writer, events);
  write_list(writer, properties);
  write_list(writer, third_list);
  const auto size = static_cast<u32>(data.size());
  std::memcpy(data.data(), &size, sizeof size);
  return Reply(Body(std::move(data)));
}

// How much room the host has for pictures that do not go to the card: clusters and their size.
Answer CanonModule::pchdd_capacity(Context& context) {
  host_capacity_ = u64{context.param(0)} * context.param(1);
  tell_available_shots(context.camera);
  return Reply(ResponseCode::OK);
}

void CanonModule::announced(Camera& camera, CameraSession& session, const transport::EventOut& event) {
  const auto found = hosts_.find(&session);
  if (found == hosts_.end()) return;
  Host& host = found->second;
  const u32 param = event.params[0];
  const Object* const object = camera.find(param);
  switch (static_cast<ptp::EventCode>(event.code)) {
    case ptp::EventCode::ObjectAdded:
      if (object != nullptr) tell(host, canon::record(canon::event::ObjectAddedEx, canon::object_entry(*object)));
      break;
    case ptp::EventCode::ObjectInfoChanged:
      if (object != nullptr) tell(host, canon::record(canon::event::ObjectInfoChangedEx, canon::object_entry(*object)));
      break;
    case ptp::EventCode::ObjectRemoved:
      tell(host, canon::record(canon::event::ObjectRemoved, param));
      break;
    case ptp::EventCode::StorageInfoChanged:
      tell(host, canon::record(canon::event::StorageInfoChanged, param));
      break;
    case ptp::EventCode::StoreFull:  // the release is over
      tell(host, canon::record(canon::event::CameraStatusChanged, 0));
      break;
    default:
      break;
  }
}

// With the last session the camera is its owner's again: assumed.
void CanonModule::session_closed(Camera& camera, CameraSession& session) {
  hosts_.erase(&session);
  if (button_.by == &session) let_go(camera);
  const bool others = std::ranges::any_of(
      camera.sessions(), [&](const CameraSession* other) { return other != &session && other->open(); });
  if (others) return;
  host_capacity_ = 0;
  constexpr i64 own_screen = 1;
  if (camera.live_view().on()) camera.properties().change(canon::property::EVFOutputDevice, own_screen);
}

}  // namespace stuntcam::emulator
