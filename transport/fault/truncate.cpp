// The data phase ends after so many bytes, in good order but for the total that was announced. Where a phase is one
// frame, its length is its total.
#include <algorithm>

#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

class Truncate final : public PhaseStage {
 public:
  using PhaseStage::PhaseStage;

 private:
  u64 limit() const { return with().at.value_or(0); }
  bool suits(const ptp::Message& first) const override { return first.total > limit(); }
  void begin(const ptp::Message&) override { announced_ = passed_ = 0; }
  void head(Piece piece, Pieces& to) override {
    auto& message = piece.message;
    if (message.first && !message.last) return to.push_back(std::move(piece));
    if (ended_ && !message.first) return;
    ended_ = message.last || announced_ + message.size >= limit();
    message.size = std::min(message.size, limit() - announced_);
    message.last = ended_;
    if (message.first) message.total = message.size;
    announced_ += message.size;
    to.push_back(std::move(piece));
  }
  void payload(Piece piece, Pieces& to) override {
    const u64 passes = std::min(limit() - passed_, piece.size());
    passed_ += passes;
    if (passes > 0) to.push_back(part(piece, 0, passes));
  }
  void end(Pieces&) override { ended_ = false; }
  u64 announced_ = 0, passed_ = 0;
  bool ended_ = false;
};

}  // namespace

MadeStage make_truncate(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Truncate>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
