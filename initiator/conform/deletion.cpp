// DeleteObject, of objects that the case brought itself: docs/protocol.md §4.1.
#include <algorithm>

#include "initiator/conform/case.h"
#include "initiator/conform/uploads.h"

namespace stuntcam::initiator::conform {
namespace {

constexpr u32 no_handle = 0xEEEEEEEE;

Task<> gone(Trial& t) {
  co_await t.enter(0x721);
  const Upload upload = co_await put(t, "CONF0021");
  const Answer answer = co_await t.ask(Op::DeleteObject, upload.handle);
  expect_ok(answer);
  const Answer info = co_await t.ask(Op::GetObjectInfo, upload.handle);
  expect_code(info, Code::InvalidObjectHandle);
}

Task<> not_listed(Trial& t) {
  co_await t.enter(0x722);
  const Upload upload = co_await put(t, "CONF0022");
  const Answer answer = co_await t.ask(Op::DeleteObject, upload.handle);
  expect_ok(answer);
  const auto list = co_await t.handles();
  expect(std::ranges::find(list, upload.handle) == list.end(), "no handle of a deleted object",
         text("handle", upload.handle));
}

Task<> unknown(Trial& t) {
  co_await t.enter(0x723);
  const Answer answer = co_await t.ask(Op::DeleteObject, no_handle);
  expect_code(answer, Code::InvalidObjectHandle);
}

Task<> recursive(Trial& t) {
  co_await t.enter(0x724);
  const Upload folder = co_await put_folder(t, "CONFORM");
  const Upload upload = co_await put(t, "CONF0024", folder.handle);
  const Answer answer = co_await t.ask(Op::DeleteObject, folder.handle);
  expect_ok(answer);
  const Answer info = co_await t.ask(Op::GetObjectInfo, upload.handle);
  expect_code(info, Code::InvalidObjectHandle);
}

Task<> is_protected(Trial& t) {
  co_await t.enter(0x725);
  const Upload upload = co_await put(t, "CONF0025");
  const Answer set = co_await t.ask(Op::SetObjectProtection, upload.handle, 1u);
  expect_ok(set);
  const Answer answer = co_await t.ask(Op::DeleteObject, upload.handle);
  expect_code(answer, Code::ObjectWriteProtected);
}

Task<> partial(Trial& t) {
  co_await t.enter(0x726);
  const Upload folder = co_await put_folder(t, "CONFORM");
  const Upload kept = co_await put(t, "CONF0026", folder.handle);
  co_await put(t, "CONF0027", folder.handle);
  const Answer set = co_await t.ask(Op::SetObjectProtection, kept.handle, 1u);
  expect_ok(set);
  const Answer answer = co_await t.ask(Op::DeleteObject, folder.handle);
  expect_code(answer, Code::PartialDeletion);
}

Task<> others_hear(Trial& t) {
  if (!t.subject().lists(Happening::ObjectRemoved)) skip("the camera does not list ObjectRemoved");
  co_await t.enter(0x727);
  Initiator& second = t.another();
  co_await second.enter(0x728);
  const Upload upload = co_await put(t, "CONF0028");
  const Answer answer = co_await t.ask(Op::DeleteObject, upload.handle);
  expect_ok(answer);
  co_await second.event_of(Happening::ObjectRemoved, upload.handle);
}

constexpr std::array<Op, 4> needed{Op::SendObjectInfo, Op::SendObject, Op::DeleteObject, Op::GetObjectInfo},
    protecting{Op::SendObjectInfo, Op::SendObject, Op::DeleteObject, Op::SetObjectProtection};

constexpr std::array cases{
    Case{"deletion.gone", "4.1", "A deleted object's handle is answered by InvalidObjectHandle.", gone, needed, true},
    Case{"deletion.not-listed",
         "4.1",
         "A deleted object is not among the handles of GetObjectHandles.",
         not_listed,
         {Op::SendObjectInfo, Op::SendObject, Op::DeleteObject, Op::GetObjectHandles},
         true},
    Case{"deletion.unknown",
         "4",
         "DeleteObject of a handle that is not there is answered by InvalidObjectHandle.",
         unknown,
         {Op::DeleteObject},
         true},
    Case{"deletion.recursive", "4.1", "Deleting a folder deletes what is in it.", recursive, needed, true},
    Case{"deletion.protected", "4.1", "Deleting a protected object is answered by ObjectWriteProtected.", is_protected,
         protecting, true},
    Case{"deletion.partial", "4.1",
         "Deleting a folder with a protected object in it deletes the others, and is answered by PartialDeletion.",
         partial, protecting, true},
    Case{"deletion.others-hear", "4.1", "Other sessions hear ObjectRemoved of a deleted object.", others_hear, needed,
         true},
};

}  // namespace

std::span<const Case> deletion_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
