// The message never goes out, or, with direction=i2r, never reaches the camera.
#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

class Drop final : public MessageStage {
 public:
  using MessageStage::MessageStage;

  void in(Arrival& arrival) override {
    if (where().direction != FaultDirection::to_responder) return;
    if (!fits(FaultDirection::to_responder, arrival.message, Subject::request) || !strikes()) return;
    mark(arrival.answers);
    arrival.dropped = true;
  }

 private:
  void struck(Piece, Pieces&) override {}
  void payload(Piece, Pieces&) override {}
};

}  // namespace

MadeStage make_drop(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Drop>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
