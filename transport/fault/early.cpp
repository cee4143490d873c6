// The response waits until the camera has sent an event, or for a limit.
#include "transport/fault/engine.h"
#include "transport/fault/kinds.h"
#include "transport/fault/link.h"

namespace stuntcam::transport {
namespace {

constexpr Duration usual_limit = std::chrono::seconds(1);

class Early final : public Stage {
 public:
  using Stage::Stage;

  void out(Piece piece, Pieces& to) override {
    const bool suits = piece.is == Piece::Is::head && piece.message.kind == ptp::Kind::operation_response;
    if (!suits || !fits(FaultDirection::to_initiator, piece.message, Subject::response) || !strikes())
      return to.push_back(std::move(piece));
    auto held = std::make_shared<Pieces>();
    mark(*held);
    held->push_back(std::move(piece));
    std::erase_if(held_, [](const auto& one) { return one->empty(); });
    held_.push_back(held);
    // Whoever comes first, event or limit, lets it go.
    const auto release = [weak = std::weak_ptr(held), passage = shared_passage()] {
      Pieces released;
      if (const auto still = weak.lock()) released.swap(*still);
      if (!released.empty() && passage->link) passage->link->send_later(std::move(released));
    };
    passage().engine->when_event_sent(held, release);
    passage().engine->clock().after(with().time.value_or(usual_limit), [held, release] { release(); });
  }
  void leave(Pieces& to) override {
    for (const auto& one : held_) {
      for (auto& piece : *one) to.push_back(std::move(piece));
      one->clear();
    }
  }

 private:
  std::vector<std::shared_ptr<Pieces>> held_;  // several, of requests that did not wait
};

}  // namespace

MadeStage make_early(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Early>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
