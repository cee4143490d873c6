// Changing device properties: docs/protocol.md §4.1. Each case sets back what it changed.
#include <algorithm>

#include "initiator/conform/case.h"
#include "initiator/conform/settings.h"

namespace stuntcam::initiator::conform {
namespace {

using ptp::DataType;
using ptp::DevicePropDesc;
using ptp::EnumerationForm;
using ptp::PropertyCode;
using ptp::RangeForm;
using ptp::Value;

std::string name(u16 code) { return ptp::to_string(static_cast<PropertyCode>(code)); }

bool writable(const DevicePropDesc& desc) { return desc.get_set == 1; }
bool integer(const DevicePropDesc& desc) { return ptp::size_of(desc.type) != 0 && !ptp::is_array(desc.type); }

Task<> own_value(Trial& t) {
  co_await t.enter(0x631);
  const auto found = co_await t.properties();
  bool any = false;
  for (const auto& desc : found) {
    if (!writable(desc) || desc.code == static_cast<u16>(PropertyCode::DateTime)) continue;
    any = true;
    const Bytes value = desc.current.bytes();
    const Answer answer = co_await t.send(Op::SetDevicePropValue, value, desc.code);
    expect(answer.code() != Code::InvalidDevicePropValue && answer.code() != Code::AccessDenied &&
               answer.code() != Code::InvalidDevicePropFormat,
           fmt::format("the present value of {} to be accepted", name(desc.code)), text(answer.code()));
    if (!harmless(desc)) continue;
    expect_ok(answer);
  }
  if (!any) skip("the camera has no writable property");
}

Task<> takes_effect(Trial& t) {
  co_await t.enter(0x632);
  const auto desc = co_await changeable(t);
  const Value value = *another_value(desc);
  co_await change(t, t, desc, value);
  const Bytes now = co_await t.fetch(Op::GetDevicePropValue, desc.code);
  expect(now == value.bytes(), fmt::format("the new value of {}, {}", name(desc.code), value.to_string()), hex(now));
}

Task<> shows_in_descriptor(Trial& t) {
  co_await t.enter(0x633);
  const auto desc = co_await changeable(t);
  const Value value = *another_value(desc);
  co_await change(t, t, desc, value);
  const auto after = co_await t.data_set<DevicePropDesc>(Op::GetDevicePropDesc, desc.code);
  expect(after.current == value,
         fmt::format("the new value of {} in its descriptor, {}", name(desc.code), value.to_string()),
         after.current.to_string());
}

Task<> shared(Trial& t) {
  co_await t.enter(0x634);
  const auto desc = co_await changeable(t);
  Initiator& second = t.another();
  co_await second.enter(0x635);
  const Value value = *another_value(desc);
  co_await change(t, t, desc, value);
  const Bytes now = co_await second.fetch(Op::GetDevicePropValue, desc.code);
  expect(now == value.bytes(),
         fmt::format("the new value of {} in another session, {}", name(desc.code), value.to_string()), hex(now));
}

Task<> others_hear(Trial& t) {
  if (!t.subject().lists(Happening::DevicePropChanged)) skip("the camera does not list DevicePropChanged");
  co_await t.enter(0x636);
  const auto desc = co_await changeable(t);
  Initiator& second = t.another();
  co_await second.enter(0x637);
  co_await second.all_events();
  co_await change(t, t, desc, *another_value(desc));
  co_await second.event_of(Happening::DevicePropChanged, desc.code);
}

Task<> outside_enumeration(Trial& t) {
  co_await t.enter(0x638);
  const auto desc = co_await t.property_where("writable number with an enumeration", [](const DevicePropDesc& each) {
    return writable(each) && integer(each) && std::holds_alternative<EnumerationForm>(each.form) &&
           ptp::size_of(each.type) <= 4 && !std::get<EnumerationForm>(each.form).values.empty();
  });
  Value value(desc.type, 0);
  for (int i = 0; ptp::allows(desc.form, value) || value == desc.current; ++i) value = Value(desc.type, i);
  const Answer answer = co_await t.send(Op::SetDevicePropValue, value.bytes(), desc.code);
  expect_code(answer, Code::InvalidDevicePropValue);
}

Task<> outside_range(Trial& t) {
  co_await t.enter(0x639);
  const auto outside = [](const DevicePropDesc& each) -> std::optional<Value> {
    const auto* const range = std::get_if<RangeForm>(&each.form);
    if (range == nullptr || !writable(each) || !integer(each)) return {};
    for (const auto& value :
         {Value(each.type, range->maximum.integer() + 1), Value(each.type, range->minimum.integer() - 1)})
      if (!ptp::allows(each.form, value) && value != each.current) return value;
    return {};
  };
  const auto wanted = [outside](const DevicePropDesc& each) { return outside(each).has_value(); };
  const auto desc = co_await t.property_where("writable number with a range that leaves something out", wanted);
  const Bytes value = outside(desc)->bytes();
  const Answer answer = co_await t.send(Op::SetDevicePropValue, value, desc.code);
  expect_code(answer, Code::InvalidDevicePropValue);
}

Task<> of_size(Trial& t, int more) {
  co_await t.enter(more < 0 ? 0x63A : 0x63B);
  const auto desc = co_await t.property_where("writable number of two bytes or more", [](const DevicePropDesc& each) {
    return writable(each) && integer(each) && ptp::size_of(each.type) >= 2;
  });
  Bytes value = desc.current.bytes();
  value.resize(value.size() + static_cast<std::size_t>(more));
  const Answer answer = co_await t.send(Op::SetDevicePropValue, value, desc.code);
  expect_code(answer, Code::InvalidDevicePropFormat);
}
Task<> too_short(Trial& t) { return of_size(t, -1); }
Task<> too_long(Trial& t) { return of_size(t, 1); }

Task<> read_only(Trial& t) {
  co_await t.enter(0x63C);
  const auto desc = co_await t.property_where("read-only property", [](const DevicePropDesc& each) {
    return each.get_set == 0 && each.current.type() != DataType::undefined;
  });
  const Bytes value = desc.current.bytes();
  const Answer answer = co_await t.send(Op::SetDevicePropValue, value, desc.code);
  expect_code(answer, Code::AccessDenied);
}

Task<> refused_changes_nothing(Trial& t) {
  co_await t.enter(0x63D);
  const auto desc = co_await changeable(t);
  Bytes value = another_value(desc)->bytes();
  value.push_back(0);
  co_await t.send(Op::SetDevicePropValue, value, desc.code);
  const Bytes now = co_await t.fetch(Op::GetDevicePropValue, desc.code);
  expect(now == desc.current.bytes(),
         fmt::format("the old value of {} after a refusal, {}", name(desc.code), desc.current.to_string()), hex(now));
}

Task<> reset(Trial& t) {
  co_await t.enter(0x63E);
  const auto desc = co_await changeable(t);
  if (desc.factory_default == desc.current) co_await change(t, t, desc, *another_value(desc));
  t.afterwards(
      [&t, code = desc.code, old = desc.current.bytes()] { return ignore(t.send(Op::SetDevicePropValue, old, code)); });
  const Answer answer = co_await t.ask(Op::ResetDevicePropValue, desc.code);
  expect_ok(answer);
  const auto after = co_await t.data_set<DevicePropDesc>(Op::GetDevicePropDesc, desc.code);
  expect(after.current == after.factory_default,
         fmt::format("the default value of {}, {}", name(desc.code), after.factory_default.to_string()),
         after.current.to_string());
}

Task<> reset_all(Trial& t) {
  co_await t.enter(0x63F);
  const auto found = co_await t.properties();
  for (const auto& desc : found) {
    if (!writable(desc) || desc.current == desc.factory_default ||
        desc.code == static_cast<u16>(PropertyCode::DateTime))
      continue;
    t.afterwards([&t, code = desc.code, old = desc.current.bytes()] {
      return ignore(t.send(Op::SetDevicePropValue, old, code));
    });
  }
  const auto desc = co_await changeable(t);
  const Value value = *another_value(desc) == desc.factory_default ? desc.current : *another_value(desc);
  if (value != desc.current) co_await change(t, t, desc, value);
  const Answer answer = co_await t.ask(Op::ResetDevicePropValue, 0xFFFFFFFFu);
  expect_ok(answer);
  const auto after = co_await t.data_set<DevicePropDesc>(Op::GetDevicePropDesc, desc.code);
  expect(after.current == after.factory_default,
         fmt::format("the default value of {}, {}", name(desc.code), after.factory_default.to_string()),
         after.current.to_string());
}

constexpr std::array<Op, 4> setting{Op::GetDevicePropDesc, Op::SetDevicePropValue},
    looking{Op::GetDevicePropDesc, Op::SetDevicePropValue, Op::GetDevicePropValue},
    resetting{Op::GetDevicePropDesc, Op::SetDevicePropValue, Op::ResetDevicePropValue};

constexpr std::array cases{
    Case{"settings.own-value", "4.1", "Setting a writable property to its present value succeeds.", own_value, setting},
    Case{"settings.take-effect", "4.1", "A value that was set is the value that GetDevicePropValue returns.",
         takes_effect, looking},
    Case{"settings.in-descriptor", "2.8", "A value that was set is the current value in the descriptor.",
         shows_in_descriptor, setting},
    Case{"settings.shared", "1.9", "A property is the camera's: what one session sets, another reads.", shared,
         looking},
    Case{"settings.others-hear", "1.9", "Events go to every session: others hear DevicePropChanged.", others_hear,
         setting},
    Case{"settings.outside-enumeration", "4.1",
         "A value that an enumeration leaves out is answered by InvalidDevicePropValue.", outside_enumeration, setting},
    Case{"settings.outside-range", "4.1", "A value outside a range is answered by InvalidDevicePropValue.",
         outside_range, setting},
    Case{"settings.too-short", "4.1", "A value with fewer bytes than its type is answered by InvalidDevicePropFormat.",
         too_short, setting},
    Case{"settings.too-long", "4.1", "A value with more bytes than its type is answered by InvalidDevicePropFormat.",
         too_long, setting},
    Case{"settings.read-only", "4.1", "Setting a read-only property is answered by AccessDenied.", read_only, setting},
    Case{"settings.refused-changes-nothing", "4.1", "A value that is refused changes nothing.", refused_changes_nothing,
         looking},
    Case{"settings.reset", "4.1", "After ResetDevicePropValue the current value is the default.", reset, resetting},
    Case{.id = "settings.reset-all",
         .section = "4.1",
         .rule = "ResetDevicePropValue of 0xFFFFFFFF restores everything writable.",
         .run = reset_all,
         .needs = resetting,
         .destructive = true},
};

}  // namespace

std::span<const Case> property_change_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
