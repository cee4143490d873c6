// Parts of objects: docs/protocol.md §4.1.
#include <algorithm>

#include "initiator/conform/case.h"
#include "initiator/conform/trial.h"

namespace stuntcam::initiator::conform {
namespace {

constexpr u32 no_handle = 0xEEEEEEEE, to_the_end = 0xFFFFFFFF;

struct Whole {
  u32 handle = 0, size = 0;
  Bytes bytes;
};

Task<Whole> whole_object(Trial& t) {
  co_await t.enter();
  const Found found = co_await t.object_where("file of 16 bytes to 16 MiB", [](const Found& each) {
    return !each.folder() && each.info.object_compressed_size >= 16 && each.info.object_compressed_size <= kept_data;
  });
  Whole whole;
  whole.handle = found.handle;
  whole.bytes = co_await t.fetch(Op::GetObject, found.handle);
  whole.size = static_cast<u32>(whole.bytes.size());
  co_return whole;
}

// The bytes from `offset` on, as many as there are up to `most`.
void expect_part(const Whole& whole, u32 offset, u32 most, const Answer& answer) {
  expect_ok(answer);
  const View wanted = View(whole.bytes).subspan(offset, std::min(most, whole.size - offset));
  expect_equal("the number of bytes", wanted.size(), answer.bytes.size());
  const auto differs = std::ranges::mismatch(wanted, answer.bytes);
  const auto at = static_cast<std::size_t>(differs.in1 - wanted.begin());
  expect(differs.in1 == wanted.end(),
         fmt::format("the object's bytes at offset {}: {}", offset + at, hex(wanted.subspan(at), 8)),
         hex(View(answer.bytes).subspan(std::min(at, answer.bytes.size())), 8));
}

Task<> part_of(Trial& t, u32 offset, u32 most) {
  const Whole whole = co_await whole_object(t);
  const Answer answer = co_await t.ask(Op::GetPartialObject, whole.handle, offset, most);
  expect_part(whole, offset, most, answer);
}

Task<> middle(Trial& t) { return part_of(t, 5, 7); }
Task<> whole(Trial& t) {
  const Whole object = co_await whole_object(t);
  const Answer answer = co_await t.ask(Op::GetPartialObject, object.handle, 0u, object.size);
  expect_part(object, 0, object.size, answer);
}
Task<> end(Trial& t) { return part_of(t, 3, to_the_end); }

Task<> clipped(Trial& t) {
  const Whole object = co_await whole_object(t);
  const Answer answer = co_await t.ask(Op::GetPartialObject, object.handle, object.size - 4, 100u);
  expect_part(object, object.size - 4, 100, answer);
}

Task<> count(Trial& t) {
  const Whole object = co_await whole_object(t);
  const Answer answer = co_await t.ask(Op::GetPartialObject, object.handle, object.size - 6, 50u);
  expect_ok(answer);
  expect(answer.response.count >= 1 && answer.param(0) == answer.bytes.size(),
         fmt::format("parameter 1, the bytes sent, {}", answer.bytes.size()),
         answer.response.count == 0 ? "no parameter" : fmt::format("{}", answer.param(0)));
}

Task<> at_end(Trial& t) {
  const Whole object = co_await whole_object(t);
  const Answer answer = co_await t.ask(Op::GetPartialObject, object.handle, object.size, 8u);
  expect_code(answer, Code::OK, Code::InvalidParameter);
  expect_equal<u64>("the number of bytes", 0, answer.size);
}

Task<> beyond(Trial& t) {
  const Whole object = co_await whole_object(t);
  const Answer answer = co_await t.ask(Op::GetPartialObject, object.handle, object.size + 1, 8u);
  expect_code(answer, Code::InvalidParameter);
}

Task<> unknown(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetPartialObject, no_handle, 0u, 8u);
  expect_code(answer, Code::InvalidObjectHandle);
}

Task<> middle_64(Trial& t) {
  const Whole object = co_await whole_object(t);
  const Answer answer = co_await t.ask(Op::GetPartialObject64, object.handle, 5u, 0u, 7u);
  expect_part(object, 5, 7, answer);
}

Task<> count_64(Trial& t) {
  const Whole object = co_await whole_object(t);
  const Answer answer = co_await t.ask(Op::GetPartialObject64, object.handle, object.size - 6, 0u, 50u);
  expect_ok(answer);
  expect(answer.response.count >= 1 && answer.param(0) == answer.bytes.size(),
         fmt::format("parameter 1, the bytes sent, {}", answer.bytes.size()),
         answer.response.count == 0 ? "no parameter" : fmt::format("{}", answer.param(0)));
}

// The upper half of the offset counts.
Task<> beyond_64(Trial& t) {
  const Whole object = co_await whole_object(t);
  const Answer answer = co_await t.ask(Op::GetPartialObject64, object.handle, 0u, 1u, 8u);
  expect(answer.size == 0, "no bytes 4 GiB into a smaller object", fmt::format("{} bytes", answer.size));
}

Task<> unknown_64(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetPartialObject64, no_handle, 0u, 0u, 8u);
  expect_code(answer, Code::InvalidObjectHandle);
}

constexpr std::array<Op, 4> needed{Op::GetObjectHandles, Op::GetObjectInfo, Op::GetObject, Op::GetPartialObject},
    needed_64{Op::GetObjectHandles, Op::GetObjectInfo, Op::GetObject, Op::GetPartialObject64};

constexpr std::array cases{
    Case{"partial.middle", "4.1", "GetPartialObject returns the bytes from the offset on.", middle, needed},
    Case{"partial.whole", "4.1", "GetPartialObject of the whole returns what GetObject does.", whole, needed},
    Case{"partial.to-the-end", "4.1", "A length of 0xFFFFFFFF means up to the end.", end, needed},
    Case{"partial.clipped", "4.1", "A range that goes beyond the end is clipped.", clipped, needed},
    Case{"partial.count", "4.1", "Response parameter 1 of GetPartialObject is the number of bytes sent.", count,
         needed},
    Case{.id = "partial.at-the-end",
         .section = "4.1",
         .rule = "At an offset equal to the size there are no bytes: OK without any, or InvalidParameter.",
         .run = at_end,
         .needs = needed,
         .weight = Weight::should},
    Case{.id = "partial.beyond",
         .section = "4.1",
         .rule = "An offset beyond the end is answered by InvalidParameter.",
         .run = beyond,
         .needs = needed,
         .weight = Weight::should},
    Case{"partial.unknown",
         "4",
         "GetPartialObject of a handle that is not there is answered by InvalidObjectHandle.",
         unknown,
         {Op::GetPartialObject}},
    Case{.id = "partial.middle-64",
         .section = "4.1",
         .rule = "GetPartialObject64 returns the bytes from the offset on.",
         .run = middle_64,
         .needs = needed_64,
         .weight = Weight::should},
    Case{.id = "partial.count-64",
         .section = "4.1",
         .rule = "Response parameter 1 of GetPartialObject64 is the number of bytes sent.",
         .run = count_64,
         .needs = needed_64,
         .weight = Weight::should},
    Case{.id = "partial.beyond-64",
         .section = "4.1",
         .rule = "The offset of GetPartialObject64 has 64 bits: its upper half counts.",
         .run = beyond_64,
         .needs = needed_64,
         .weight = Weight::should},
    Case{.id = "partial.unknown-64",
         .section = "4.1",
         .rule = "GetPartialObject64 of a handle that is not there is answered by InvalidObjectHandle.",
         .run = unknown_64,
         .needs = {Op::GetPartialObject64},
         .weight = Weight::should},
};

}  // namespace

std::span<const Case> partial_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
