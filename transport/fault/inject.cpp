// An event that the camera did not send: behind the message that is selected, or, where none is, by the clock.
#include <algorithm>

#include "transport/fault/engine.h"
#include "transport/fault/kinds.h"
#include "transport/fault/link.h"

namespace stuntcam::transport {
namespace {

constexpr u32 most_owed = 16;

bool selects_message(const FaultSelector& where) {
  return where.operation || where.params[0] || where.response || where.event || where.packet;
}

class Inject final : public Stage {
 public:
  using Stage::Stage;

  void out(Piece piece, Pieces& to) override {
    const bool behind = piece.is == Piece::Is::head && selects_message(where()) &&
                        fits(FaultDirection::to_initiator, piece.message, Subject::response);
    to.push_back(std::move(piece));
    if (!behind) return;
    if (owed_ < most_owed) ++owed_;
    send_owed();
  }
  void arm() override {
    if (selects_message(where())) return send_owed();
    if (passage().lane != FaultLane::event || armed_) return;
    armed_ = true;
    passage().engine->clock().after(std::max(due() - now(), Duration{}),
                                    [weak = std::weak_ptr(shared_passage()), id = active().id] {
                                      const auto passage = weak.lock();
                                      if (passage && passage->link) passage->link->elapse(id);
                                    });
  }
  void elapse() override {
    if (fits_connection() && strikes()) send(*passage().link);
  }

 private:
  // Before the connection for events is there, nothing counts as done: it may be on its way, or never come.
  void send_owed() {
    FaultLink* const events = owed_ > 0 ? passage().engine->event_link(passage().link->association()) : nullptr;
    for (; events != nullptr && owed_ > 0; --owed_)
      if (strikes()) send(*events);
  }
  void send(FaultLink& events) {
    Piece head;
    auto& message = head.message;
    message.kind = ptp::Kind::event;
    message.code = with().code.value_or(0);
    message.transaction_id = static_cast<u32>(with().value.value_or(ptp::no_transaction));
    message.count = static_cast<u8>(std::min<std::size_t>(with().values.size(), 3));
    for (std::size_t i = 0; i < message.count; ++i) message.params.at(i) = static_cast<u32>(with().values[i]);
    Pieces pieces;
    mark(pieces);
    if (const auto delay = with().delay) pieces.push_back(pause_piece(now() + *delay));
    for (u64 copies = with().count.value_or(1); copies > 0; --copies) pieces.push_back(head);
    events.send_later(std::move(pieces));
  }
  u32 owed_ = 0;  // messages that it comes behind
  bool armed_ = false;
};

}  // namespace

MadeStage make_inject(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Inject>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
