// Changes to a part of an object, as Android phones offer them: BeginEditObject, any number of SendPartialObject and
// TruncateObject, EndEditObject. Others see the object change at the end. No source names the response for a change
// outside Begin and End, or for a second Begin; Android's is GeneralError.
#include <array>

#include "emulator/camera.h"

namespace stuntcam::emulator {
namespace {

// The edit that the session has open on that object; null: none.
Edit* open_edit(CameraSession& session, u32 handle) {
  const auto found = session.edits.find(handle);
  return found == session.edits.end() ? nullptr : found->second.get();
}

class EditIntake final : public transport::Intake {
 public:
  EditIntake(CameraSession& session, u32 handle, u64 offset, u64 size)
      : session_(session), handle_(handle), at_(offset), left_(size) {}
  void write(View bytes) override {
    if (bytes.size() > left_) code_ = ResponseCode::IncompleteTransfer;
    if (code_ != ResponseCode::OK) return;
    // Looked up each time: the session may have ended in the meantime.
    auto* const edit = open_edit(session_, handle_);
    if (edit == nullptr) {
      code_ = ResponseCode::GeneralError;
      return;
    }
    if (const auto written = edit->write(at_, bytes); !written) code_ = response_for(written.error());
    at_ += bytes.size();
    left_ -= bytes.size();
  }
  Reply finish(bool complete) override {
    if (code_ == ResponseCode::OK && (!complete || left_ != 0)) code_ = ResponseCode::IncompleteTransfer;
    return Reply(code_);
  }

 private:
  CameraSession& session_;
  u32 handle_;
  u64 at_, left_;
  ResponseCode code_ = ResponseCode::OK;
};

Answer begin_edit_object(Context& context) {
  const auto handle = context.param(0);
  const auto found = context.object(handle);
  if (!found) return Reply(found.error());
  auto* const store = context.camera.store_of(handle);
  if (store == nullptr || (*found)->content == nullptr) return Reply(ResponseCode::InvalidObjectHandle);
  if ((*found)->protection != 0) return Reply(ResponseCode::ObjectWriteProtected);
  if (store->info().access_capability != 0) return Reply(ResponseCode::StoreReadOnly);
  auto& edits = context.session.edits;
  if (edits.contains(handle)) return Reply(ResponseCode::GeneralError);
  if (edits.size() == max_open_edits) return Reply(ResponseCode::DeviceBusy);
  auto edit = store->edit(handle);
  if (!edit) return Reply(response_for(edit.error()));
  edits.emplace(handle, std::move(*edit));
  return Reply();
}

Answer send_partial_object(Context& context) {
  const auto handle = context.param(0);
  const auto* const edit = open_edit(context.session, handle);
  if (edit == nullptr) return Reply(ResponseCode::GeneralError);
  const auto offset = u64{context.param(2)} << 32 | context.param(1);
  if (offset > edit->size()) return Reply(ResponseCode::InvalidParameter);
  return std::make_unique<EditIntake>(context.session, handle, offset, context.param(3));
}

Answer truncate_object(Context& context) {
  auto* const edit = open_edit(context.session, context.param(0));
  if (edit == nullptr) return Reply(ResponseCode::GeneralError);
  const auto done = edit->truncate(u64{context.param(2)} << 32 | context.param(1));
  return Reply(done ? ResponseCode::OK : response_for(done.error()));
}

Answer end_edit_object(Context& context) {
  const auto handle = context.param(0);
  auto* const edit = open_edit(context.session, handle);
  if (edit == nullptr) return Reply(ResponseCode::GeneralError);
  const auto done = edit->commit();
  context.session.edits.erase(handle);
  if (!done) return Reply(response_for(done.error()));
  context.camera.announce(ptp::EventCode::ObjectInfoChanged, {handle}, ptp::no_transaction, &context.session);
  return Reply();
}

constexpr std::array rows{
    OperationRow{.code = OperationCode::SendPartialObject, .run = send_partial_object, .parameters = 4},
    OperationRow{.code = OperationCode::TruncateObject, .run = truncate_object, .parameters = 3},
    OperationRow{.code = OperationCode::BeginEditObject, .run = begin_edit_object, .parameters = 1},
    OperationRow{.code = OperationCode::EndEditObject, .run = end_edit_object, .parameters = 1},
};

}  // namespace

std::span<const OperationRow> edit_operations() { return rows; }

}  // namespace stuntcam::emulator
