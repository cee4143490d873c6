// Every answer waits, and every event: once for all that is sent on what was asked last.
#include "transport/fault/engine.h"
#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

class Latency final : public Stage {
 public:
  using Stage::Stage;

  void in(Arrival& arrival) override {
    asked_ = true;
    if (where().direction != FaultDirection::to_responder) return;
    if (fits(FaultDirection::to_responder, arrival.message, Subject::anything) && strikes())
      arrival.until = std::max(arrival.until, now() + drawn_delay());
  }
  void out(Piece piece, Pieces& to) override {
    const bool head = piece.is == Piece::Is::head;
    const bool turn = head && (asked_ || piece.message.kind == ptp::Kind::event);
    if (turn && fits(FaultDirection::to_initiator, piece.message, Subject::anything) && strikes()) {
      if (!std::exchange(marked_, true)) mark(to);
      to.push_back(pause_piece(now() + drawn_delay()));
    }
    if (head) asked_ = false;
    to.push_back(std::move(piece));
  }

 private:
  bool asked_ = false, marked_ = false;
};

}  // namespace

MadeStage make_latency(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Latency>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
