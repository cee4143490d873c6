// Events: docs/protocol.md §1.5, §1.9. What makes the camera send one is a setting that another initiator changes, and
// sets back.
#include <algorithm>

#include "initiator/conform/case.h"
#include "initiator/conform/settings.h"

namespace stuntcam::initiator::conform {
namespace {

using ptp::Kind;

// The case's initiator listens while a second one changes a setting.
Task<std::vector<Heard>> heard(Trial& t) {
  if (t.subject().poll_operation) skip("the camera queues its events");
  if (!t.subject().lists(Happening::DevicePropChanged)) skip("the camera does not list DevicePropChanged");
  co_await t.enter();
  const auto desc = co_await changeable(t);
  Initiator& second = t.another();
  co_await second.enter(2);
  co_await change(t, second, desc, *another_value(desc));
  const Heard changed = co_await t.event(Happening::DevicePropChanged);
  auto events = co_await t.all_events();
  events.push_back(changed);
  co_return events;
}

Task<> form(Trial& t) {
  const auto events = co_await heard(t);
  constexpr std::size_t fixed = 14, word = 4, most = fixed + 3 * word;
  for (const Heard& each : events)
    expect(each.length >= fixed && each.length <= most && (each.length - fixed) % word == 0,
           "an Event of 14 + 4 × N bytes, N up to 3", fmt::format("one of {} bytes", each.length));
}

Task<> codes(Trial& t) {
  const auto events = co_await heard(t);
  for (const Heard& each : events)
    expect((each.event.code >> 12) == 0x4 || (each.event.code >> 12) == 0xC, "event codes 0x4xxx or 0xCxxx",
           fmt::format("0x{:04X}", each.event.code));
}

Task<> listed(Trial& t) {
  const auto events = co_await heard(t);
  const auto& known = t.subject().device.events_supported;
  for (const Heard& each : events) {
    if ((each.event.code >> 12) != 0x4) continue;
    expect(std::ranges::find(known, each.event.code) != known.end(), "an event that DeviceInfo lists",
           ptp::to_string(static_cast<Happening>(each.event.code)));
  }
}

Task<> id(Trial& t) {
  const auto events = co_await heard(t);
  for (const Heard& each : events) {
    if (!each.is(Happening::DevicePropChanged)) continue;
    expect(each.event.transaction_id == ptp::no_transaction,
           "TransactionID 0xFFFFFFFF, of no transaction of this session",
           text("TransactionID", each.event.transaction_id));
  }
}

Task<> connection(Trial& t) {
  co_await heard(t);
  const Answer answer = co_await t.ask(Op::GetStorageIDs);
  const bool stray =
      std::ranges::any_of(answer.packets, [](const ptp::Message& packet) { return packet.kind == Kind::event; });
  expect(!stray, "no event on the command connection", "one");
}

constexpr std::array<Op, 4> needed{Op::GetDevicePropDesc, Op::SetDevicePropValue};

constexpr std::array cases{
    Case{"events.length", "1.2", "An Event has 14 + 4 × N bytes, with N from 0 to 3 parameters.", form, needed},
    Case{"events.codes", "2.1", "Event codes are 0x4xxx, those of vendors 0xCxxx.", codes, needed},
    Case{"events.listed", "2.5", "A standard event that the camera sends is among EventsSupported.", listed, needed},
    Case{"events.no-transaction", "1.2",
         "An event that belongs to no transaction of the session has TransactionID 0xFFFFFFFF.", id, needed},
    Case{"events.connection", "1.5", "Events come on the event connection only.", connection, needed},
};

}  // namespace

std::span<const Case> event_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
