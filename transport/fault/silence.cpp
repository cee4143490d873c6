// What goes out is lost, for a time or for good, and nothing is closed. With direction=i2r, what comes in.
#include "transport/fault/engine.h"
#include "transport/fault/happening.h"

namespace stuntcam::transport {
namespace {

class Silence final : public Happening {
 public:
  using Happening::Happening;

 private:
  void happen(Pieces&) override { until_ = lasting(with().time); }
  bool lasts() const override { return until_ > now(); }
  void pass(Piece piece, Pieces& to) override {
    if (piece.is != Piece::Is::head && piece.is != Piece::Is::payload) to.push_back(std::move(piece));
  }
  void arrive(Arrival& arrival) override { arrival.dropped = true; }
  Duration until_{};
};

}  // namespace

MadeStage make_silence(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Silence>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
