// So many bytes a second go out, or, with direction=i2r, are taken.
#include <algorithm>

#include "transport/fault/engine.h"
#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

constexpr u64 bites_a_second = 50;
constexpr double second = 1e9;

class Throttle final : public Stage {
 public:
  using Stage::Stage;

  bool wants_payload() const override { return slow_; }
  bool wants_arriving_payload() const override { return where().direction == FaultDirection::to_responder; }

  void out(Piece piece, Pieces& to) override {
    if (piece.is == Piece::Is::head) {
      slow_ = fits(FaultDirection::to_initiator, piece.message, Subject::anything) && strikes();
      if (slow_ && !std::exchange(marked_, true)) mark(to);
      if (slow_) to.push_back(pause_piece(charge(encoded(*passage().framing, piece).size())));
      return to.push_back(std::move(piece));
    }
    if (piece.is != Piece::Is::payload || !slow_) return to.push_back(std::move(piece));
    const u64 bite = std::max<u64>(1, rate() / bites_a_second);
    for (u64 done = 0; done < piece.size();) {
      const u64 size = std::min(bite, piece.size() - done);
      to.push_back(pause_piece(charge(size)));
      to.push_back(part(piece, done, size));
      done += size;
    }
  }
  Duration in_payload(Room bytes) override { return charge(bytes.size()); }

 private:
  u64 rate() const { return with().bytes.value_or(1); }
  // When these bytes may go; those behind them later.
  Duration charge(u64 bytes) {
    free_ = std::max(free_, now());
    const Duration start = free_;
    free_ += Duration(static_cast<i64>(static_cast<double>(bytes) * second / static_cast<double>(rate())));
    return start;
  }
  Duration free_{};
  bool slow_ = false, marked_ = false;
};

}  // namespace

MadeStage make_throttle(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Throttle>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
