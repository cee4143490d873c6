// More bytes come than were announced: at the end of the last frame, whose length counts them.
#include <algorithm>

#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

class Extend final : public PhaseStage {
 public:
  using PhaseStage::PhaseStage;

 private:
  void begin(const ptp::Message&) override {
    surplus_ = with().hex.value_or(Bytes());
    surplus_.resize(static_cast<std::size_t>(with().bytes.value_or(surplus_.size())));
    waiting_ = false;
  }
  void head(Piece piece, Pieces& to) override {
    auto& message = piece.message;
    const bool last = message.last;
    left_ = message.size;
    if (last) message.size += surplus_.size();
    if (message.first && last) message.total = message.size;
    waiting_ = last;
    to.push_back(std::move(piece));
    if (left_ == 0) add(to);
  }
  void payload(Piece piece, Pieces& to) override {
    left_ -= std::min(left_, piece.size());
    to.push_back(std::move(piece));
    if (left_ == 0) add(to);
  }
  void add(Pieces& to) {
    if (std::exchange(waiting_, false)) add_payload(surplus_, to);
  }
  Bytes surplus_;
  u64 left_ = 0;
  bool waiting_ = false;
};

}  // namespace

MadeStage make_extend(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Extend>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
