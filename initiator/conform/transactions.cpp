// Transactions: docs/protocol.md §3 and §4.
#include <algorithm>
#include <set>

#include "initiator/conform/case.h"
#include "initiator/conform/trial.h"

namespace stuntcam::initiator::conform {
namespace {

// Neither the standards nor a vendor give these a meaning; a camera that lists one is asked another.
constexpr std::array<u16, 4> free_codes{0x1FFE, 0x1FFD, 0x1FFC, 0x1FFB};
constexpr std::array<u16, 4> free_vendor_codes{0x97FE, 0x97FD, 0x97FC, 0x97FB};

Op unlisted(const Subject& subject, const std::array<u16, 4>& codes) {
  for (const u16 code : codes)
    if (!subject.lists(static_cast<Op>(code))) return static_cast<Op>(code);
  skip("the camera lists every code that the case could use");
  return {};
}

Task<> response_id(Trial& t) {
  co_await t.enter();
  co_await t.fetch(Op::GetStorageIDs);
  const Answer answer = co_await t.ask(Op::GetStorageIDs);
  expect(answer.response.transaction_id == answer.asked_id, text("the request's TransactionID", answer.asked_id),
         text("TransactionID", answer.response.transaction_id));
}

Task<> open_id(Trial& t) {
  co_await t.connect();
  const Answer answer = co_await t.ask(Op::OpenSession, 1u);
  expect_equal("in the response to OpenSession the TransactionID", 0u, answer.response.transaction_id);
}

Task<> close_id(Trial& t) {
  co_await t.enter();
  co_await t.fetch(Op::GetStorageIDs);
  co_await t.fetch(Op::GetStorageIDs);
  const Answer answer = co_await t.ask(Op::CloseSession);
  expect_equal("in the response to CloseSession the TransactionID", answer.asked_id, answer.response.transaction_id);
}

Task<> unsupported(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(unlisted(t.subject(), free_codes));
  expect_code(answer, Code::OperationNotSupported);
}

Task<> unsupported_vendor(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(unlisted(t.subject(), free_vendor_codes));
  expect_code(answer, Code::OperationNotSupported);
}

Task<> unsupported_with_data(Trial& t) {
  co_await t.enter();
  const Bytes data(1000, 0x5A);
  const Answer answer = co_await t.send(unlisted(t.subject(), free_codes), data, 1u);
  expect_code(answer, Code::OperationNotSupported);
  co_await t.in_step();
}

// Those that change nothing, whatever their parameters.
constexpr std::array harmless{Op::GetStorageIDs,      Op::GetStorageInfo,          Op::GetNumObjects,
                              Op::GetObjectHandles,   Op::GetObjectInfo,           Op::GetObject,
                              Op::GetThumb,           Op::GetDevicePropDesc,       Op::GetDevicePropValue,
                              Op::GetPartialObject,   Op::GetObjectPropsSupported, Op::GetObjectPropDesc,
                              Op::GetObjectPropValue, Op::GetObjectPropList,       Op::GetObjectReferences,
                              Op::GetPartialObject64, Op::GetStreamInfo,           Op::GetVendorDeviceInfo};

Task<> listed(Trial& t) {
  co_await t.enter(0x511);
  for (const Op operation : harmless) {
    if (!t.subject().lists(operation)) continue;
    const Answer answer = co_await t.ask(operation, 0xEEEEEEEEu);
    expect(answer.code() != Code::OperationNotSupported,
           fmt::format("{}, which DeviceInfo lists, to be supported", answer.operation), text(answer.code()));
  }
}

Task<> unlisted_standard(Trial& t) {
  co_await t.enter();
  bool any = false;
  for (const Op operation : harmless) {
    if (t.subject().lists(operation)) continue;
    any = true;
    const Answer answer = co_await t.ask(operation, 0xEEEEEEEEu);
    expect_code(answer, Code::OperationNotSupported);
  }
  if (!any) skip("the camera lists every operation that the case could use");
}

Task<> surplus_zeros(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetStorageIDs, 0u, 0u, 0u, 0u, 0u);
  expect_ok(answer);
}

Task<> surplus_parameter(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetStorageIDs, 0u, 0u, 0u, 0u, 7u);
  expect_code(answer, Code::ParameterNotSupported);
}

Task<> reserved_id(Trial& t) {
  co_await t.enter();
  auto asked = t.request(Op::GetStorageIDs, {});
  asked.transaction_id = ptp::no_transaction;
  const Answer answer = co_await t.transact(asked);
  expect_code(answer, Code::InvalidTransactionID);
}

Task<> many(Trial& t) {
  co_await t.enter();
  for (int i = 0; i < 200; ++i) {
    const Answer answer = co_await t.ask(Op::GetStorageIDs);
    expect_ok(answer);
  }
}

Task<> refusal_harmless(Trial& t) {
  co_await t.enter();
  co_await t.ask(unlisted(t.subject(), free_codes));
  const Answer answer = co_await t.ask(Op::GetStorageIDs);
  expect_ok(answer);
}

Task<> one_response(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetStorageIDs, 0u);
  expect_ok(answer);
  co_await t.in_step();
}

Task<> response_codes(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetStorageInfo, 0xEEEE0001u);
  const u16 code = answer.response.code;
  expect((code >> 12) == 0x2 || (code >> 12) == 0xA, "a response code 0x2xxx or 0xAxxx", fmt::format("0x{:04X}", code));
}

constexpr std::array cases{
    Case{"transactions.response-id", "3", "A response has the TransactionID of its request.", response_id},
    Case{"transactions.open-id", "3", "The response to OpenSession has its TransactionID, 0.", open_id},
    Case{"transactions.close-id", "3", "The response to CloseSession has the TransactionID of the request.", close_id},
    Case{"transactions.unsupported", "1.10",
         "An operation that the camera does not have is answered by OperationNotSupported.", unsupported},
    Case{"transactions.unsupported-vendor", "1.10",
         "An operation of vendors that the camera does not have is answered by OperationNotSupported.",
         unsupported_vendor},
    Case{"transactions.unsupported-with-data", "1.10",
         "The data phase of an operation that the camera does not have is read before OperationNotSupported.",
         unsupported_with_data},
    Case{.id = "transactions.listed",
         .section = "4.1",
         .rule = "An operation that DeviceInfo lists is not answered by OperationNotSupported.",
         .run = listed,
         .needs = {Op::GetDeviceInfo}},
    Case{.id = "transactions.unlisted",
         .section = "4.1",
         .rule = "A standard operation that DeviceInfo does not list is answered by OperationNotSupported.",
         .run = unlisted_standard,
         .needs = {Op::GetDeviceInfo}},
    Case{"transactions.surplus-zeros", "3", "Surplus parameters of 0 are accepted.", surplus_zeros},
    Case{.id = "transactions.surplus-parameter",
         .section = "3",
         .rule = "A surplus parameter other than 0 is answered by ParameterNotSupported.",
         .run = surplus_parameter,
         .weight = Weight::should},
    Case{.id = "transactions.reserved-id",
         .section = "3",
         .rule = "TransactionID 0xFFFFFFFF is reserved: a request with it is answered by InvalidTransactionID.",
         .run = reserved_id,
         .weight = Weight::should},
    Case{"transactions.many", "3", "TransactionIDs count up by 1: two hundred transactions in a row are answered.",
         many},
    Case{"transactions.refusal-harmless", "3", "A refused operation leaves the session open.", refusal_harmless},
    Case{"transactions.one-response", "1.4", "A transaction has exactly one response.", one_response},
    Case{"transactions.response-codes", "2.1", "Response codes are 0x2xxx, those of vendors 0xAxxx.", response_codes},
};

}  // namespace

std::span<const Case> transaction_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
