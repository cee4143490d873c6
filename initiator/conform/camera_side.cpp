// What an Initiator finds out about the camera: its events, its objects, its properties.
#include <algorithm>
#include <chrono>

#include "initiator/conform/trial.h"
#include "ptp/reader.h"
#include "transport/wait.h"

namespace stuntcam::initiator::conform {

using ptp::DevicePropDesc;
using ptp::Kind;
using ptp::Message;

namespace {

constexpr transport::Duration poll_interval = std::chrono::milliseconds(50);
// As many objects are looked at to find one that a case can use.
constexpr std::size_t most_objects = 100;
constexpr std::size_t most_properties = 400;

}  // namespace

void Initiator::keep(const Packet& packet) {
  if (packet.message.kind == Kind::event) heard_.push_back({packet.message, packet.wire.size()});
  if (packet.message.kind == Kind::probe_response) ++probed_;
}

Task<> Initiator::take_event() {
  const Packet packet = co_await events_->next("an event");
  keep(packet);
  if (packet.message.kind != Kind::probe_request) co_return;
  const auto pong = plain(Kind::probe_response);
  co_await events_->send(pong);
}

// A u16 count, then a u16 code and a u32 parameter each.
Task<> Initiator::poll_events() {
  const auto asked = request(static_cast<Op>(*subject_.poll_operation), {});
  const Bytes bytes = co_await fetch(asked);
  ptp::Reader reader(bytes);
  const auto count = reader.integer<u16>("NumEvents");
  for (u16 i = 0; i < count && reader.ok(); ++i) {
    Heard heard;
    heard.event.kind = Kind::event;
    heard.event.code = reader.integer<u16>("EventCode");
    heard.event.transaction_id = ptp::no_transaction;
    heard.event.count = 1;
    heard.event.params[0] = reader.integer<u32>("EventParameter");
    if (reader.ok()) heard_.push_back(heard);
  }
}

Task<Heard> Initiator::event(Happening code, std::string of) {
  auto wanted = fmt::format("the event {}{}", ptp::to_string(code), of.empty() ? "" : " " + of);
  return event(std::move(wanted), [code](const Heard& heard) { return heard.is(code); });
}

Task<Heard> Initiator::event_of(Happening code, u32 param) {
  auto wanted = text(fmt::format("the event {} of", ptp::to_string(code)), param);
  return event(std::move(wanted),
               [code, param](const Heard& heard) { return heard.is(code) && heard.param() == param; });
}

Task<Heard> Initiator::event(std::string wanted, std::function<bool(const Heard&)> wanted_event) {
  const auto due = subject_.clock.now() + subject_.patience;
  for (;;) {
    const auto found = std::ranges::find_if(heard_, wanted_event);
    if (found != heard_.end()) {
      Heard heard = *found;
      heard_.erase(found);
      co_return heard;
    }
    if (subject_.clock.now() >= due) throw Mismatch(wanted, "no such event within the time");
    if (subject_.poll_operation) {
      co_await poll_events();
      if (heard_.empty()) co_await transport::wait(subject_.io, subject_.clock, poll_interval);
      continue;
    }
    std::string failure;
    try {
      co_await take_event();
    } catch (const Mismatch& mismatch) {
      failure = mismatch.got;
    }
    if (!failure.empty()) throw Mismatch(wanted, failure);
  }
}

Task<> Initiator::probe() {
  const auto ping = plain(Kind::probe_request);
  const u64 before = probed_;
  co_await events_->send(ping);
  while (probed_ == before) {
    const Packet packet = co_await events_->next("ProbeResponse");
    keep(packet);
  }
}

Task<std::vector<Heard>> Initiator::all_events() {
  if (subject_.poll_operation)
    co_await poll_events();
  else
    co_await probe();
  std::vector<Heard> events(heard_.begin(), heard_.end());
  heard_.clear();
  co_return events;
}

Task<std::vector<Found>> Initiator::objects() {
  if (objects_) co_return *objects_;
  if (!subject_.lists(Op::GetObjectHandles) || !subject_.lists(Op::GetObjectInfo))
    skip("the camera does not list GetObjectHandles and GetObjectInfo");
  auto list = co_await handles();
  if (list.size() > most_objects) list.resize(most_objects);
  std::vector<Found> found;
  for (const u32 handle : list) {
    const Answer answer = co_await ask(Op::GetObjectInfo, handle);
    auto info = ptp::decode<ptp::ObjectInfo>(answer.bytes);
    if (answer.ok() && info) found.push_back({handle, std::move(*info)});
  }
  objects_ = std::move(found);
  co_return *objects_;
}

Task<Found> Initiator::object_where(std::string what, std::function<bool(const Found&)> wanted) {
  const auto found = co_await objects();
  const auto one = std::ranges::find_if(found, wanted);
  if (one == found.end()) skip("there is no " + what + " on the camera");
  co_return *one;
}

Task<Found> Initiator::file() {
  const auto found = co_await objects();
  const Found* best = nullptr;
  for (const Found& each : found) {
    const u32 size = each.info.object_compressed_size;
    if (each.folder() || size == 0 || size > kept_data) continue;
    if (best == nullptr || size < best->info.object_compressed_size) best = &each;
  }
  if (best == nullptr) skip("there is no file on the camera");
  co_return *best;
}

Task<Found> Initiator::large_file() {
  const auto found = co_await objects();
  const Found* best = nullptr;
  for (const Found& each : found)
    if (!each.folder() && (best == nullptr || each.info.object_compressed_size > best->info.object_compressed_size))
      best = &each;
  if (best == nullptr) skip("there is no file on the camera");
  co_return *best;
}

Task<Found> Initiator::folder() {
  return object_where("folder", [](const Found& found) { return found.folder(); });
}

Task<u32> Initiator::store() {
  const auto ids = co_await array(Op::GetStorageIDs);
  for (const u32 id : ids)
    if ((id & 0xFFFF) != 0) co_return id;
  skip("the camera has no store with a card");
  co_return 0;
}

Task<std::vector<DevicePropDesc>> Initiator::properties() {
  if (properties_) co_return *properties_;
  std::vector<DevicePropDesc> found;
  for (const u16 code : subject_.device.device_properties_supported) {
    if (found.size() == most_properties) break;
    const Answer answer = co_await ask(Op::GetDevicePropDesc, code);
    auto desc = ptp::decode<DevicePropDesc>(answer.bytes);
    if (answer.ok() && desc) found.push_back(std::move(*desc));
  }
  properties_ = std::move(found);
  co_return *properties_;
}

Task<DevicePropDesc> Initiator::property_where(std::string what, std::function<bool(const DevicePropDesc&)> wanted) {
  const auto found = co_await properties();
  const auto one = std::ranges::find_if(found, wanted);
  if (one == found.end()) skip("the camera has no " + what);
  co_return *one;
}

Task<> ignore(Task<Answer> answer) { co_await std::move(answer); }

Task<> Trial::finish(bool well) {
  while (!undo_.empty()) {
    const auto undo = std::move(undo_.back());
    undo_.pop_back();
    try {
      co_await undo();
    } catch (const std::exception&) {
      well = false;  // the case has its verdict; a camera that cannot be put right shows in others
    }
  }
  for (Initiator& other : others_) {
    if (well) co_await other.leave();
    other.drop();
  }
  if (well) co_await leave();
  drop();
}

}  // namespace stuntcam::initiator::conform
