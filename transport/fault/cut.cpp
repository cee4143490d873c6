// After so many bytes of a data phase, or of a packet, the connection goes wrong: reset, close, stall or silence.
#include <algorithm>

#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

void go_wrong(FaultEnding then, Pieces& to) {
  switch (then) {
    case FaultEnding::reset:
      return to.push_back(simple_piece(Piece::Is::reset));
    case FaultEnding::close:
      return to.push_back(simple_piece(Piece::Is::close));
    case FaultEnding::stall:
      to.push_back(simple_piece(Piece::Is::flush));
      return to.push_back(pause_piece(forever));
    case FaultEnding::silence:
      return to.push_back(simple_piece(Piece::Is::flush));
  }
}

class Cut final : public Stage {
 public:
  using Stage::Stage;

  bool wants_payload() const override { return cutting_; }

  void out(Piece piece, Pieces& to) override {
    if (over_) return;
    if (piece.is == Piece::Is::head && begins(piece)) {
      mark(to);
      cutting_ = true;
      left_ = with().at.value_or(0);
      if (about_packet(fault())) return cut_packet(piece, to);
    } else if (cutting_ && piece.is == Piece::Is::head && piece.message.kind != ptp::Kind::data) {
      return finish(to);
    }
    if (!cutting_) return to.push_back(std::move(piece));
    if (piece.is != Piece::Is::payload) {
      to.push_back(std::move(piece));
      return;
    }
    const u64 passes = std::min(left_, piece.size());
    const bool ends = piece.size() >= left_;
    if (passes > 0) to.push_back(part(piece, 0, passes));
    left_ -= passes;
    if (ends) finish(to);
  }

 private:
  bool begins(const Piece& piece) {
    const auto& message = piece.message;
    if (!about_packet(fault()) && message.first && message.total != unknown_size && message.total < with().at)
      return false;
    return fits(FaultDirection::to_initiator, message, Subject::data) && strikes();
  }
  void cut_packet(const Piece& piece, Pieces& to) {
    Bytes packet = encoded(*passage().framing, piece);
    packet.resize(static_cast<std::size_t>(std::min<u64>(packet.size(), left_)));
    if (!packet.empty()) to.push_back(raw_piece(std::move(packet)));
    finish(to);
  }
  void finish(Pieces& to) {
    over_ = true;
    go_wrong(with().then.value_or(FaultEnding::reset), to);
  }
  bool cutting_ = false, over_ = false;
  u64 left_ = 0;
};

}  // namespace

MadeStage make_cut(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Cut>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
