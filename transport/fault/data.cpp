// The data phase carries given bytes, or none, instead of what the camera sends.
#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

class Data final : public PhaseStage {
 public:
  using PhaseStage::PhaseStage;

 private:
  void head(Piece piece, Pieces& to) override {
    auto& message = piece.message;
    if (!message.first) return;
    const Bytes bytes = with().hex.value_or(Bytes());
    const bool one_frame = message.last;
    message.total = bytes.size();
    if (one_frame) message.size = bytes.size();
    Piece end = piece;
    to.push_back(std::move(piece));
    if (!one_frame) {
      end.message.first = false;
      end.message.last = true;
      end.message.size = bytes.size();
      to.push_back(std::move(end));
    }
    add_payload(bytes, to);
  }
  void payload(Piece, Pieces&) override {}
};

}  // namespace

MadeStage make_data(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Data>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
