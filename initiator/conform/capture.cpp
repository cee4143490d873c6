// Taking pictures; the case deletes them: docs/protocol.md §4.1.
#include <algorithm>

#include "initiator/conform/case.h"
#include "initiator/conform/uploads.h"

namespace stuntcam::initiator::conform {
namespace {

constexpr u32 no_store = 0x7FFE0001;

// The events of one InitiateCapture up to its CaptureComplete, in the order in which they came.
struct Capture {
  u32 transaction_id = 0;
  std::vector<Heard> events;
  std::vector<Heard> added() const {
    std::vector<Heard> list;
    std::ranges::copy_if(events, std::back_inserter(list),
                         [](const Heard& heard) { return heard.is(Happening::ObjectAdded); });
    return list;
  }
};

Task<Heard> next_event(Initiator& t) {
  return t.event("the events of the capture up to CaptureComplete", [](const Heard&) { return true; });
}

Task<u32> begin(Trial& t, Initiator& by) {
  const Answer answer = co_await by.ask(Op::InitiateCapture, 0u, 0u);
  if (!answer.ok()) skip("the camera takes no picture as it is set: " + text(answer.code()));
  (void)t;
  co_return answer.asked_id;
}

Task<Capture> take_picture(Trial& t, u32 session) {
  co_await t.enter(session);
  co_await t.all_events();
  Capture capture;
  capture.transaction_id = co_await begin(t, t);
  for (;;) {
    const Heard heard = co_await next_event(t);
    capture.events.push_back(heard);
    if (heard.is(Happening::ObjectAdded)) delete_afterwards(t, heard.param());
    if (heard.is(Happening::StoreFull)) skip("the card is full");
    if (heard.is(Happening::CaptureComplete)) co_return capture;
  }
}

// Lets a capture come to its end, and its pictures go.
Task<> wait_for_end(Trial& t) {
  for (;;) {
    const Heard heard = co_await next_event(t);
    if (heard.is(Happening::ObjectAdded)) delete_afterwards(t, heard.param());
    if (heard.is(Happening::CaptureComplete) || heard.is(Happening::StoreFull)) co_return;
  }
}

Task<> object_added(Trial& t) {
  const Capture capture = co_await take_picture(t, 0x751);
  expect(!capture.added().empty(), "ObjectAdded before CaptureComplete", "none");
}

Task<> complete(Trial& t) { co_await take_picture(t, 0x752); }

Task<> order(Trial& t) {
  const Capture capture = co_await take_picture(t, 0x753);
  const auto late = co_await t.all_events();
  for (const Heard& heard : late) {
    if (!heard.is(Happening::ObjectAdded)) continue;
    delete_afterwards(t, heard.param());
    expect(false, "CaptureComplete after the last ObjectAdded", text("ObjectAdded afterwards, of", heard.param()));
  }
}

Task<> ids(Trial& t) {
  if (t.subject().poll_operation) skip("the camera queues its events, without TransactionIDs");
  const Capture capture = co_await take_picture(t, 0x754);
  for (const Heard& heard : capture.events) {
    if (!heard.is(Happening::ObjectAdded) && !heard.is(Happening::CaptureComplete)) continue;
    expect(heard.event.transaction_id == capture.transaction_id,
           text("the TransactionID of InitiateCapture,", capture.transaction_id),
           text(ptp::to_string(static_cast<Happening>(heard.event.code)) + " with", heard.event.transaction_id));
  }
}

Task<> picture(Trial& t) {
  const Capture capture = co_await take_picture(t, 0x755);
  for (const Heard& heard : capture.added()) {
    const Answer answer = co_await t.ask(Op::GetObjectInfo, heard.param());
    expect_ok(answer);
  }
}

Task<> others_hear(Trial& t) {
  if (!t.subject().lists(Happening::ObjectAdded)) skip("the camera does not list ObjectAdded");
  co_await t.enter(0x756);
  Initiator& second = t.another();
  co_await second.enter(0x757);
  co_await second.all_events();
  co_await t.all_events();
  co_await begin(t, t);
  co_await wait_for_end(t);
  co_await second.event(Happening::ObjectAdded, "in another session");
}

Task<> store_unknown(Trial& t) {
  co_await t.enter(0x758);
  const Answer answer = co_await t.ask(Op::InitiateCapture, no_store, 0u);
  if (answer.ok()) co_await wait_for_end(t);
  expect_code(answer, Code::InvalidStorageId);
}

Task<> bad_format(Trial& t) {
  co_await t.enter(0x759);
  const Answer answer = co_await t.ask(Op::InitiateCapture, 0u, 0x1234u);
  if (answer.ok()) co_await wait_for_end(t);
  expect_code(answer, Code::InvalidCodeFormat, Code::InvalidObjectFormatCode);
}

Task<> busy(Trial& t) {
  co_await t.enter(0x75A);
  co_await t.all_events();
  co_await begin(t, t);
  const Answer answer = co_await t.ask_once(Op::InitiateCapture, 0u, 0u);
  co_await wait_for_end(t);
  expect_code(answer, Code::DeviceBusy);
}

Task<u32> begin_open(Trial& t) {
  const Answer answer = co_await t.ask(Op::InitiateOpenCapture, 0u, 0u);
  if (!answer.ok()) skip("the camera begins no open capture as it is set: " + text(answer.code()));
  co_return answer.asked_id;
}

Task<> open_terminate(Trial& t) {
  co_await t.enter(0x75B);
  co_await t.all_events();
  const u32 id = co_await begin_open(t);
  const Heard heard = co_await t.event(Happening::ObjectAdded);
  delete_afterwards(t, heard.param());
  const Answer answer = co_await t.ask(Op::TerminateOpenCapture, id);
  const auto more = co_await t.all_events();
  for (const Heard& each : more)
    if (each.is(Happening::ObjectAdded)) delete_afterwards(t, each.param());
  expect_code(answer, Code::OK, Code::CaptureAlreadyTerminated);
}

Task<> open_wrong_id(Trial& t) {
  co_await t.enter(0x75C);
  const Answer answer = co_await t.ask(Op::TerminateOpenCapture, 0x5A5Au);
  expect_code(answer, Code::InvalidTransactionID);
}

Task<> open_no_complete(Trial& t) {
  co_await t.enter(0x75D);
  co_await t.all_events();
  const u32 id = co_await begin_open(t);
  const Heard heard = co_await t.event(Happening::ObjectAdded);
  delete_afterwards(t, heard.param());
  co_await t.ask(Op::TerminateOpenCapture, id);
  const auto events = co_await t.all_events();
  for (const Heard& each : events) {
    if (each.is(Happening::ObjectAdded)) delete_afterwards(t, each.param());
    expect(!each.is(Happening::CaptureComplete), "no CaptureComplete of an open capture", "one");
  }
}

constexpr std::array<Op, 4> needed{Op::InitiateCapture, Op::DeleteObject, Op::GetObjectInfo},
    open{Op::InitiateOpenCapture, Op::TerminateOpenCapture, Op::DeleteObject};

constexpr std::array cases{
    Case{"capture.object-added", "4.1", "InitiateCapture brings ObjectAdded for each of its objects.", object_added,
         needed, true},
    Case{"capture.complete", "4.1", "InitiateCapture ends with CaptureComplete.", complete, needed, true},
    Case{"capture.order", "4.1", "CaptureComplete comes after the last ObjectAdded.", order, needed, true},
    Case{"capture.ids", "4.1", "ObjectAdded and CaptureComplete have the TransactionID of InitiateCapture.", ids,
         needed, true},
    Case{"capture.picture", "4.1", "The handle of ObjectAdded is an object.", picture, needed, true},
    Case{"capture.others-hear", "1.9", "Events go to every session: others hear ObjectAdded.", others_hear, needed,
         true},
    Case{"capture.store-unknown", "4", "InitiateCapture to a store that is not there is answered by InvalidStorageId.",
         store_unknown, needed, true},
    Case{"capture.bad-format", "4",
         "InitiateCapture of what is no format is answered by InvalidCodeFormat or InvalidObjectFormatCode.",
         bad_format, needed, true},
    Case{"capture.busy", "4.1", "InitiateCapture while a capture runs is answered by DeviceBusy.", busy, needed, true},
    Case{"capture.open-terminate", "4.1",
         "TerminateOpenCapture with the TransactionID of the open capture ends it, or says CaptureAlreadyTerminated.",
         open_terminate, open, true},
    Case{"capture.open-wrong-id",
         "4.1",
         "TerminateOpenCapture with a TransactionID of no open capture is answered by InvalidTransactionID.",
         open_wrong_id,
         {Op::TerminateOpenCapture}},
    Case{"capture.open-no-complete", "4.1", "An open capture has no CaptureComplete.", open_no_complete, open, true},
};

}  // namespace

std::span<const Case> capture_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
