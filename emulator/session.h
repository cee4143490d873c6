// One initiator's session with the camera: what is its own (transaction ids, the pending ObjectInfo, its event queue)
// and the order of checks before an operation runs (docs/protocol.md §3).
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "emulator/operation.h"
#include "emulator/storage/store.h"
#include "transport/responder.h"

namespace stuntcam::emulator {

// A polled event queue never grows beyond this: the oldest goes first, as on the bodies that poll.
inline constexpr std::size_t max_queued_events = 256;

class CameraSession final : public transport::Session {
 public:
  CameraSession(Camera&, transport::Outlet&);
  ~CameraSession() override;

  Answer request(const ptp::Message&) override;
  void cancelled(u32 transaction_id) override;

  bool open() const { return id_ != 0; }
  u32 id() const { return id_; }
  void begin(u32 id);
  void end();  // CloseSession, or the connection ended: drops all that is the session's own
  void disconnect() { outlet_.close(); }

  // Queued and/or pushed, as the camera's quirks say.
  void event(const transport::EventOut&);
  std::deque<transport::EventOut>& queued_events() { return queue_; }

  // SendObjectInfo's promise, until SendObject redeems it. A failed SendObject keeps it for another try.
  struct PendingObject {
    Object object;
    u64 announced = 0;  // bytes, or unknown_size
    u32 storage = 0;
    Store::Pending reserved;
  };
  std::optional<PendingObject> pending_object;
  struct OpenEdit {
    u32 handle = 0;
    std::unique_ptr<Edit> edit;
  };
  std::optional<OpenEdit> edit;  // BeginEditObject … EndEditObject

 private:
  std::optional<ResponseCode> refusal(const OperationRow*, const ptp::Message&);
  Camera& camera_;
  transport::Outlet& outlet_;
  u32 id_ = 0;  // 0: no session open
  u32 next_transaction_ = 0;
  std::deque<transport::EventOut> queue_;
};

}  // namespace stuntcam::emulator
