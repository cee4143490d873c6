// Data phases, both ways: docs/protocol.md §1.4.
#include <algorithm>

#include "initiator/conform/case.h"
#include "initiator/conform/trial.h"

namespace stuntcam::initiator::conform {
namespace {

using ptp::Kind;
using ptp::Message;

// What belongs to the data of a transaction, in order.
std::vector<Message> data_packets(const Answer& answer) {
  std::vector<Message> data;
  std::ranges::copy_if(answer.packets, std::back_inserter(data),
                       [](const Message& packet) { return packet.kind == Kind::data; });
  return data;
}

Task<Answer> device_info(Trial& t) {
  co_await t.enter();
  co_await t.fetch(Op::GetStorageIDs);
  Answer answer = co_await t.ask(Op::GetDeviceInfo);
  expect_ok(answer);
  co_return answer;
}

Task<> order(Trial& t) {
  const Answer answer = co_await device_info(t);
  const auto packets = data_packets(answer);
  expect(packets.size() >= 2, "StartData, then EndData", fmt::format("{} data packets", packets.size()));
  expect(packets.front().first, "StartData as the first packet of the data", "Data or EndData");
  expect(packets.back().last, "EndData as the last packet of the data", "Data");
  const auto starts = std::ranges::count_if(packets, [](const Message& packet) { return packet.first; });
  expect_equal("the number of StartData packets", std::ptrdiff_t{1}, starts);
}

Task<> one_end(Trial& t) {
  const Answer answer = co_await device_info(t);
  const auto packets = data_packets(answer);
  const auto ends = std::ranges::count_if(packets, [](const Message& packet) { return packet.last; });
  expect_equal("the number of EndData packets", std::ptrdiff_t{1}, ends);
}

Task<> total(Trial& t) {
  const Answer answer = co_await device_info(t);
  expect(answer.total == unknown_size || answer.total == answer.size,
         fmt::format("{} bytes, as StartData says", answer.total), fmt::format("{} bytes", answer.size));
}

Task<> object_total(Trial& t) {
  co_await t.enter();
  const Found found = co_await t.file();
  const Answer answer = co_await t.ask(Op::GetObject, found.handle);
  expect_ok(answer);
  expect(answer.total == unknown_size || answer.total == answer.size,
         fmt::format("{} bytes, as StartData says", answer.total), fmt::format("{} bytes", answer.size));
}

Task<> ids(Trial& t) {
  const Answer answer = co_await device_info(t);
  for (const auto& packet : data_packets(answer))
    expect(packet.transaction_id == answer.asked_id,
           text("the request's TransactionID in each data packet,", answer.asked_id),
           text("TransactionID", packet.transaction_id));
}

Task<> none_where_none(Trial& t) {
  co_await t.connect();
  const Answer answer = co_await t.ask(Op::OpenSession, 4u);
  expect_ok(answer);
  expect(!answer.data, "no data phase in OpenSession", fmt::format("one of {} bytes", answer.size));
}

Task<> empty_array(Trial& t) {
  co_await t.enter();
  // No camera keeps objects of every format.
  for (const auto format :
       {ptp::FormatCode::PCD, ptp::FormatCode::FlashPix, ptp::FormatCode::AIFF, ptp::FormatCode::Executable}) {
    const Answer answer = co_await t.ask(Op::GetObjectHandles, all, static_cast<u32>(format), 0u);
    if (!answer.ok()) skip("the camera does not list handles by format");
    const auto handles = ptp::decode_u32_array(answer.bytes, "ObjectHandle");
    if (handles && !handles->empty()) continue;
    expect(answer.data && answer.size == 4 && handles, "an array of 4 bytes, the count 0",
           fmt::format("{} bytes of data", answer.size));
    co_return;
  }
  skip("there are objects of each format that the case could ask for");
}

// --- to the camera. SetDevicePropValue with the present value changes nothing.
struct Setting {
  u16 code = 0;
  Bytes value;
};

Task<Setting> setting(Trial& t) {
  co_await t.enter();
  const auto wanted = [](const ptp::DevicePropDesc& desc) {
    return desc.get_set == 1 && desc.current.bytes().size() >= 2;
  };
  const auto desc = co_await t.property_where("writable property of two bytes or more", wanted);
  Setting found;
  found.code = desc.code;
  found.value = desc.current.bytes();
  co_return found;
}

Message start(u32 transaction_id, u64 total) {
  Message head;
  head.kind = Kind::data;
  head.transaction_id = transaction_id;
  head.first = true;
  head.total = total;
  return head;
}

Message piece(u32 transaction_id, u64 size, bool last) {
  Message head;
  head.kind = Kind::data;
  head.transaction_id = transaction_id;
  head.size = size;
  head.last = last;
  return head;
}

// The value in packets of one byte each; then an EndData with the last one, or an empty one.
Task<Answer> send_bytewise(Trial& t, Setting what, u64 total, bool empty_end) {
  const auto asked = t.request(Op::SetDevicePropValue, {what.code}, 2);
  const u32 id = asked.transaction_id;
  t.command().put(asked);
  t.command().put(start(id, total));
  const View value = what.value;
  for (std::size_t i = 0; i < value.size(); ++i) {
    t.command().put(piece(id, 1, !empty_end && i + 1 == value.size()));
    t.command().put(value.subspan(i, 1));
  }
  if (empty_end) t.command().put(piece(id, 0, true));
  co_await t.command().flush();
  Answer answer = co_await t.answer(asked);
  co_return answer;
}

Task<> many_packets(Trial& t) {
  Setting what = co_await setting(t);
  const u64 size = what.value.size();
  const Answer answer = co_await send_bytewise(t, std::move(what), size, false);
  expect_ok(answer);
}

Task<> empty_end(Trial& t) {
  Setting what = co_await setting(t);
  const u64 size = what.value.size();
  const Answer answer = co_await send_bytewise(t, std::move(what), size, true);
  expect_ok(answer);
  co_await t.in_step();
}

Task<> unknown_total(Trial& t) {
  Setting what = co_await setting(t);
  const Answer answer = co_await send_bytewise(t, std::move(what), unknown_size, false);
  expect_ok(answer);
}

// More or less than announced: refused, or the connection ends; never taken for good.
Task<> wrong_total(Trial& t, u64 more, bool less) {
  Setting what = co_await setting(t);
  const u64 size = less ? what.value.size() + 1 : what.value.size() - more;
  try {
    const Answer answer = co_await send_bytewise(t, std::move(what), size, false);
    expect_refused(answer);
  } catch (const Mismatch& mismatch) {
    if (!t.command().closed() || mismatch.got.starts_with("nothing")) throw;
  }
}
Task<> longer(Trial& t) { return wrong_total(t, 1, false); }
Task<> shorter(Trial& t) { return wrong_total(t, 0, true); }

Task<> drained(Trial& t) {
  co_await t.enter();
  const Bytes data(100'000, 0x33);
  const Answer answer = co_await t.send(Op::SetDevicePropValue, data, 0x5FFEu);
  expect_refused(answer);
  co_await t.in_step();
}

// Nothing in it, in both encodings: whatever the camera says to an empty value, it says it once.
Task<> empty_with_packets(Trial& t) {
  const Setting what = co_await setting(t);
  const Answer answer = co_await t.send(Op::SetDevicePropValue, Bytes{}, what.code);
  expect_refused(answer);
  co_await t.in_step();
}

Task<> empty_without_packets(Trial& t) {
  const Setting what = co_await setting(t);
  const auto asked = t.request(Op::SetDevicePropValue, {what.code}, 1);
  const Answer answer = co_await t.transact(asked);
  expect_refused(answer);
  co_await t.in_step();
}

Task<> start_alone(Trial& t) {
  const Setting what = co_await setting(t);
  const auto asked = t.request(Op::SetDevicePropValue, {what.code}, 2);
  t.command().put(asked);
  t.command().put(start(asked.transaction_id, 0));
  co_await t.command().flush();
  const Answer answer = co_await t.answer(asked);
  expect_refused(answer);
}

Task<> phase_unknown(Trial& t) {
  co_await t.enter();
  const auto asked = t.request(Op::GetDeviceInfo, {}, 3);
  try {
    co_await t.transact(asked);
  } catch (const Mismatch& mismatch) {
    if (!t.command().closed() || mismatch.got.starts_with("nothing")) throw;
  }
}

constexpr std::array<Op, 4> setting_operations{Op::GetDevicePropDesc, Op::SetDevicePropValue};

constexpr std::array cases{
    Case{"data.order", "1.4", "Data comes as StartData, any number of Data, EndData, and then the response.", order},
    Case{"data.one-end", "1.4", "EndData ends a data phase, and comes once.", one_end},
    Case{"data.total", "1.4", "The payloads of Data and EndData sum up to the total of StartData.", total},
    Case{"data.object-total",
         "1.4",
         "The payloads of an object's packets sum up to the total of StartData.",
         object_total,
         {Op::GetObject}},
    Case{"data.ids", "1.4", "StartData, Data and EndData have the TransactionID of the request.", ids},
    Case{"data.none", "1.4", "An operation without data has no data phase.", none_where_none},
    Case{"data.empty-array",
         "1.4",
         "An empty array is no empty data phase: it has the 4 bytes of its count.",
         empty_array,
         {Op::GetObjectHandles}},
    Case{"data.out-many-packets", "1.4", "The size of packets is free: a data phase may come in packets of one byte.",
         many_packets, setting_operations},
    Case{"data.out-empty-end", "1.4", "EndData may be empty when all payload came before.", empty_end,
         setting_operations},
    Case{"data.out-unknown-total", "1.2", "With a total of all ones, EndData alone marks the end of the data.",
         unknown_total, setting_operations},
    Case{"data.out-longer", "1.4", "Data beyond the announced total is refused, or ends the connection.", longer,
         setting_operations},
    Case{"data.out-shorter", "1.4", "Data short of the announced total is refused, or ends the connection.", shorter,
         setting_operations},
    Case{"data.out-drained", "1.4", "A camera that refuses an operation reads its whole data phase before it responds.",
         drained, setting_operations},
    Case{"data.out-empty", "1.4", "An empty data phase, StartData of 0 and an empty EndData, has one response.",
         empty_with_packets, setting_operations},
    Case{"data.out-absent", "1.4",
         "DataPhaseInfo 1 without any data packet is an empty data phase, and has one response.", empty_without_packets,
         setting_operations},
    Case{.id = "data.out-start-alone",
         .section = "1.4",
         .rule =
             "After a StartData of 0 the response comes without waiting for an EndData, which some clients never send.",
         .run = start_alone,
         .needs = setting_operations,
         .weight = Weight::should},
    Case{"data.phase-unknown", "1.4", "A request with DataPhaseInfo 3 is answered, or ends the connection.",
         phase_unknown},
};

}  // namespace

std::span<const Case> data_phase_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
