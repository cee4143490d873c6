// The connection is reset, closed, or closed in the camera's direction only.
#include "transport/fault/happening.h"

namespace stuntcam::transport {
namespace {

class Ending final : public Happening {
 public:
  using Happening::Happening;

 private:
  void happen(Pieces& to) override {
    ended_ = true;
    using Is = Piece::Is;
    to.push_back(simple_piece(fault().kind == FaultKind::reset   ? Is::reset
                              : fault().kind == FaultKind::close ? Is::close
                                                                 : Is::half_close));
  }
  bool lasts() const override { return ended_; }
  void pass(Piece, Pieces&) override {}  // nobody would hear it
  bool ended_ = false;
};

}  // namespace

MadeStage make_ending(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Ending>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
