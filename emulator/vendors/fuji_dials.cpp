// The focus point, and dials turned by one click.
#include <algorithm>
#include <array>

#include "emulator/camera.h"
#include "emulator/vendors/fuji.h"
#include "emulator/vendors/fuji_codes.h"

namespace stuntcam::emulator {

namespace property = fuji::property;

namespace {

constexpr u32 down = 0, up = 1;

// Third stops, as ShutterSpeed has them: thousandths of a second, or with the upper bit those of its inverse. From long
// to short. Which speeds the camera steps through is assumed.
constexpr u32 inverse = 0x80000000;
constexpr std::array<u32, 52> speeds{
    30000,
    25000,
    20000,
    15000,
    13000,
    10000,
    8000,
    6000,
    5000,
    4000,
    3200,
    2500,
    2000,
    1600,
    1300,
    1000,
    inverse | 1300,
    inverse | 1600,
    inverse | 2000,
    inverse | 2500,
    inverse | 3000,
    inverse | 4000,
    inverse | 5000,
    inverse | 6000,
    inverse | 8000,
    inverse | 10000,
    inverse | 13000,
    inverse | 15000,
    inverse | 20000,
    inverse | 25000,
    inverse | 30000,
    inverse | 40000,
    inverse | 50000,
    inverse | 60000,
    inverse | 80000,
    inverse | 100000,
    inverse | 125000,
    inverse | 160000,
    inverse | 200000,
    inverse | 250000,
    inverse | 320000,
    inverse | 400000,
    inverse | 500000,
    inverse | 640000,
    inverse | 800000,
    inverse | 1000000,
    inverse | 1250000,
    inverse | 1600000,
    inverse | 2000000,
    inverse | 2500000,
    inverse | 3200000,
    inverse | 4000000,
};
// Where the dial is while the camera chooses the speed. Assumed.
constexpr u32 usual_speed = inverse | 60000;

// The next value of the list in that direction; `current` at its end.
i64 neighbour(const std::vector<i64>& values, i64 current, bool higher) {
  if (higher) {
    const auto next = std::ranges::upper_bound(values, current);
    return next == values.end() ? current : *next;
  }
  const auto at = std::ranges::lower_bound(values, current);
  return at == values.begin() ? current : *std::prev(at);
}

// By one value of the property's enumeration. Values that stand for "none" are no stops.
Answer step(Context& context, u16 code, i64 none) {
  const u32 direction = context.param(0);
  if (direction != down && direction != up) return Reply(ResponseCode::InvalidParameter);
  auto& properties = context.camera.properties();
  if (!properties.has(code)) return Reply(ResponseCode::DevicePropNotSupported);
  const auto* const list = std::get_if<ptp::EnumerationForm>(&properties.definition(code).form);
  if (list == nullptr) return Reply(ResponseCode::OK);
  std::vector<i64> values;
  for (const auto& value : list->values)
    if (const auto integer = static_cast<i64>(value.integer()); integer != none) values.push_back(integer);
  std::ranges::sort(values);
  properties.change(code, neighbour(values, properties.integer(code), direction == up));
  return Reply();
}

}  // namespace

// Parameters y, x and two constants, which end up in the property in this order. Assumed: what lies outside the frame
// is refused, and the focus is locked there.
Answer FujiModule::set_focus_point(Context& context) {
  auto& properties = context.camera.properties();
  if (!properties.has(property::FocusPoint)) return Reply(ResponseCode::OperationNotSupported);
  const auto* const range = std::get_if<ptp::RangeForm>(&properties.definition(property::FocusPoint).form);
  i64 point = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto most = range != nullptr ? static_cast<i64>(range->maximum.integer()) >> (8 * i) & 0xFF : 0xFF;
    if (context.param(i) > most) return Reply(ResponseCode::InvalidParameter);
    point |= i64{context.param(i)} << (8 * i);
  }
  properties.change(property::FocusPoint, point);
  properties.change(property::FocusLock, fuji::locked);
  return Reply();
}

Answer FujiModule::release_focus_point(Context& context) {
  context.camera.properties().change(property::FocusLock, fuji::unlocked);
  return Reply();
}

Answer FujiModule::step_shutter_speed(Context& context) {
  const u32 direction = context.param(0);
  if (direction != down && direction != up) return Reply(ResponseCode::InvalidParameter);
  auto& properties = context.camera.properties();
  auto at = std::ranges::find(speeds, static_cast<u32>(properties.integer(property::ShutterSpeed)));
  if (at == speeds.end()) at = std::ranges::find(speeds, usual_speed);
  // Up is shorter: assumed.
  if (direction == up && std::next(at) != speeds.end()) ++at;
  if (direction == down && at != speeds.begin()) --at;
  properties.change(property::ShutterSpeed, i64{*at});
  return Reply();
}

Answer FujiModule::step_aperture(Context& context) { return step(context, property::FNumber, 0xFFFF); }

Answer FujiModule::step_exposure_compensation(Context& context) {
  return step(context, property::ExposureBiasCompensation, -1);  // -1: no value of it
}

}  // namespace stuntcam::emulator
