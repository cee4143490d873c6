// Protecting, moving, copying and editing objects that the case brought itself: docs/protocol.md §4.1, §4.2.
#include <algorithm>

#include "initiator/conform/case.h"
#include "initiator/conform/uploads.h"

namespace stuntcam::initiator::conform {
namespace {

using ptp::DataType;
using ptp::ObjectInfo;
using Property = ptp::ObjectPropertyCode;

constexpr u32 no_handle = 0xEEEEEEEE;

Task<> protect(Trial& t) {
  co_await t.enter(0x731);
  const Upload upload = co_await put(t, "CONF0031");
  for (const u16 status : {u16{1}, u16{0}}) {
    const Answer answer = co_await t.ask(Op::SetObjectProtection, upload.handle, status);
    expect_ok(answer);
    const auto info = co_await t.data_set<ObjectInfo>(Op::GetObjectInfo, upload.handle);
    expect_equal("ProtectionStatus", status, info.protection_status);
  }
}

Task<> protect_how(Trial& t) {
  co_await t.enter(0x732);
  const Upload upload = co_await put(t, "CONF0032");
  const Answer answer = co_await t.ask(Op::SetObjectProtection, upload.handle, 5u);
  expect_code(answer, Code::InvalidParameter);
}

Task<> protect_unknown(Trial& t) {
  co_await t.enter(0x733);
  const Answer answer = co_await t.ask(Op::SetObjectProtection, no_handle, 1u);
  expect_code(answer, Code::InvalidObjectHandle);
}

Task<> protect_others_hear(Trial& t) {
  if (!t.subject().lists(Happening::ObjectInfoChanged)) skip("the camera does not list ObjectInfoChanged");
  co_await t.enter(0x734);
  Initiator& second = t.another();
  co_await second.enter(0x735);
  const Upload upload = co_await put(t, "CONF0034");
  const Answer answer = co_await t.ask(Op::SetObjectProtection, upload.handle, 1u);
  expect_ok(answer);
  co_await second.event_of(Happening::ObjectInfoChanged, upload.handle);
}

Task<> moved(Trial& t) {
  co_await t.enter(0x736);
  const Upload folder = co_await put_folder(t, "CONFORM");
  const Upload upload = co_await put(t, "CONF0036");
  const Answer answer = co_await t.ask(Op::MoveObject, upload.handle, folder.storage, folder.handle);
  expect_ok(answer);
  const auto info = co_await t.data_set<ObjectInfo>(Op::GetObjectInfo, upload.handle);
  expect(info.parent_object == folder.handle, text("at the same handle ParentObject, the folder,", folder.handle),
         text("ParentObject", info.parent_object));
}

Task<> moved_to_root(Trial& t) {
  co_await t.enter(0x737);
  const Upload folder = co_await put_folder(t, "CONFORM");
  const Upload upload = co_await put(t, "CONF0037", folder.handle);
  const Answer answer = co_await t.ask(Op::MoveObject, upload.handle, folder.storage, 0u);
  expect_ok(answer);
  const auto info = co_await t.data_set<ObjectInfo>(Op::GetObjectInfo, upload.handle);
  expect(info.parent_object == 0, "ParentObject 0, the root", text("ParentObject", info.parent_object));
}

Task<> moved_nowhere(Trial& t) {
  co_await t.enter(0x738);
  const Upload upload = co_await put(t, "CONF0038");
  const Upload other = co_await put(t, "CONF0039");
  const Answer answer = co_await t.ask(Op::MoveObject, upload.handle, other.storage, other.handle);
  expect_code(answer, Code::InvalidParentObject);
}

Task<> move_unknown(Trial& t) {
  co_await t.enter(0x739);
  const u32 store = co_await upload_store(t);
  const Answer answer = co_await t.ask(Op::MoveObject, no_handle, store, 0u);
  expect_code(answer, Code::InvalidObjectHandle);
}

struct Copied {
  Upload original;
  u32 handle = 0;
};

Task<Copied> copy_of(Trial& t, std::string name) {
  Copied copied;
  const Upload folder = co_await put_folder(t, "CONFORM");
  copied.original = co_await put(t, std::move(name));
  const Answer answer = co_await t.ask(Op::CopyObject, copied.original.handle, folder.storage, folder.handle);
  expect_ok(answer);
  expect(answer.response.count >= 1, "parameter 1, the copy's handle", "no parameter");
  copied.handle = answer.param(0);
  co_return copied;
}

Task<> copied(Trial& t) {
  co_await t.enter(0x73A);
  const Copied copy = co_await copy_of(t, "CONF0040");
  expect(copy.handle != copy.original.handle, "a new handle of the copy", text("the original's,", copy.handle));
  const Bytes bytes = co_await t.fetch(Op::GetObject, copy.handle);
  expect(bytes == copy.original.bytes, "the bytes of the original",
         fmt::format("{} bytes: {}", bytes.size(), hex(bytes, 16)));
}

Task<> copy_leaves_original(Trial& t) {
  co_await t.enter(0x73B);
  const Copied copy = co_await copy_of(t, "CONF0041");
  const Bytes bytes = co_await t.fetch(Op::GetObject, copy.original.handle);
  expect(bytes == copy.original.bytes, "the original as it was",
         fmt::format("{} bytes: {}", bytes.size(), hex(bytes, 16)));
}

Task<> copy_recursive(Trial& t) {
  co_await t.enter(0x73C);
  const Upload inner = co_await put_folder(t, "CONFORM1");
  co_await put(t, "CONF0042", inner.handle);
  const Upload outer = co_await put_folder(t, "CONFORM2");
  const Answer answer = co_await t.ask(Op::CopyObject, inner.handle, outer.storage, outer.handle);
  expect_ok(answer);
  const auto children = co_await t.handles(all, 0, answer.param(0));
  expect_equal<std::size_t>("the number of objects in the copied folder", 1, children.size());
}

Task<> copy_unknown(Trial& t) {
  co_await t.enter(0x73D);
  const u32 store = co_await upload_store(t);
  const Answer answer = co_await t.ask(Op::CopyObject, no_handle, store, 0u);
  expect_code(answer, Code::InvalidObjectHandle);
}

Task<> renamed(Trial& t) {
  co_await t.enter(0x741);
  const Upload upload = co_await put(t, "CONF0043");
  const std::string name = "CONF0044" + upload.name.substr(8);
  const Bytes value = ptp::Value(name).bytes();
  const Answer answer =
      co_await t.send(Op::SetObjectPropValue, value, upload.handle, static_cast<u32>(Property::ObjectFileName));
  if (answer.code() == Code::AccessDenied || answer.code() == Code::ObjectProp_Not_Supported)
    skip("the camera does not rename objects");
  expect_ok(answer);
  const auto info = co_await t.data_set<ObjectInfo>(Op::GetObjectInfo, upload.handle);
  expect(info.filename == name, fmt::format("the name {}", name), info.filename);
}

Task<> referred(Trial& t) {
  co_await t.enter(0x742);
  const Upload from = co_await put(t, "CONF0045");
  const Upload to = co_await put(t, "CONF0046");
  const Bytes wanted = ptp::encode_array(std::vector<u32>{to.handle});
  const Answer answer = co_await t.send(Op::SetObjectReferences, wanted, from.handle);
  expect_ok(answer);
  const Bytes references = co_await t.fetch(Op::GetObjectReferences, from.handle);
  expect(references == wanted, "the reference that was set", hex(references));
}

Task<> sent_by_list(Trial& t) {
  co_await t.enter(0x743);
  Upload upload = sample(t.subject(), "CONF0047");
  upload.storage = co_await upload_store(t);
  ptp::ObjectPropList list;
  ptp::ObjectPropElement element;
  element.code = static_cast<u16>(Property::ObjectFileName);
  element.value = ptp::Value(upload.name);
  list.elements.push_back(element);
  const Answer answer = co_await t.send(Op::SendObjectPropList, ptp::encode(list), upload.storage, 0u, upload.format,
                                        0u, upload.bytes.size());
  expect_ok(answer);
  expect(answer.response.count >= 3, "three parameters: storage, parent, handle",
         fmt::format("{}", answer.response.count));
  delete_afterwards(t, answer.param(2));
  const Answer sent = co_await t.send(Op::SendObject, upload.bytes);
  expect_ok(sent);
  const auto info = co_await t.data_set<ObjectInfo>(Op::GetObjectInfo, answer.param(2));
  expect(info.filename == upload.name && info.object_compressed_size == upload.bytes.size(),
         fmt::format("{} of {} bytes", upload.name, upload.bytes.size()),
         fmt::format("{} of {} bytes", info.filename, info.object_compressed_size));
}

Task<> edited(Trial& t) {
  co_await t.enter(0x744);
  const Upload upload = co_await put(t, "CONF0048");
  const Answer begun = co_await t.ask(Op::BeginEditObject, upload.handle);
  expect_ok(begun);
  const Bytes piece(4, '!');
  const Answer written = co_await t.send(Op::SendPartialObject, piece, upload.handle, 2u, 0u, 4u);
  expect_ok(written);
  const Answer ended = co_await t.ask(Op::EndEditObject, upload.handle);
  expect_ok(ended);
  Bytes wanted = upload.bytes;
  std::ranges::copy(piece, wanted.begin() + 2);
  const Bytes bytes = co_await t.fetch(Op::GetObject, upload.handle);
  expect(bytes == wanted, "the object with its new part: " + hex(wanted, 8), hex(bytes, 8));
}

Task<> edit_outside(Trial& t) {
  co_await t.enter(0x745);
  const Upload upload = co_await put(t, "CONF0049");
  const Bytes piece(4, '!');
  const Answer answer = co_await t.send(Op::SendPartialObject, piece, upload.handle, 0u, 0u, 4u);
  expect_refused(answer);
}

constexpr std::array<Op, 4> with(Op operation) {
  return {Op::SendObjectInfo, Op::SendObject, Op::DeleteObject, operation};
}

constexpr std::array cases{
    Case{"protection.set", "4.1", "SetObjectProtection sets and clears the ProtectionStatus of an object.", protect,
         with(Op::SetObjectProtection), true},
    Case{"protection.bad-status", "4.1", "A ProtectionStatus that is none is answered by InvalidParameter.",
         protect_how, with(Op::SetObjectProtection), true},
    Case{"protection.unknown",
         "4",
         "SetObjectProtection of a handle that is not there is answered by InvalidObjectHandle.",
         protect_unknown,
         {Op::SetObjectProtection},
         true},
    Case{"protection.others-hear", "4.1", "Other sessions hear ObjectInfoChanged of an object that was protected.",
         protect_others_hear, with(Op::SetObjectProtection), true},
    Case{"move.to-folder", "4.1", "MoveObject puts an object into a folder; its handle stays.", moved,
         with(Op::MoveObject), true},
    Case{"move.to-root", "4.1", "MoveObject with parent 0 puts an object into the root.", moved_to_root,
         with(Op::MoveObject), true},
    Case{"move.parent-no-folder", "4", "MoveObject to a parent that is a file is answered by InvalidParentObject.",
         moved_nowhere, with(Op::MoveObject), true},
    Case{"move.unknown",
         "4",
         "MoveObject of a handle that is not there is answered by InvalidObjectHandle.",
         move_unknown,
         {Op::MoveObject},
         true},
    Case{"copy.content", "4.1", "CopyObject answers with a new handle, of the same bytes.", copied,
         with(Op::CopyObject), true},
    Case{"copy.leaves-original", "4.1", "CopyObject leaves the original as it was.", copy_leaves_original,
         with(Op::CopyObject), true},
    Case{"copy.recursive", "4.1", "CopyObject of a folder copies what is in it.", copy_recursive, with(Op::CopyObject),
         true},
    Case{"copy.unknown",
         "4",
         "CopyObject of a handle that is not there is answered by InvalidObjectHandle.",
         copy_unknown,
         {Op::CopyObject},
         true},
    Case{"edit.rename", "4.2", "SetObjectPropValue of ObjectFileName renames an object.", renamed,
         with(Op::SetObjectPropValue), true},
    Case{"edit.references", "4.2", "GetObjectReferences returns what SetObjectReferences set.", referred,
         with(Op::SetObjectReferences), true},
    Case{"edit.send-by-list",
         "4.2",
         "SendObjectPropList announces an object as SendObjectInfo does.",
         sent_by_list,
         {Op::SendObjectPropList, Op::SendObject, Op::DeleteObject},
         true},
    Case{"edit.part", "4.1",
         "SendPartialObject between BeginEditObject and EndEditObject replaces a part of an object.", edited,
         with(Op::SendPartialObject), true, Weight::should},
    Case{"edit.outside", "4.1", "SendPartialObject outside BeginEditObject and EndEditObject is refused.", edit_outside,
         with(Op::SendPartialObject), true, Weight::should},
};

}  // namespace

std::span<const Case> change_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
