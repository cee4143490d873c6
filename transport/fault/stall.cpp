// Nothing goes out any more, for a time or for good; then it goes on. With direction=i2r the camera stops reading.
#include <algorithm>

#include "transport/fault/engine.h"
#include "transport/fault/happening.h"

namespace stuntcam::transport {
namespace {

class Stall final : public Happening {
 public:
  using Happening::Happening;

  Duration in_payload(Room bytes) override {
    Happening::in_payload(bytes);
    return until_;
  }

 private:
  void happen(Pieces&) override { until_ = lasting(with().time); }
  bool lasts() const override { return until_ > now(); }
  void pass(Piece piece, Pieces& to) override {
    to.push_back(pause_piece(until_));
    to.push_back(std::move(piece));
  }
  void arrive(Arrival& arrival) override { arrival.until = std::max(arrival.until, until_); }
  Duration until_{};
};

}  // namespace

MadeStage make_stall(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Stall>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
