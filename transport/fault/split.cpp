// The data phase comes in packets of given sizes, by turns. A size of 0 is an empty packet; alone, it means one packet
// for everything. Where a phase is one frame, there is nothing to split.
#include <algorithm>

#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

class Split final : public PhaseStage {
 public:
  using PhaseStage::PhaseStage;

 private:
  bool suits(const ptp::Message& first) const override {
    return !passage().framing->one_frame() && first.total != unknown_size;
  }
  void begin(const ptp::Message& first) override {
    left_ = first.total;
    turn_ = 0;
    frame_left_ = 0;
  }
  void head(Piece piece, Pieces& to) override {
    if (!piece.message.first) return;
    frame_ = piece.message;
    frame_.wire = {};
    frame_.first = false;
    to.push_back(std::move(piece));
    if (left_ == 0) next(to);
  }
  void payload(Piece piece, Pieces& to) override {
    for (u64 done = 0; done < piece.size();) {
      while (frame_left_ == 0) {
        if (left_ == 0) return;  // more than was announced
        next(to);
      }
      const u64 now = std::min(frame_left_, piece.size() - done);
      to.push_back(part(piece, done, now));
      done += now;
      frame_left_ -= now;
    }
  }
  void next(Pieces& to) {
    const auto& sizes = with().values;
    const u64 size = sizes.size() == 1 && sizes[0] == 0 ? left_ : sizes[turn_++ % sizes.size()];
    frame_left_ = std::min({left_, size, passage().framing->max_payload()});
    left_ -= frame_left_;
    Piece head;
    head.message = frame_;
    head.message.size = frame_left_;
    head.message.last = left_ == 0;
    to.push_back(std::move(head));
  }
  ptp::Message frame_{};
  u64 left_ = 0, frame_left_ = 0;
  std::size_t turn_ = 0;
};

}  // namespace

MadeStage make_split(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Split>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
