// An event goes out behind the next one, or, where none comes, after a limit.
#include "transport/fault/engine.h"
#include "transport/fault/kinds.h"
#include "transport/fault/link.h"

namespace stuntcam::transport {
namespace {

constexpr Duration usual_limit = std::chrono::seconds(1);

class Reorder final : public Stage {
 public:
  using Stage::Stage;

  void out(Piece piece, Pieces& to) override {
    const bool event = piece.is == Piece::Is::head && piece.message.kind == ptp::Kind::event;
    if (!event || !held_.empty()) {
      to.push_back(std::move(piece));
      if (event) leave(to);
      return;
    }
    if (!fits(FaultDirection::to_initiator, piece.message, Subject::event) || !strikes())
      return to.push_back(std::move(piece));
    mark(held_);
    held_.push_back(std::move(piece));
    passage().engine->clock().after(with().time.value_or(usual_limit),
                                    [weak = std::weak_ptr(shared_passage()), id = active().id] {
                                      const auto passage = weak.lock();
                                      if (passage && passage->link) passage->link->elapse(id);
                                    });
  }
  void leave(Pieces& to) override {
    for (auto& piece : held_) to.push_back(std::move(piece));
    held_.clear();
  }
  void elapse() override {
    Pieces released;
    released.swap(held_);
    if (!released.empty()) passage().link->send_later(std::move(released));
  }

 private:
  Pieces held_;
};

}  // namespace

MadeStage make_reorder(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Reorder>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
