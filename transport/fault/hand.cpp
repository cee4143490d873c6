// Somebody does something to the camera when an operation is asked for: before it hears of it.
#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

class Hand final : public Stage {
 public:
  using Stage::Stage;

  void in(Arrival& arrival) override {
    if (fits(FaultDirection::to_initiator, arrival.message, Subject::request) && strikes()) mark(arrival.answers);
  }
};

}  // namespace

MadeStage make_hand(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Hand>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
