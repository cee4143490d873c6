// Sessions: docs/protocol.md §3.
#include "initiator/conform/case.h"
#include "initiator/conform/trial.h"

namespace stuntcam::initiator::conform {
namespace {

constexpr u32 largest_id = 0xFFFFFFFE;

Task<> open(Trial& t) {
  co_await t.connect();
  const Answer answer = co_await t.ask(Op::OpenSession, 3u);
  expect_ok(answer);
}

Task<> any_id(Trial& t) {
  co_await t.connect();
  const Answer answer = co_await t.ask(Op::OpenSession, largest_id);
  expect_ok(answer);
}

Task<> open_zero(Trial& t) {
  co_await t.connect();
  const Answer answer = co_await t.ask(Op::OpenSession, 0u);
  expect_code(answer, Code::InvalidParameter);
}

Task<> open_twice(Trial& t) {
  co_await t.enter(0x410);
  const Answer answer = co_await t.ask(Op::OpenSession, 0x410);
  expect_code(answer, Code::SessionAlreadyOpened);
}

Task<> open_twice_names(Trial& t) {
  constexpr u32 id = 0x411;
  co_await t.enter(id);
  const Answer answer = co_await t.ask(Op::OpenSession, 0x4FF);
  expect_code(answer, Code::SessionAlreadyOpened);
  expect(answer.response.count >= 1 && answer.param(0) == id, text("parameter 1, the open SessionID,", id),
         answer.response.count == 0 ? "no parameter" : text("parameter 1", answer.param(0)));
}

Task<> open_twice_harmless(Trial& t) {
  co_await t.enter(0x412);
  co_await t.ask(Op::OpenSession, 0x412);
  const Answer answer = co_await t.ask(Op::GetStorageIDs);
  expect_ok(answer);
}

Task<> close(Trial& t) {
  co_await t.enter(0x413);
  const Answer answer = co_await t.ask(Op::CloseSession);
  expect_ok(answer);
}

Task<> closed(Trial& t) {
  co_await t.enter(0x414);
  co_await t.ask(Op::CloseSession);
  const Answer answer = co_await t.ask(Op::GetStorageIDs);
  expect_code(answer, Code::SessionNotOpen);
}

Task<> reopen(Trial& t) {
  co_await t.enter(0x415);
  co_await t.ask(Op::CloseSession);
  const Answer opened = co_await t.ask(Op::OpenSession, 1u);
  expect_ok(opened);
  auto asked = t.request(Op::GetStorageIDs, {});
  asked.transaction_id = 1;
  const Answer answer = co_await t.transact(asked);
  expect_ok(answer);
}

Task<> not_open(Trial& t) {
  co_await t.connect();
  const Answer answer = co_await t.ask(Op::GetStorageIDs);
  expect_code(answer, Code::SessionNotOpen);
}

Task<> close_not_open(Trial& t) {
  co_await t.connect();
  const Answer answer = co_await t.ask(Op::CloseSession);
  expect_code(answer, Code::SessionNotOpen);
}

Task<> info_outside(Trial& t) {
  co_await t.connect();
  co_await t.fetch(Op::GetDeviceInfo);
}

Task<> info_inside(Trial& t) {
  co_await t.enter(0x416);
  co_await t.fetch(Op::GetStorageIDs);
  co_await t.fetch(Op::GetDeviceInfo);
}

Task<> lost(Trial& t) {
  co_await t.enter(0x417);
  t.drop();
  t.forget_session();
  co_await t.connect();
  co_await t.enter(0x417);
  co_await t.fetch(Op::GetStorageIDs);
}

Task<> own_ids(Trial& t) {
  co_await t.enter(0x418);
  for (int i = 0; i < 3; ++i) co_await t.fetch(Op::GetStorageIDs);
  Initiator& second = t.another();
  co_await second.enter(0x419);
  const Answer answer = co_await second.ask(Op::GetStorageIDs);
  expect_ok(answer);
  const Answer mine = co_await t.ask(Op::GetStorageIDs);
  expect_ok(mine);
}

Task<> own_close(Trial& t) {
  co_await t.enter(0x41A);
  Initiator& second = t.another();
  co_await second.enter(0x41B);
  co_await second.ask(Op::CloseSession);
  const Answer answer = co_await t.ask(Op::GetStorageIDs);
  expect_ok(answer);
}

Task<> other_leaves(Trial& t) {
  co_await t.enter(0x41C);
  Initiator& second = t.another();
  co_await second.enter(0x41D);
  second.drop();
  const Answer answer = co_await t.ask(Op::GetStorageIDs);
  expect_ok(answer);
}

constexpr std::array cases{
    Case{"sessions.open", "3", "OpenSession, with TransactionID 0, opens a session.", open},
    Case{"sessions.any-id", "3", "The SessionID is chosen by the initiator: any u32 but 0.", any_id},
    Case{"sessions.open-zero", "3", "OpenSession with SessionID 0 is answered by InvalidParameter.", open_zero},
    Case{"sessions.open-twice", "3", "OpenSession while the session is open is answered by SessionAlreadyOpened.",
         open_twice},
    Case{"sessions.open-twice-names-it", "3", "SessionAlreadyOpened has the open SessionID as its parameter 1.",
         open_twice_names},
    Case{"sessions.open-twice-harmless", "3", "A refused OpenSession leaves the open session as it was.",
         open_twice_harmless},
    Case{"sessions.close", "3", "CloseSession ends the session.", close},
    Case{"sessions.closed", "3", "After CloseSession, operations are answered by SessionNotOpen.", closed},
    Case{"sessions.reopen", "3", "After CloseSession a session can be opened again; its TransactionIDs begin at 1.",
         reopen},
    Case{"sessions.not-open", "3",
         "An operation other than GetDeviceInfo and OpenSession without a session is answered by SessionNotOpen.",
         not_open},
    Case{"sessions.close-not-open", "3", "CloseSession without a session is answered by SessionNotOpen.",
         close_not_open},
    Case{"sessions.device-info-outside", "3", "GetDeviceInfo works outside a session, with TransactionID 0.",
         info_outside},
    Case{"sessions.device-info-inside", "3", "GetDeviceInfo works inside a session, with the running TransactionID.",
         info_inside},
    Case{"sessions.lost", "1.3", "A session ends with its connection: the next one can open the same.", lost},
    Case{"sessions.own-ids", "1.9", "TransactionIDs are each session's own: those of a second initiator begin at 1.",
         own_ids},
    Case{"sessions.own-close", "1.9", "CloseSession ends the session of its own connection only.", own_close},
    Case{"sessions.other-leaves", "1.9", "An initiator that vanishes does not disturb another's session.",
         other_leaves},
};

}  // namespace

std::span<const Case> session_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
