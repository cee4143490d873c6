#include "emulator/properties.h"

#include <algorithm>
#include <utility>

namespace stuntcam::emulator {

Properties::Properties(const std::vector<profiles::Property>& definitions) {
  for (const auto& definition : definitions) {
    order_.push_back(&definition);
    if (!definition.described()) continue;
    State state;
    state.definition = &definition;
    state.current = definition.current;
    state.description.code = definition.code;
    state.description.type = definition.type;
    state.description.factory_default = definition.factory_default;
    state.description.form = definition.form;
    states_.emplace(definition.code, std::move(state));
  }
}

std::optional<ResponseCode> Properties::refusal(u16 code) const {
  const auto found = std::ranges::find(order_, code, &profiles::Property::code);
  if (found == order_.end() || (*found)->described()) return std::nullopt;
  return static_cast<ResponseCode>((*found)->refusal);
}

std::vector<u16> Properties::codes(bool vendor_list) const {
  std::vector<u16> codes;
  for (const auto* property : order_)
    if ((has(property->code) || !property->described()) && property->vendor_list == vendor_list)
      codes.push_back(property->code);
  return codes;
}

const profiles::Property& Properties::definition(u16 code) const { return *states_.at(code).definition; }

bool Properties::writable(const State& state) { return state.writable.value_or(state.definition->writable); }

bool Properties::writable(u16 code) const {
  const auto found = states_.find(code);
  return found != states_.end() && writable(found->second);
}

Value Properties::current(const State& state) { return state.value ? state.value() : state.current; }

const ptp::DevicePropDesc* Properties::describe(u16 code) const {
  const auto found = states_.find(code);
  if (found == states_.end() || found->second.hidden) return nullptr;
  const auto& state = found->second;
  state.description.get_set = writable(state) ? 1 : 0;
  state.description.current = current(state);
  return &state.description;
}

std::optional<Value> Properties::get(u16 code) const {
  const auto found = states_.find(code);
  if (found == states_.end() || found->second.hidden) return std::nullopt;
  return current(found->second);
}

i64 Properties::integer(u16 code, i64 otherwise) const {
  const auto found = states_.find(code);
  return found == states_.end() ? otherwise : static_cast<i64>(current(found->second).integer());
}

ResponseCode Properties::set(u16 code, Value value, const void* by) {
  const auto found = states_.find(code);
  if (found == states_.end() || found->second.hidden) return ResponseCode::DevicePropNotSupported;
  auto& state = found->second;
  if (!writable(state)) return ResponseCode::AccessDenied;
  if (value.type() != state.definition->type) return ResponseCode::InvalidDevicePropFormat;
  // The present value may lie outside the form (docs/protocol.md §7), and setting it must succeed all the same.
  if (value == current(state)) {
    if (state.store) state.store(value);
    return ResponseCode::OK;
  }
  if (!ptp::allows(state.definition->form, value)) return ResponseCode::InvalidDevicePropValue;
  if (state.requirement && !state.requirement(value)) return ResponseCode::InvalidDevicePropValue;
  put(state, std::move(value), by);
  return ResponseCode::OK;
}

ResponseCode Properties::reset(u16 code, const void* by) {
  const auto found = states_.find(code);
  if (found == states_.end() || found->second.hidden) return ResponseCode::DevicePropNotSupported;
  if (!writable(found->second)) return ResponseCode::AccessDenied;
  put(found->second, found->second.definition->factory_default, by);
  return ResponseCode::OK;
}

void Properties::reset_all(const void* by) {
  for (const auto* property : order_)
    if (writable(property->code)) put(states_.at(property->code), property->factory_default, by);
}

void Properties::change(u16 code, Value value, const void* by) {
  const auto found = states_.find(code);
  if (found != states_.end()) put(found->second, std::move(value), by);
}

void Properties::change(u16 code, i64 integer) {
  const auto found = states_.find(code);
  if (found != states_.end()) put(found->second, Value(found->second.definition->type, integer), nullptr);
}

void Properties::set_writable(u16 code, bool writable) {
  const auto found = states_.find(code);
  if (found != states_.end()) found->second.writable = writable;
}

void Properties::hide(u16 code, bool hidden) {
  const auto found = states_.find(code);
  if (found == states_.end()) return;
  found->second.hidden = hidden;
  ++listing_;
}

void Properties::compute(u16 code, std::function<Value()> value, std::function<void(const Value&)> store) {
  const auto found = states_.find(code);
  if (found == states_.end()) return;
  found->second.value = std::move(value);
  found->second.store = std::move(store);
}

void Properties::require(u16 code, std::function<bool(const Value&)> predicate) {
  const auto found = states_.find(code);
  if (found != states_.end()) found->second.requirement = std::move(predicate);
}

void Properties::put(State& state, Value value, const void* by) {
  if (value == current(state)) {
    if (state.store) state.store(value);
    return;
  }
  if (!state.value) {
    state.current = std::move(value);
  } else if (state.store) {
    state.store(value);
  } else {
    return;
  }
  for (const auto& listener : listeners_) listener(state.definition->code, by);
}

}  // namespace stuntcam::emulator
