// What can be wrong with uploads, deletion, changes, captures and resets. The cases have sessions of their own, by
// which they are told apart here.
#include <memory>

#include "tests/conform/breaker.h"

namespace stuntcam::tests {
namespace {

using ptp::ObjectInfo;

Deviation instead_of(std::string id, Op operation, u32 session, Code good, Code bad) {
  return answers(std::move(id), of(operation, session), [good, bad](const Asked&, Reply& reply) {
    if (reply.code == static_cast<u16>(good)) reply = Reply(bad);
  });
}

Deviation object(std::string id, u32 session, std::function<void(ObjectInfo&)> change) {
  return answers(std::move(id), of(Op::GetObjectInfo, session),
                 [change](const Asked&, Reply& reply) { with_data_set<ObjectInfo>(reply, change); });
}

Deviation garbled(std::string id, Op operation, u32 session) {
  return changes_bytes(std::move(id), of(operation, session), [](Bytes& bytes) { bytes[bytes.size() / 2] ^= 0x80; });
}

Deviation unheard(std::string id, Happening code, u32 session) {
  Deviation d{std::move(id)};
  d.event = [code, session](transport::EventOut& event, u32 to) {
    return event.code == static_cast<u16>(code) && to == session ? Do::drop : Do::pass;
  };
  return d;
}

// A handle that SendObjectInfo promised stands in every list.
Deviation still_listed(std::string id, u32 session) {
  Deviation d{std::move(id)};
  d.reply = [session, promised = u32{0}](const Asked& asked, Reply& reply) mutable {
    if (asked.session != session) return;
    if (asked.is(Op::SendObjectInfo)) promised = reply.params[2];
    if (asked.is(Op::GetObjectHandles)) reply.body = ptp::encode_array(std::vector<u32>{1, promised});
  };
  return d;
}

void add_uploads(std::vector<Deviation>& all) {
  const auto params = [](std::string id, u32 session, std::size_t index, u32 value) {
    return answers(std::move(id), of(Op::SendObjectInfo, session),
                   [index, value](const Asked&, Reply& reply) { reply.params.at(index) = value; });
  };
  all.push_back(params("upload.parameters", 0x701, 0, 0x00090001));
  all.push_back(garbled("upload.round-trip", Op::GetObject, 0x702));
  all.push_back(object("upload.described", 0x703, [](auto& info) { ++info.object_compressed_size; }));
  all.push_back(params("upload.in-root", 0x704, 1, 0));
  all.push_back(object("upload.in-folder", 0x705, [](auto& info) { info.parent_object = 0; }));
  all.push_back(answers("upload.listed", of(Op::GetObjectHandles, 0x706),
                        [](const Asked&, Reply& reply) { reply.body = Bytes(4); }));
  all.push_back(says_after("upload.no-info", of(Op::SendObject, 0x707), Code::OK));
  all.push_back(instead_of("upload.consumed", Op::SendObject, 0x708, Code::NoValidObjectInfo, Code::OK));
  all.push_back(instead_of("upload.shorter", Op::SendObject, 0x709, Code::IncompleteTransfer, Code::OK));
  all.push_back(instead_of("upload.longer", Op::SendObject, 0x70A, Code::IncompleteTransfer, Code::OK));
  all.push_back(instead_of("upload.retried", Op::SendObject, 0x70B, Code::OK, Code::NoValidObjectInfo));
  all.push_back(garbled("upload.replaced", Op::GetObject, 0x70C));
  all.push_back(object("upload.folder", 0x70D, [](auto& info) { info.object_format = 0x3000; }));
  all.push_back(instead_of("upload.folder-complete", Op::SendObject, 0x70E, Code::NoValidObjectInfo, Code::OK));
  all.push_back(says_after("upload.store-unknown", of(Op::SendObjectInfo, 0x70F), Code::StoreNotAvailable));
  all.push_back(says_after("upload.parent-unknown", of(Op::SendObjectInfo, 0x710), Code::OK));
  all.push_back(instead_of("upload.parent-no-folder", Op::SendObjectInfo, 0x711, Code::InvalidParentObject,
                           Code::InvalidObjectHandle));
  all.push_back(instead_of("upload.parent-without-store", Op::SendObjectInfo, 0x712,
                           Code::SpecificationOfDestinationUnsupported, Code::OK));
  all.push_back(says_after("upload.bad-data-set", of(Op::SendObjectInfo, 0x713), Code::OK));
  all.push_back(says_after("upload.too-large", of(Op::SendObjectInfo, 0x714), Code::OK));
  all.push_back(says_after("upload.empty", of(Op::SendObject, 0x715), Code::GeneralError));
  all.push_back(says_after("upload.forgotten", of(Op::SendObject, 0x717), Code::OK));
  all.push_back(says_after("upload.own", of(Op::SendObject, 0x719), Code::OK));
  all.push_back(unheard("upload.others-hear", Happening::ObjectAdded, 0x71B));
  all.push_back(still_listed("upload.cancelled", 0x71C));
}

void add_deletion(std::vector<Deviation>& all) {
  all.push_back(says_after("deletion.gone", of(Op::GetObjectInfo, 0x721), Code::GeneralError));
  all.push_back(still_listed("deletion.not-listed", 0x722));
  all.push_back(says_after("deletion.unknown", of(Op::DeleteObject, 0x723), Code::OK));
  all.push_back(says_after("deletion.recursive", of(Op::GetObjectInfo, 0x724), Code::OK));
  all.push_back(instead_of("deletion.protected", Op::DeleteObject, 0x725, Code::ObjectWriteProtected, Code::OK));
  all.push_back(
      instead_of("deletion.partial", Op::DeleteObject, 0x726, Code::PartialDeletion, Code::ObjectWriteProtected));
  all.push_back(unheard("deletion.others-hear", Happening::ObjectRemoved, 0x728));
}

void add_changes(std::vector<Deviation>& all) {
  all.push_back(object("protection.set", 0x731, [](auto& info) { info.protection_status = 0; }));
  all.push_back(instead_of("protection.bad-status", Op::SetObjectProtection, 0x732, Code::InvalidParameter, Code::OK));
  all.push_back(says_after("protection.unknown", of(Op::SetObjectProtection, 0x733), Code::OK));
  all.push_back(unheard("protection.others-hear", Happening::ObjectInfoChanged, 0x735));
  all.push_back(object("move.to-folder", 0x736, [](auto& info) { info.parent_object = 0; }));
  all.push_back(object("move.to-root", 0x737, [](auto& info) { info.parent_object = 5; }));
  all.push_back(says_after("move.parent-no-folder", of(Op::MoveObject, 0x738), Code::InvalidObjectHandle));
  all.push_back(says_after("move.unknown", of(Op::MoveObject, 0x739), Code::GeneralError));
  all.push_back(garbled("copy.content", Op::GetObject, 0x73A));
  all.push_back(garbled("copy.leaves-original", Op::GetObject, 0x73B));
  all.push_back(answers("copy.recursive", of(Op::GetObjectHandles, 0x73C),
                        [](const Asked&, Reply& reply) { reply.body = Bytes(4); }));
  all.push_back(says_after("copy.unknown", of(Op::CopyObject, 0x73D), Code::GeneralError));
  all.push_back(object("edit.rename", 0x741, [](auto& info) { info.filename = "CONF0043.TXT"; }));
  all.push_back(answers("edit.references", of(Op::GetObjectReferences, 0x742),
                        [](const Asked&, Reply& reply) { reply.body = Bytes(4); }));
  all.push_back(object("edit.send-by-list", 0x743, [](auto& info) { ++info.object_compressed_size; }));
  all.push_back(garbled("edit.part", Op::GetObject, 0x744));
  all.push_back(says_after("edit.outside", of(Op::SendPartialObject, 0x745), Code::OK));
}

void add_captures(std::vector<Deviation>& all) {
  all.push_back(unheard("capture.object-added", Happening::ObjectAdded, 0x751));
  all.push_back(unheard("capture.complete", Happening::CaptureComplete, 0x752));
  // One more ObjectAdded, behind CaptureComplete.
  Deviation late{"capture.order"};
  const auto armed = std::make_shared<bool>();
  late.reply = [armed](const Asked& asked, Reply&) {
    if (asked.is(Op::InitiateCapture)) *armed = asked.session == 0x753;
  };
  late.sending = [armed](BrokenLink& link, Message& m) {
    if (m.kind != Kind::event || m.code != static_cast<u16>(Happening::CaptureComplete) || !*armed) return Do::pass;
    for (const auto code : {Happening::CaptureComplete, Happening::ObjectAdded}) {
      Bytes body;
      ptp::Writer writer(body);
      writer.integer(static_cast<u16>(code));
      writer.integer(m.transaction_id);
      writer.integer(u32{0xEEEE});
      link.put_raw(packet(8, body));
    }
    return Do::drop;
  };
  all.push_back(late);
  Deviation anonymous{"capture.ids"};
  anonymous.event = [](transport::EventOut& event, u32 to) {
    if (to == 0x754) event.transaction_id = ptp::no_transaction;
    return Do::pass;
  };
  all.push_back(anonymous);
  all.push_back(says_after("capture.picture", of(Op::GetObjectInfo, 0x755), Code::InvalidObjectHandle));
  all.push_back(unheard("capture.others-hear", Happening::ObjectAdded, 0x757));
  all.push_back(says_after("capture.store-unknown", of(Op::InitiateCapture, 0x758), Code::StoreNotAvailable));
  all.push_back(says_after("capture.bad-format", of(Op::InitiateCapture, 0x759), Code::GeneralError));
  all.push_back(instead_of("capture.busy", Op::InitiateCapture, 0x75A, Code::DeviceBusy, Code::OK));
  all.push_back(says_after("capture.open-terminate", of(Op::TerminateOpenCapture, 0x75B), Code::InvalidTransactionID));
  all.push_back(says_after("capture.open-wrong-id", of(Op::TerminateOpenCapture, 0x75C), Code::OK));
  all.push_back(
      answers("capture.open-no-complete", of(Op::TerminateOpenCapture, 0x75D), [](const Asked&, Reply& reply) {
        transport::EventOut complete;
        complete.code = static_cast<u16>(Happening::CaptureComplete);
        reply.then.push_back(complete);
      }));
}

void add_control(std::vector<Deviation>& all) {
  all.push_back(says_after("control.self-test", of(Op::SelfTest, 0x761), Code::GeneralError));
  all.push_back(says_after("control.format-unknown", of(Op::FormatStore, 0x762), Code::StoreNotAvailable));
  all.push_back(says("control.reset", of(Op::ResetDevice, 0x763), Code::OK));
  all.push_back(unheard("control.reset-others-hear", Happening::DeviceReset, 0x765));
}

}  // namespace

void add_upload_deviations(std::vector<Deviation>& all) {
  add_uploads(all);
  add_deletion(all);
  add_changes(all);
  add_captures(all);
  add_control(all);
}

}  // namespace stuntcam::tests
