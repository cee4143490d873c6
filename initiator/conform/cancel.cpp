// Cancel: docs/protocol.md §1.6.
#include <algorithm>
#include <chrono>

#include "initiator/conform/case.h"
#include "initiator/conform/trial.h"

namespace stuntcam::initiator::conform {
namespace {

using ptp::Kind;
using ptp::Message;

// So that the second comes after the first, on another connection.
constexpr transport::Duration apart = std::chrono::milliseconds(5);

// A camera that had everything on its way may have responded already; then it ignores the cancel.
void expect_cancelled(const Answer& answer) { expect_code(answer, Code::TransactionCanceled, Code::OK); }

Task<> cancel_both(Trial& t, u32 id, bool events_first) {
  const auto cancel = plain(Kind::cancel, id);
  Wire& first = events_first ? t.events() : t.command();
  Wire& second = events_first ? t.command() : t.events();
  co_await first.send(cancel);
  co_await t.pause(apart);
  co_await second.send(cancel);
}

Task<> idle(Trial& t) {
  co_await t.enter();
  co_await t.fetch(Op::GetStorageIDs);
  co_await cancel_both(t, t.last_id() + 1000, true);
  co_await t.in_step();
}

Task<> late(Trial& t) {
  co_await t.enter();
  co_await t.fetch(Op::GetStorageIDs);
  co_await t.fetch(Op::GetStorageIDs);
  co_await cancel_both(t, t.last_id(), true);
  co_await t.in_step();
}

// With a request that has no data.
Task<> without_data(Trial& t) {
  co_await t.enter();
  const auto asked = t.request(Op::GetNumObjects, {all, 0, 0});
  co_await t.command().send(asked);
  co_await cancel_both(t, asked.transaction_id, false);
  const Answer answer = co_await t.answer(asked);
  expect_cancelled(answer);
  co_await t.in_step();
}

// The largest object is asked for, and cancelled when its data begins.
Task<Answer> cancelled_object(Trial& t, bool events_first, u32 session = 1) {
  co_await t.enter(session);
  const Found found = co_await t.large_file();
  const auto asked = t.request(Op::GetObject, {found.handle});
  co_await t.command().send(asked);
  const Packet start = co_await t.command().next("StartData");
  expect(start.message.kind == Kind::data && start.message.first, "StartData", start.name());
  co_await cancel_both(t, asked.transaction_id, events_first);
  Answer answer = co_await t.answer(asked);
  answer.total = start.message.total;
  co_return answer;
}

Task<> object_events_first(Trial& t) {
  const Answer answer = co_await cancelled_object(t, true, 0x653);
  expect_cancelled(answer);
}

Task<> object_command_first(Trial& t) {
  const Answer answer = co_await cancelled_object(t, false, 0x654);
  expect_cancelled(answer);
}

Task<> object_one_response(Trial& t) {
  co_await cancelled_object(t, true);
  co_await t.in_step();
}

Task<> no_end_data(Trial& t) {
  const Answer answer = co_await cancelled_object(t, true);
  if (answer.ok()) skip("the camera had sent the whole object before it heard of the cancel");
  const bool ended = std::ranges::any_of(
      answer.packets, [](const Message& packet) { return packet.kind == Kind::data && packet.last; });
  expect(!ended, "the response as the next packet, and no EndData", "EndData");
}

Task<> object_session_stays(Trial& t) {
  co_await cancelled_object(t, true, 0x650);
  const Answer answer = co_await t.ask(Op::GetStorageIDs);
  expect_ok(answer);
}

// The object can be fetched afterwards, whole.
Task<> object_again(Trial& t) {
  co_await cancelled_object(t, true, 0x651);
  const Found found = co_await t.large_file();
  const Answer answer = co_await t.ask(Op::GetObject, found.handle);
  expect_ok(answer);
  expect_equal<u64>("the size in ObjectInfo,", found.info.object_compressed_size, answer.size);
}

// --- data to the camera: a setting, cancelled after the first of its packets.
struct Setting {
  ptp::DevicePropDesc desc;
  Answer answer;
};

Task<Setting> cancelled_setting(Trial& t, bool events_first, u32 session = 1) {
  co_await t.enter(session);
  Setting setting;
  setting.desc = co_await t.property_where("writable number with other values", [](const ptp::DevicePropDesc& desc) {
    const auto* const list = std::get_if<ptp::EnumerationForm>(&desc.form);
    return desc.get_set == 1 && list != nullptr && list->values.size() > 1 && ptp::size_of(desc.type) >= 2;
  });
  const auto& values = std::get<ptp::EnumerationForm>(setting.desc.form).values;
  const Bytes value = (values[0] == setting.desc.current ? values[1] : values[0]).bytes();
  const auto asked = t.request(Op::SetDevicePropValue, {setting.desc.code}, 2);
  Message start;
  start.kind = Kind::data;
  start.transaction_id = asked.transaction_id;
  start.first = true;
  start.total = value.size();
  Message piece = start;
  piece.first = false;
  piece.size = 1;
  t.command().put(asked);
  t.command().put(start);
  t.command().put(piece);
  t.command().put(View(value).first(1));
  co_await t.command().flush();
  co_await cancel_both(t, asked.transaction_id, events_first);
  setting.answer = co_await t.answer(asked);
  co_return setting;
}

Task<> out_events_first(Trial& t) {
  const Setting setting = co_await cancelled_setting(t, true, 0x655);
  expect_code(setting.answer, Code::TransactionCanceled);
}

Task<> out_command_first(Trial& t) {
  const Setting setting = co_await cancelled_setting(t, false, 0x656);
  expect_code(setting.answer, Code::TransactionCanceled);
}

Task<> out_one_response(Trial& t) {
  co_await cancelled_setting(t, true);
  co_await t.in_step();
}

Task<> out_changes_nothing(Trial& t) {
  const Setting setting = co_await cancelled_setting(t, true, 0x652);
  const Bytes now = co_await t.fetch(Op::GetDevicePropValue, setting.desc.code);
  expect(now == setting.desc.current.bytes(), "the old value, " + hex(setting.desc.current.bytes()), hex(now));
}

constexpr std::array<Op, 4> object{Op::GetObjectHandles, Op::GetObjectInfo, Op::GetObject},
    setting{Op::GetDevicePropDesc, Op::SetDevicePropValue, Op::GetDevicePropValue};

constexpr std::array cases{
    Case{"cancel.idle", "1.6",
         "Cancels while nothing is under way are swallowed: no response, and the session goes on.", idle},
    Case{"cancel.late", "1.6", "Cancels that come when the response is out are ignored: no further response.", late},
    Case{"cancel.without-data",
         "1.6",
         "Cancels of a transaction without data have no response of their own.",
         without_data,
         {Op::GetNumObjects}},
    Case{"cancel.object-events-first", "1.6",
         "A cancelled object is answered by TransactionCanceled, or was sent whole: Cancel on the event connection "
         "first.",
         object_events_first, object},
    Case{"cancel.object-command-first", "1.6",
         "A cancelled object is answered by TransactionCanceled, or was sent whole: Cancel on the command connection "
         "first.",
         object_command_first, object},
    Case{"cancel.object-one-response", "1.6", "A cancelled object has exactly one response.", object_one_response,
         object},
    Case{"cancel.no-end-data", "1.6", "No EndData comes after a cancel: the next packet is the response.", no_end_data,
         object},
    Case{"cancel.session-stays", "1.6", "After a cancel the session stays open.", object_session_stays, object},
    Case{"cancel.object-again", "1.6", "A cancelled object can be fetched again, whole.", object_again, object},
    Case{"cancel.out-events-first", "1.6",
         "Cancelled data to the camera is answered by TransactionCanceled: Cancel on the event connection first.",
         out_events_first, setting},
    Case{"cancel.out-command-first", "1.6",
         "Cancelled data to the camera is answered by TransactionCanceled: Cancel on the command connection first.",
         out_command_first, setting},
    Case{"cancel.out-one-response", "1.6", "Cancelled data to the camera has exactly one response.", out_one_response,
         setting},
    Case{"cancel.out-changes-nothing", "1.6",
         "Cancelled data to the camera is discarded: the property keeps its value.", out_changes_nothing, setting},
};

}  // namespace

std::span<const Case> cancel_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
