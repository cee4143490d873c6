// The message waits, and everything behind it. With direction=i2r it is the camera that hears late of it.
#include <algorithm>

#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

class Late final : public MessageStage {
 public:
  using MessageStage::MessageStage;

  void in(Arrival& arrival) override {
    if (where().direction != FaultDirection::to_responder) return;
    if (!fits(FaultDirection::to_responder, arrival.message, Subject::request) || !strikes()) return;
    mark(arrival.answers);
    arrival.until = std::max(arrival.until, now() + drawn_delay());
  }

 private:
  void struck(Piece head, Pieces& to) override {
    to.push_back(pause_piece(now() + drawn_delay()));
    to.push_back(std::move(head));
  }
};

}  // namespace

MadeStage make_late(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Late>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
