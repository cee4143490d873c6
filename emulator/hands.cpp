#include "emulator/hands.h"

#include <fmt/format.h>

#include <algorithm>

#include "emulator/camera.h"
#include "profiles/load.h"

namespace stuntcam::emulator {

using ptp::EventCode;
using ptp::PropertyCode;
using transport::Duration;
using transport::Fault;
using transport::FaultKind;

namespace {

// A battery that goes down tells it so often at most.
constexpr i64 most_steps = 100;

u16 property_of(const Fault& fault) {
  if (fault.kind == FaultKind::battery) return static_cast<u16>(PropertyCode::BatteryLevel);
  if (fault.kind == FaultKind::dial) return static_cast<u16>(PropertyCode::ExposureProgramMode);
  return fault.with.property.value_or(0);
}

ptp::ResponseCode code_of(const Fault& fault, ptp::ResponseCode otherwise) {
  return fault.with.code ? static_cast<ptp::ResponseCode>(*fault.with.code) : otherwise;
}

}  // namespace

std::string Hands::problem(const Fault& fault) const {
  const auto code = property_of(fault);
  if (code == 0 || fault.kind == FaultKind::forget) return {};  // what is not there is forgotten already
  const auto name = ptp::to_string(static_cast<PropertyCode>(code), camera_.profile().device.vendor);
  const auto& properties = camera_.profile().properties;
  const auto property = std::ranges::find(properties, code, &profiles::Property::code);
  if (property == properties.end()) return fmt::format("{} has no property {}", camera_.profile().name, name);
  const auto value = profiles::parse_value(*property, fault.with.to);
  return value ? std::string() : fmt::format("{}: {}", name, value.error());
}

void Hands::act(const Fault& fault) {
  if (!problem(fault).empty()) return;
  switch (fault.kind) {
    case FaultKind::battery:
      return drain(fault);
    case FaultKind::card_full:
      fill_cards(true);
      return undo_after(fault, [this] { fill_cards(false); });
    case FaultKind::card_out:
      return undo_after(fault, [this, pulled = pull_cards()] { put_back(pulled); });
    case FaultKind::overheat:
      camera_.live_view().stop();
      [[fallthrough]];
    case FaultKind::lens_off:
      camera_.shutter().hinder(code_of(
          fault, fault.kind == FaultKind::overheat ? ptp::ResponseCode::DeviceBusy : ptp::ResponseCode::GeneralError));
      return undo_after(fault, [this] { camera_.shutter().hinder(ptp::ResponseCode::OK); });
    case FaultKind::dial:
    case FaultKind::set:
      return change(property_of(fault), fault.with.to);
    case FaultKind::forget:
      forget(property_of(fault), true);
      return undo_after(fault, [this, code = property_of(fault)] { forget(code, false); });
    case FaultKind::clock: {
      const auto jump = std::chrono::duration_cast<std::chrono::seconds>(fault.with.jump.value_or(Duration{}));
      return camera_.set_time(ptp::DateTime::from_seconds(camera_.now().seconds() + jump.count()));
    }
    case FaultKind::freeze:
      camera_.live_view().freeze(true);
      return undo_after(fault, [this] { camera_.live_view().freeze(false); });
    default:
      return;  // of a connection
  }
}

void Hands::undo_after(const Fault& fault, std::function<void()> undo) {
  if (!fault.with.time) return;
  camera_.clock().after(*fault.with.time, [weak = std::weak_ptr(alive_), undo = std::move(undo)] {
    if (weak.lock()) undo();
  });
}

// Step by step from where it is, or at once.
void Hands::drain(const Fault& fault) {
  const auto code = property_of(fault);
  const auto& properties = camera_.profile().properties;
  const auto definition = std::ranges::find(properties, code, &profiles::Property::code);
  const auto target = profiles::parse_value(*definition, fault.with.to);
  const i64 last = target ? static_cast<i64>(target->integer()) : 0;
  const auto time = fault.with.time.value_or(Duration{});
  if (time == Duration{}) return drain_to(code, last);
  const i64 first = camera_.properties().integer(code);
  const i64 way = first - last;
  const i64 steps = std::clamp<i64>(way < 0 ? -way : way, 1, most_steps);
  for (i64 step = 1; step <= steps; ++step) {
    const i64 level = first - way * step / steps;
    camera_.clock().after(time * step / steps, [this, weak = std::weak_ptr(alive_), code, level] {
      if (weak.lock()) drain_to(code, level);
    });
  }
}

// An empty camera switches itself off, once it is done with what it is doing.
void Hands::drain_to(u16 property, i64 level) {
  camera_.properties().change(property, level);
  if (level != 0) return;
  camera_.clock().after(Duration{}, [this, weak = std::weak_ptr(alive_)] {
    if (weak.lock()) camera_.power_down();
  });
}

void Hands::fill_cards(bool full) {
  for (Store* store : camera_.stores()) {
    store->set_full(full);
    camera_.announce(EventCode::StorageInfoChanged, {store->id()});
  }
}

std::vector<u32> Hands::pull_cards() {
  std::vector<u32> pulled;
  for (Store* store : camera_.stores()) {
    if (!store->present()) continue;
    pulled.push_back(store->id());
    store->set_present(false);
    camera_.announce(EventCode::StoreRemoved, {store->id()});
  }
  return pulled;
}

void Hands::put_back(const std::vector<u32>& pulled) {
  for (const u32 id : pulled) {
    if (Store* store = camera_.store(id)) store->set_present(true);
    camera_.announce(EventCode::StoreAdded, {id});
  }
}

void Hands::change(u16 property, const std::string& to) {
  const auto& properties = camera_.profile().properties;
  const auto definition = std::ranges::find(properties, property, &profiles::Property::code);
  if (auto value = profiles::parse_value(*definition, to)) camera_.properties().change(property, *std::move(value));
}

void Hands::forget(u16 property, bool forgotten) {
  camera_.properties().hide(property, forgotten);
  camera_.announce(EventCode::DeviceInfoChanged, {});
}

}  // namespace stuntcam::emulator
