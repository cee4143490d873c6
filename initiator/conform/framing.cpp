// Packets on a byte stream: docs/protocol.md §1.1, §1.2, §1.10.
#include "initiator/conform/case.h"
#include "initiator/conform/trial.h"
#include "ptp/writer.h"

namespace stuntcam::initiator::conform {
namespace {

using ptp::Kind;

constexpr u32 operation_request = 6, start_data = 9, unknown_type = 0x0F;

bool settable(const ptp::DevicePropDesc& desc) {
  return desc.get_set == 1 && desc.current.type() != ptp::DataType::undefined;
}

Task<> request_in_pieces(Trial& t) {
  co_await t.enter();
  const auto asked = t.request(Op::GetDeviceInfo, {});
  co_await t.command().drip(encoded(asked));
  const Answer answer = co_await t.answer(asked);
  expect_ok(answer);
}

Task<> handshake_in_pieces(Trial& t) {
  co_await t.dial_command();
  const Bytes body = ptp::encode_identity({{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, "piecemeal"});
  auto hello = plain(Kind::init_command_request);
  hello.wire = body;
  const Bytes bytes = encoded(hello);
  co_await t.command().drip(bytes);
  const Packet ack = co_await t.command().next("InitCommandAck");
  expect(ack.message.kind == Kind::init_command_ack, "InitCommandAck", ack.name());
}

Task<> probe_in_pieces(Trial& t) {
  co_await t.enter();
  const auto ping = plain(Kind::probe_request);
  co_await t.events().drip(encoded(ping));
  const Packet answer = co_await t.events().next("ProbeResponse");
  expect(answer.message.kind == Kind::probe_response, "ProbeResponse", answer.name());
}

Task<> data_in_one_segment(Trial& t) {
  co_await t.enter();
  const auto desc = co_await t.property_where("writable property", settable);
  const Bytes value = desc.current.bytes();
  const auto asked = t.request(Op::SetDevicePropValue, {desc.code}, 2);
  t.command().put(asked);
  t.put_data(asked.transaction_id, value);
  co_await t.command().flush();
  const Answer answer = co_await t.answer(asked);
  expect_ok(answer);
  co_await t.in_step();
}

Task<> data_in_pieces(Trial& t) {
  co_await t.enter();
  const auto desc = co_await t.property_where("writable property", settable);
  const auto asked = t.request(Op::SetDevicePropValue, {desc.code}, 2);
  ptp::Message start;
  start.kind = Kind::data;
  start.transaction_id = asked.transaction_id;
  start.first = true;
  const Bytes value = desc.current.bytes();
  start.total = value.size();
  auto end = start;
  end.first = false;
  end.last = true;
  end.size = value.size();
  Bytes bytes = encoded(asked);
  for (const auto& message : {start, end}) {
    const Bytes more = encoded(message);
    bytes.insert(bytes.end(), more.begin(), more.end());
  }
  bytes.insert(bytes.end(), value.begin(), value.end());
  co_await t.command().drip(bytes);
  const Answer answer = co_await t.answer(asked);
  expect_ok(answer);
}

Task<> two_requests(Trial& t) {
  co_await t.enter();
  const auto first = t.request(Op::GetDeviceInfo, {});
  const auto second = t.request(Op::GetStorageIDs, {});
  t.command().put(first);
  t.command().put(second);
  co_await t.command().flush();
  const Answer one = co_await t.answer(first);
  expect_ok(one);
  const Answer other = co_await t.answer(second);
  expect_ok(other);
  expect_equal("the TransactionID of the second response", second.transaction_id, other.response.transaction_id);
}

Task<> response_length(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetDeviceInfo);
  constexpr std::size_t fixed = 14, word = 4, most = fixed + 5 * word;
  const auto length = answer.response_length;
  expect(length >= fixed && length <= most && (length - fixed) % word == 0,
         "an OperationResponse of 14 + 4 × N bytes, N up to 5", fmt::format("one of {} bytes", length));
}

Task<> data_lengths(Trial& t) {
  co_await t.enter();
  const auto asked = t.request(Op::GetDeviceInfo, {});
  co_await t.command().send(asked);
  const Packet packet = co_await t.command().next("StartData");
  expect(packet.message.kind == Kind::data && packet.message.first, "StartData", packet.name());
  expect_equal<std::size_t>("the length of StartData", 20, packet.wire.size());
}

// After such a packet nobody can know where the next one begins.
Task<> closes_on(Trial& t, Bytes bytes, std::string why) {
  co_await t.enter();
  co_await t.command().send(std::move(bytes));
  co_await t.command().closes(std::move(why));
}

Task<> length_too_small(Trial& t) { return closes_on(t, raw_packet(7, operation_request), "on a Length of 7"); }
Task<> length_zero(Trial& t) { return closes_on(t, raw_packet(0, operation_request), "on a Length of 0"); }
Task<> length_huge(Trial& t) {
  return closes_on(t, raw_packet(0xFFFFFFFF, operation_request, Bytes(64)), "on a Length of 0xFFFFFFFF");
}
Task<> request_too_short(Trial& t) {
  return closes_on(t, raw_packet(17, operation_request, Bytes(9)), "on an OperationRequest of 17 bytes");
}
Task<> start_data_too_short(Trial& t) {
  return closes_on(t, raw_packet(10, start_data, Bytes(2)), "on a StartData of 10 bytes");
}
Task<> unknown_on_command(Trial& t) {
  return closes_on(t, raw_packet(12, unknown_type, Bytes(4)), "on a packet of type 15");
}

Task<> unknown_on_events(Trial& t) {
  co_await t.enter();
  co_await t.events().send(raw_packet(12, unknown_type, Bytes(4)));
  co_await t.probe();
  co_await t.in_step();
}

Task<> absent_parameters(Trial& t) {
  co_await t.enter();
  const Bytes full = co_await t.fetch(Op::GetObjectHandles, all, 0u, 0u);
  const Bytes brief = co_await t.fetch(Op::GetObjectHandles, all);
  expect(full == brief, "the same handles as with two parameters of 0",
         fmt::format("{} and {} bytes of handles", full.size(), brief.size()));
}

constexpr std::array cases{
    Case{"framing.request-in-pieces", "1.1", "TCP may split packets anywhere: a request may come byte by byte.",
         request_in_pieces},
    Case{"framing.handshake-in-pieces", "1.1",
         "TCP may split packets anywhere: InitCommandRequest may come byte by byte.", handshake_in_pieces},
    Case{"framing.probe-in-pieces", "1.1",
         "TCP may split packets anywhere, on the event connection too: a ProbeRequest may come byte by byte.",
         probe_in_pieces},
    Case{"framing.data-in-one-segment",
         "1.1",
         "TCP may join packets: a request and its whole data phase may come in one segment.",
         data_in_one_segment,
         {Op::GetDevicePropDesc, Op::SetDevicePropValue}},
    Case{"framing.data-in-pieces",
         "1.1",
         "TCP may split packets anywhere: a data phase may come byte by byte.",
         data_in_pieces,
         {Op::GetDevicePropDesc, Op::SetDevicePropValue}},
    Case{.id = "framing.two-requests",
         .section = "1.10",
         .rule = "A second request that arrives with the first is answered after it.",
         .run = two_requests,
         .weight = Weight::should},
    Case{"framing.response-length", "1.2", "An OperationResponse has 14 + 4 × N bytes, with N from 0 to 5 parameters.",
         response_length},
    Case{"framing.start-data-length", "1.2", "StartData has 20 bytes: its total has 64 bits.", data_lengths},
    Case{"framing.length-too-small", "1.10", "A Length below 8 ends the connection: there is no resynchronisation.",
         length_too_small},
    Case{"framing.length-zero", "1.10", "A Length of 0 ends the connection: there is no resynchronisation.",
         length_zero},
    Case{"framing.length-huge", "1.10", "A Length far beyond any request ends the connection at once.", length_huge},
    Case{"framing.request-too-short", "1.10", "A Length that does not fit OperationRequest ends the connection.",
         request_too_short},
    Case{"framing.start-data-too-short", "1.10", "A Length that does not fit StartData ends the connection.",
         start_data_too_short},
    Case{.id = "framing.unknown-type-on-command",
         .section = "1.10",
         .rule = "A packet of an unknown type on the command connection ends it.",
         .run = unknown_on_command,
         .weight = Weight::should},
    Case{.id = "framing.unknown-type-on-events",
         .section = "1.10",
         .rule = "A packet of an unknown type on the event connection is ignored.",
         .run = unknown_on_events,
         .weight = Weight::should},
    Case{"framing.absent-parameters",
         "1.2",
         "Absent parameters of a request count as 0.",
         absent_parameters,
         {Op::GetObjectHandles}},
};

}  // namespace

std::span<const Case> framing_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
