// SendObjectInfo and SendObject: docs/protocol.md §4.1.
#include <algorithm>

#include "initiator/conform/case.h"
#include "initiator/conform/uploads.h"

namespace stuntcam::initiator::conform {
namespace {

using ptp::Kind;

constexpr u32 root = 0xFFFFFFFF, no_store = 0x7FFE0001, no_handle = 0xEEEEEEEE;

Task<Answer> send_info(Trial& t, u32 storage, u32 parent) {
  const Bytes info = ptp::encode(info_of(sample(t.subject(), "CONF")));
  return t.send(Op::SendObjectInfo, info, storage, parent);
}

Task<> parameters(Trial& t) {
  co_await t.enter(0x701);
  const u32 store = co_await upload_store(t);
  const Upload upload = co_await put(t, "CONF0001");
  expect(upload.storage == store, text("parameter 1, the store asked for,", store),
         text("parameter 1", upload.storage));
  expect(upload.handle != 0 && upload.handle != 0xFFFFFFFF, "parameter 3, the new handle",
         text("parameter 3", upload.handle));
}

Task<> round_trip(Trial& t) {
  co_await t.enter(0x702);
  const Upload upload = co_await put(t, "CONF0002");
  const Bytes back = co_await t.fetch(Op::GetObject, upload.handle);
  expect(back == upload.bytes, fmt::format("the {} bytes that were sent", upload.bytes.size()),
         fmt::format("{} bytes: {}", back.size(), hex(back, 16)));
}

Task<> described(Trial& t) {
  co_await t.enter(0x703);
  const Upload upload = co_await put(t, "CONF0003");
  const auto info = co_await t.data_set<ptp::ObjectInfo>(Op::GetObjectInfo, upload.handle);
  expect(info.object_compressed_size == upload.bytes.size() && info.object_format == upload.format,
         fmt::format("format 0x{:04X} and {} bytes, as announced", upload.format, upload.bytes.size()),
         fmt::format("format 0x{:04X} and {} bytes", info.object_format, info.object_compressed_size));
}

Task<> in_root(Trial& t) {
  co_await t.enter(0x704);
  const Upload upload = co_await put(t, "CONF0004", root);
  expect(upload.parent == root, "parameter 2, 0xFFFFFFFF for the root", text("parameter 2", upload.parent));
}

Task<> in_folder(Trial& t) {
  co_await t.enter(0x705);
  const Upload folder = co_await put_folder(t, "CONFORM");
  const Upload upload = co_await put(t, "CONF0005", folder.handle);
  const auto info = co_await t.data_set<ptp::ObjectInfo>(Op::GetObjectInfo, upload.handle);
  expect(info.parent_object == folder.handle, text("ParentObject, the folder,", folder.handle),
         text("ParentObject", info.parent_object));
}

Task<> listed(Trial& t) {
  co_await t.enter(0x706);
  const Upload upload = co_await put(t, "CONF0006");
  const auto list = co_await t.handles();
  expect(std::ranges::find(list, upload.handle) != list.end(), text("among the handles the new one,", upload.handle),
         "not there");
}

Task<> no_info(Trial& t) {
  co_await t.enter(0x707);
  const Bytes data(10);
  const Answer answer = co_await t.send(Op::SendObject, data);
  expect_code(answer, Code::NoValidObjectInfo);
}

Task<> consumed(Trial& t) {
  co_await t.enter(0x708);
  const Upload upload = co_await put(t, "CONF0008");
  const Answer answer = co_await t.send(Op::SendObject, upload.bytes);
  expect_code(answer, Code::NoValidObjectInfo);
}

// The data is a byte shorter or longer than the ObjectInfo said.
Task<Answer> send_other_size(Trial& t, Upload& upload, int more) {
  delete_afterwards(t, upload.handle);
  Bytes data = upload.bytes;
  data.resize(data.size() + static_cast<std::size_t>(more));
  return t.send(Op::SendObject, data);
}

Task<> shorter(Trial& t) {
  co_await t.enter(0x709);
  Upload upload = co_await announce(t, t, sample(t.subject(), "CONF0009"));
  const Answer answer = co_await send_other_size(t, upload, -1);
  expect_code(answer, Code::IncompleteTransfer);
}

Task<> longer(Trial& t) {
  co_await t.enter(0x70A);
  Upload upload = co_await announce(t, t, sample(t.subject(), "CONF0010"));
  const Answer answer = co_await send_other_size(t, upload, 1);
  expect_code(answer, Code::IncompleteTransfer, Code::StoreFull);
}

Task<> retried(Trial& t) {
  co_await t.enter(0x70B);
  Upload upload = co_await announce(t, t, sample(t.subject(), "CONF0011"));
  co_await send_other_size(t, upload, -1);
  const Answer answer = co_await t.send(Op::SendObject, upload.bytes);
  expect_ok(answer);
}

Task<> replaced(Trial& t) {
  co_await t.enter(0x70C);
  co_await announce(t, t, sample(t.subject(), "CONF0012", 300));
  const Upload upload = co_await put(t, "CONF0013");
  const Bytes back = co_await t.fetch(Op::GetObject, upload.handle);
  expect(back == upload.bytes, "the object of the second SendObjectInfo",
         fmt::format("{} bytes: {}", back.size(), hex(back, 16)));
}

Task<> folder(Trial& t) {
  co_await t.enter(0x70D);
  const Upload made = co_await put_folder(t, "CONFORM");
  const auto info = co_await t.data_set<ptp::ObjectInfo>(Op::GetObjectInfo, made.handle);
  expect(info.object_format == made.format, "an association at the new handle",
         fmt::format("format 0x{:04X}", info.object_format));
}

Task<> folder_complete(Trial& t) {
  co_await t.enter(0x70E);
  co_await put_folder(t, "CONFORM");
  const Bytes data(10);
  const Answer answer = co_await t.send(Op::SendObject, data);
  expect_code(answer, Code::NoValidObjectInfo);
}

Task<> store_unknown(Trial& t) {
  co_await t.enter(0x70F);
  const Answer answer = co_await send_info(t, no_store, 0);
  expect_code(answer, Code::InvalidStorageId);
}

Task<> parent_unknown(Trial& t) {
  co_await t.enter(0x710);
  const u32 store = co_await upload_store(t);
  const Answer answer = co_await send_info(t, store, no_handle);
  expect_code(answer, Code::InvalidObjectHandle, Code::InvalidParentObject);
}

Task<> parent_no_folder(Trial& t) {
  co_await t.enter(0x711);
  const Upload file = co_await put(t, "CONF0014");
  const Answer answer = co_await send_info(t, file.storage, file.handle);
  expect_code(answer, Code::InvalidParentObject);
}

Task<> parent_without_store(Trial& t) {
  co_await t.enter(0x712);
  const Upload folder = co_await put_folder(t, "CONFORM");
  const Answer answer = co_await send_info(t, 0, folder.handle);
  expect_code(answer, Code::SpecificationOfDestinationUnsupported, Code::InvalidParameter, Code::InvalidStorageId,
              Code::InvalidParentObject);
}

Task<> bad_data_set(Trial& t) {
  co_await t.enter(0x713);
  const u32 store = co_await upload_store(t);
  const Bytes data(5, 0xFF);
  const Answer answer = co_await t.send(Op::SendObjectInfo, data, store);
  expect_code(answer, Code::InvalidDataSet, Code::NoValidObjectInfo);
}

Task<> too_large(Trial& t) {
  co_await t.enter(0x714);
  const u32 store = co_await upload_store(t);
  const auto space = co_await t.data_set<ptp::StorageInfo>(Op::GetStorageInfo, store);
  constexpr u32 most = 0xFFFFFFFE;
  if (space.free_space_in_bytes >= most) skip("the store has more space than an ObjectInfo of 32 bits can ask for");
  auto info = info_of(sample(t.subject(), "CONF0015"));
  info.object_compressed_size = most;
  const Answer answer = co_await t.send(Op::SendObjectInfo, ptp::encode(info), store);
  expect_code(answer, Code::StoreFull);
}

Task<> empty(Trial& t) {
  co_await t.enter(0x715);
  const Upload upload = co_await announce(t, t, sample(t.subject(), "CONF0016", 0));
  delete_afterwards(t, upload.handle);
  const Answer answer = co_await t.send(Op::SendObject, upload.bytes);
  expect_ok(answer);
  const auto info = co_await t.data_set<ptp::ObjectInfo>(Op::GetObjectInfo, upload.handle);
  expect_equal("the size of the empty object", 0u, info.object_compressed_size);
}

Task<> forgotten(Trial& t) {
  co_await t.enter(0x716);
  const Upload upload = co_await announce(t, t, sample(t.subject(), "CONF0017"));
  co_await t.ask(Op::CloseSession);
  co_await t.enter(0x717);
  delete_afterwards(t, upload.handle);
  const Answer answer = co_await t.send(Op::SendObject, upload.bytes);
  expect_code(answer, Code::NoValidObjectInfo);
}

Task<> own(Trial& t) {
  co_await t.enter(0x718);
  Initiator& second = t.another();
  co_await second.enter(0x719);
  const Upload upload = co_await announce(t, t, sample(t.subject(), "CONF0018"));
  delete_afterwards(t, upload.handle);
  const Answer answer = co_await second.send(Op::SendObject, upload.bytes);
  expect_code(answer, Code::NoValidObjectInfo);
}

Task<> others_hear(Trial& t) {
  if (!t.subject().lists(Happening::ObjectAdded)) skip("the camera does not list ObjectAdded");
  co_await t.enter(0x71A);
  Initiator& second = t.another();
  co_await second.enter(0x71B);
  co_await second.all_events();
  const Upload upload = co_await put(t, "CONF0019");
  co_await second.event_of(Happening::ObjectAdded, upload.handle);
}

// Cancelled behind the first Data packet; afterwards there is no such object.
Task<> cancelled(Trial& t) {
  co_await t.enter(0x71C);
  const Upload upload = co_await announce(t, t, sample(t.subject(), "CONF0020"));
  delete_afterwards(t, upload.handle);
  const auto asked = t.request(Op::SendObject, {}, 2);
  ptp::Message head;
  head.kind = Kind::data;
  head.transaction_id = asked.transaction_id;
  head.first = true;
  head.total = upload.bytes.size();
  t.command().put(asked);
  t.command().put(head);
  head.first = false;
  head.size = 100;
  t.command().put(head);
  t.command().put(View(upload.bytes).first(100));
  co_await t.command().flush();
  const auto cancel = plain(Kind::cancel, asked.transaction_id);
  co_await t.events().send(cancel);
  co_await t.command().send(cancel);
  const Answer answer = co_await t.answer(asked);
  expect_code(answer, Code::TransactionCanceled);
  const auto list = co_await t.handles();
  expect(std::ranges::find(list, upload.handle) == list.end(), "no object of a cancelled SendObject",
         text("handle", upload.handle));
}

constexpr std::array<Op, 4> sending{Op::SendObjectInfo, Op::SendObject, Op::DeleteObject, Op::GetObjectInfo},
    fetching{Op::SendObjectInfo, Op::SendObject, Op::DeleteObject, Op::GetObject},
    listing{Op::SendObjectInfo, Op::SendObject, Op::DeleteObject, Op::GetObjectHandles};

constexpr Case destructive(std::string_view id, std::string_view rule, Task<> (*run)(Trial&), std::array<Op, 4> needs,
                           Weight weight = Weight::must) {
  return {id, "4.1", rule, run, needs, true, weight};
}

constexpr std::array cases{
    destructive("upload.parameters", "SendObjectInfo is answered with the store, the parent and the new handle.",
                parameters, sending),
    destructive("upload.round-trip", "GetObject returns what SendObject brought.", round_trip, fetching),
    destructive("upload.described", "The new object has the format and the size that its ObjectInfo announced.",
                described, sending),
    destructive("upload.in-root",
                "Parent 0xFFFFFFFF puts an object into the root; response parameter 2 is 0xFFFFFFFF then.", in_root,
                sending),
    destructive("upload.in-folder", "A folder as parent puts an object there.", in_folder, sending),
    destructive("upload.listed", "After SendObject the new handle is among those of GetObjectHandles.", listed,
                listing),
    destructive("upload.no-info", "SendObject without a SendObjectInfo is answered by NoValidObjectInfo.", no_info,
                sending),
    destructive("upload.consumed",
                "A successful SendObject uses up its ObjectInfo: the next is answered by NoValidObjectInfo.", consumed,
                sending),
    destructive("upload.shorter", "Less data than announced is answered by IncompleteTransfer.", shorter, sending),
    destructive("upload.longer", "More data than announced is answered by IncompleteTransfer or StoreFull.", longer,
                sending),
    destructive("upload.retried", "A failed SendObject keeps the ObjectInfo for another try.", retried, sending),
    destructive("upload.replaced", "A new SendObjectInfo replaces the one before.", replaced, fetching),
    destructive("upload.folder", "A folder is complete after SendObjectInfo.", folder, sending),
    destructive("upload.folder-complete",
                "After the SendObjectInfo of a folder, SendObject is answered by NoValidObjectInfo.", folder_complete,
                sending),
    destructive("upload.store-unknown", "SendObjectInfo to a store that is not there is answered by InvalidStorageId.",
                store_unknown, sending),
    destructive(
        "upload.parent-unknown",
        "SendObjectInfo to a parent that is not there is answered by InvalidObjectHandle or InvalidParentObject.",
        parent_unknown, sending),
    destructive("upload.parent-no-folder",
                "SendObjectInfo to a parent that is a file is answered by InvalidParentObject.", parent_no_folder,
                sending),
    destructive("upload.parent-without-store", "A parent without a store is refused.", parent_without_store, sending,
                Weight::should),
    destructive("upload.bad-data-set",
                "A SendObjectInfo whose data is no ObjectInfo is answered by InvalidDataSet or NoValidObjectInfo.",
                bad_data_set, sending),
    destructive("upload.too-large", "SendObjectInfo of more than the store has room for is answered by StoreFull.",
                too_large, sending),
    destructive("upload.empty", "An object may be empty.", empty, sending),
    destructive("upload.forgotten", "CloseSession forgets the ObjectInfo that no SendObject followed.", forgotten,
                sending),
    destructive("upload.own",
                "An ObjectInfo is its own session's: SendObject in another is answered by NoValidObjectInfo.", own,
                sending),
    destructive("upload.others-hear", "Other sessions hear ObjectAdded of an upload.", others_hear, sending),
    destructive("upload.cancelled", "A cancelled SendObject leaves no object.", cancelled, listing),
};

}  // namespace

std::span<const Case> upload_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
