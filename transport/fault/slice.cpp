// Everything goes out in small segments, each a little after the one before: whoever takes a segment for a packet is
// wrong.
#include <algorithm>

#include "transport/fault/engine.h"
#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

constexpr Duration usual_distance = std::chrono::milliseconds(1);

class Slice final : public Stage {
 public:
  using Stage::Stage;

  bool wants_payload() const override { return slicing_; }

  void out(Piece piece, Pieces& to) override {
    if (piece.is == Piece::Is::head) {
      slicing_ = fits(FaultDirection::to_initiator, piece.message, Subject::anything) && strikes();
      if (slicing_ && !std::exchange(marked_, true)) mark(to);
      if (!slicing_) return to.push_back(std::move(piece));
      const Bytes packet = encoded(*passage().framing, piece);
      if (packet.size() <= size()) return cut(std::move(piece), to);
      for (View rest = packet; !rest.empty();) {
        const View now = rest.first(std::min(rest.size(), size()));
        rest = rest.subspan(now.size());
        cut(raw_piece(Bytes(now.begin(), now.end())), to);
      }
    } else if (piece.is == Piece::Is::payload && slicing_) {
      for (u64 done = 0; done < piece.size(); done += size())
        cut(part(piece, done, std::min<u64>(size(), piece.size() - done)), to);
    } else {
      to.push_back(std::move(piece));
    }
  }

 private:
  std::size_t size() const { return static_cast<std::size_t>(with().bytes.value_or(1)); }
  void cut(Piece piece, Pieces& to) {
    free_ = std::max(free_, now());
    to.push_back(pause_piece(free_));
    to.push_back(std::move(piece));
    to.push_back(simple_piece(Piece::Is::flush));
    free_ = std::min(free_ + drawn_delay(usual_distance), now() + longest_fault);
  }
  Duration free_{};
  bool slicing_ = false, marked_ = false;
};

}  // namespace

MadeStage make_slice(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Slice>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
