// One initiator's session with the camera: what is its own (transaction ids, the pending ObjectInfo, its event queue)
// and the order of checks before an operation runs (docs/protocol.md §3).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "emulator/operation.h"
#include "emulator/storage/store.h"
#include "transport/responder.h"

namespace stuntcam::emulator {

// A polled event queue never grows beyond this: the oldest goes first, as on the bodies that poll.
inline constexpr std::size_t max_queued_events = 256;
// Each open edit keeps a copy of its object.
inline constexpr std::size_t max_open_edits = 8;

class CameraSession final : public transport::Session {
 public:
  CameraSession(Camera&, transport::Outlet&, ptp::Identity initiator);
  ~CameraSession() override;

  Answer request(const ptp::Message&) override;
  void answered() override;
  std::shared_ptr<const Bytes> frame() override;
  transport::Duration frame_interval() const override;

  bool open() const { return id_ != 0; }
  u32 id() const { return id_; }
  void begin(u32 id);
  void end();                             // CloseSession, or the connection ended: drops all that is the session's own
  void disconnect() { outlet_.close(); }  // during a request: after its response
  void open_lanes(bool open) { outlet_.open_lanes(open); }
  const ptp::Identity& initiator() const { return initiator_; }

  // For the body of an answer: empty, and its memory is used again and again.
  Bytes& scratch() {
    scratch_.clear();
    return scratch_;
  }

  // For GetObjectInfo: its memory is used again and again.
  ptp::ObjectInfo& described_object() { return described_object_; }

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
  std::map<u32, std::unique_ptr<Edit>> edits;  // by handle: BeginEditObject … EndEditObject

 private:
  std::optional<ResponseCode> refusal(const Operation&, const ptp::Message&);
  bool transaction_id_fits(const ptp::Message&);
  Answer run(const Operation&, const ptp::Message&);
  Camera& camera_;
  transport::Outlet& outlet_;
  ptp::Identity initiator_;
  u32 id_ = 0;  // 0: no session open
  u32 next_transaction_ = 1;
  std::deque<transport::EventOut> queue_;
  Bytes scratch_;
  ptp::ObjectInfo described_object_;
};

// The data set as the answer, in the session's own memory: for small ones that are asked for often.
template <class T>
Reply reply_with(const Context& context, const T& data_set) {
  Bytes& bytes = context.session.scratch();
  ptp::encode(data_set, bytes);
  return Reply(transport::Body(View(bytes)));
}

}  // namespace stuntcam::emulator
