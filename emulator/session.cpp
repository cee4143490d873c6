#include "emulator/session.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "emulator/camera.h"
#include "emulator/canned.h"

namespace stuntcam::emulator {
namespace {

constexpr u32 last_transaction_id = 0xFFFFFFFE;  // after it comes 1 (docs/protocol.md §3)

// May the operation be asked for before OpenSession?
bool sessionless(const OperationRow* row) { return row != nullptr && !row->needs_session; }

bool has_surplus_parameters(const OperationRow& row, const ptp::Message& request) {
  for (std::size_t i = row.parameters; i < request.count; ++i)
    if (request.params.at(i) != 0) return true;
  return false;
}

}  // namespace

CameraSession::CameraSession(Camera& camera, transport::Outlet& outlet, ptp::Identity initiator)
    : camera_(camera), outlet_(outlet), initiator_(std::move(initiator)) {}

CameraSession::~CameraSession() { end(); }

void CameraSession::begin(u32 id) {
  id_ = id;
  next_transaction_ = 1;
  camera_.enter(*this);
}

void CameraSession::end() {
  if (!open()) return;
  id_ = 0;
  queue_.clear();
  pending_object.reset();
  edits.clear();
  camera_.leave(*this);
}

void CameraSession::event(const transport::EventOut& event) {
  if (camera_.polls_events()) {
    if (queue_.size() == max_queued_events) queue_.pop_front();
    queue_.push_back(event);
  }
  if (camera_.pushes_events()) outlet_.event(event);
}

Answer CameraSession::request(const ptp::Message& request) {
  const auto code = static_cast<OperationCode>(request.code);
  const auto operation = camera_.operation(code);
  const auto refused = refusal(operation, request);
  auto answer = refused ? Answer(Reply(*refused)) : run(operation, request);
  auto* const reply = std::get_if<Reply>(&answer);
  if (reply != nullptr && operation.data == ptp::DataDirection::to_initiator &&
      std::holds_alternative<std::monostate>(reply->body) && camera_.profile().quirks.data_when_refused)
    reply->body = Bytes{};
  // What the initiator sends must be read before it hears an answer, whatever the answer is: nothing but a cancel would
  // stop it (docs/protocol.md §1.4). Some clients announce no data phase and send one, so the operation decides.
  const bool data_follows =
      request.data_phase == 2 ||
      (operation.canned != nullptr ? operation.canned->takes_data : operation.data == ptp::DataDirection::to_responder);
  if (reply != nullptr && data_follows) return drain(std::move(*reply));
  return answer;
}

void CameraSession::answered() { camera_.vendor().answered(camera_, *this); }

std::shared_ptr<const Bytes> CameraSession::frame() {
  return camera_.live_view().on() ? camera_.live_view().frame() : nullptr;
}

transport::Duration CameraSession::frame_interval() const {
  constexpr double second = std::chrono::duration_cast<transport::Duration>(std::chrono::seconds(1)).count();
  return transport::Duration(static_cast<i64>(second / camera_.profile().timing.live_view_rate));
}

Answer CameraSession::run(const Operation& operation, const ptp::Message& request) {
  const auto& [row, canned, advertised, data] = operation;
  // Advertised, but nobody knows what it does: OperationNotSupported would contradict DeviceInfo.
  if (row == nullptr && canned == nullptr) return Reply(ResponseCode::GeneralError);
  Context context{camera_, *this, request};
  try {
    return canned != nullptr ? answer_canned(context, *canned) : row->run(context);
  } catch (const std::system_error&) {
    // A file vanished between the listing and this request. Tell the others, and fail like media that was pulled.
    camera_.look_at_disk();
    return Reply(ResponseCode::IncompleteTransfer);
  }
}

// The order is that of docs/protocol.md §3. Storage, object and access are the operation's own affair.
std::optional<ResponseCode> CameraSession::refusal(const Operation& operation, const ptp::Message& request) {
  const bool id_fits = transaction_id_fits(request);
  const auto code = static_cast<OperationCode>(request.code);
  const auto* const row = operation.canned == nullptr ? operation.row : nullptr;
  if (operation.canned == nullptr && !operation.advertised) return ResponseCode::OperationNotSupported;
  if (!open() && !sessionless(row) && !camera_.profile().quirks.operations_without_session)
    return ResponseCode::SessionNotOpen;
  if (!id_fits) return ResponseCode::InvalidTransactionID;
  if (const auto admitted = camera_.vendor().admits(camera_, *this, code); admitted != ResponseCode::OK)
    return admitted;
  if (row == nullptr) return std::nullopt;
  if (!row->while_busy && camera_.shutter().busy()) return ResponseCode::DeviceBusy;
  if (has_surplus_parameters(*row, request)) return ResponseCode::ParameterNotSupported;
  return std::nullopt;
}

bool CameraSession::transaction_id_fits(const ptp::Message& request) {
  using Ids = profiles::Quirks::TransactionIds;
  const auto id = request.transaction_id;
  const auto ids = camera_.profile().quirks.transaction_ids;
  if (ids == Ids::off) return true;
  if (ids == Ids::lenient) return id != ptp::no_transaction;
  if (!open()) return id == 0;
  if (id != next_transaction_) return false;
  next_transaction_ = id == last_transaction_id ? 1 : id + 1;
  return true;
}

}  // namespace stuntcam::emulator
