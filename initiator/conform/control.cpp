// The device as a whole: docs/protocol.md §4.1.
#include "initiator/conform/case.h"
#include "initiator/conform/trial.h"

namespace stuntcam::initiator::conform {
namespace {

Task<> self_test(Trial& t) {
  co_await t.enter(0x761);
  const Answer answer = co_await t.ask(Op::SelfTest, 0u);
  expect_code(answer, Code::OK, Code::SelfTestFailed);
}

Task<> format_unknown(Trial& t) {
  co_await t.enter(0x762);
  const Answer answer = co_await t.ask(Op::FormatStore, 0x7FFE0001u, 0u);
  expect_code(answer, Code::InvalidStorageId);
}

// Its session is over; so may be its connections.
Task<> reset(Trial& t) {
  co_await t.enter(0x763);
  const Answer answer = co_await t.ask(Op::ResetDevice);
  expect_ok(answer);
  const auto asked = t.request(Op::GetStorageIDs, {});
  t.forget_session();
  try {
    const Answer after = co_await t.transact(asked);
    expect_code(after, Code::SessionNotOpen);
  } catch (const Mismatch&) {
    if (!t.command().closed()) throw;
  }
}

Task<> reset_others_hear(Trial& t) {
  if (!t.subject().lists(Happening::DeviceReset)) skip("the camera does not list DeviceReset");
  co_await t.enter(0x764);
  Initiator& second = t.another();
  co_await second.enter(0x765);
  co_await second.all_events();
  const Answer answer = co_await t.ask(Op::ResetDevice);
  expect_ok(answer);
  t.forget_session();
  co_await second.event(Happening::DeviceReset);
  second.forget_session();
}

constexpr std::array cases{
    Case{"control.self-test",
         "4.1",
         "SelfTest of type 0 is the default test: OK or SelfTestFailed.",
         self_test,
         {Op::SelfTest},
         true},
    Case{"control.format-unknown",
         "4",
         "FormatStore of a store that is not there is answered by InvalidStorageId.",
         format_unknown,
         {Op::FormatStore},
         true},
    Case{"control.reset", "4.1", "ResetDevice ends the session after its response.", reset, {Op::ResetDevice}, true},
    Case{"control.reset-others-hear",
         "4.1",
         "Other sessions hear DeviceReset before ResetDevice ends them.",
         reset_others_hear,
         {Op::ResetDevice},
         true},
};

}  // namespace

std::span<const Case> control_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
