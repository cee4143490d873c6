// Bits turn over: at an offset and behind it, or somewhere. In the data phase, in either direction; or in a packet.
#include <algorithm>

#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

constexpr u64 somewhere = 1 << 20;  // in the first bytes of a phase whose length is not known

class Flip final : public PhaseStage {
 public:
  using PhaseStage::PhaseStage;

  bool wants_arriving_payload() const override { return where().direction == FaultDirection::to_responder; }
  void in(Arrival& arrival) override {
    const auto& message = arrival.message;
    if (message.kind == ptp::Kind::operation_request) arriving_ = false;
    if (!wants_arriving_payload() || message.kind != ptp::Kind::data || arriving_) return;
    if (!fits(FaultDirection::to_responder, message, Subject::data) || !strikes()) return;
    mark(arrival.answers);
    arriving_ = true;
    choose(message.total);
  }
  Duration in_payload(Room bytes) override {
    if (arriving_) turn(bytes);
    return {};
  }

 private:
  void begin(const ptp::Message& first) override { choose(first.total); }
  void payload(Piece piece, Pieces& to) override {
    const u64 end = passed_ + piece.size();
    const bool touched = std::ranges::any_of(offsets_, [&](u64 at) { return at >= passed_ && at < end; });
    if (!touched) {
      passed_ = end;
      return to.push_back(std::move(piece));
    }
    const View content = piece.content();
    Bytes copy(content.begin(), content.end());
    turn(copy);
    to.push_back(owned_payload(std::move(copy)));
  }
  void choose(u64 total) {
    passed_ = 0;
    offsets_.clear();
    const u64 range = total == 0 || total == unknown_size ? somewhere : total;
    const auto at = with().at;
    for (u64 i = 0; i < with().count.value_or(1); ++i) offsets_.push_back(at ? *at + i : random(range));
  }
  void turn(Room bytes) {
    const auto mask = static_cast<u8>(with().mask.value_or(1));
    for (const u64 at : offsets_)
      if (at >= passed_ && at - passed_ < bytes.size()) bytes[static_cast<std::size_t>(at - passed_)] ^= mask;
    passed_ += bytes.size();
  }
  std::vector<u64> offsets_;
  u64 passed_ = 0;
  bool arriving_ = false;
};

class FlipPacket final : public MessageStage {
 public:
  using MessageStage::MessageStage;

 private:
  void struck(Piece head, Pieces& to) override {
    Bytes packet = encoded(*passage().framing, head);
    const auto first = with().at;
    for (u64 i = 0; i < with().count.value_or(1); ++i) {
      const u64 at = first ? *first + i : random(packet.size());
      if (at < packet.size()) packet[static_cast<std::size_t>(at)] ^= static_cast<u8>(with().mask.value_or(1));
    }
    to.push_back(raw_piece(std::move(packet)));
  }
};

}  // namespace

MadeStage make_flip(SharedFault fault, SharedPassage passage) {
  if (about_packet(fault->fault)) return std::make_unique<FlipPacket>(std::move(fault), std::move(passage));
  return std::make_unique<Flip>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
