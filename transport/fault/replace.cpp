// Bytes of a data phase are replaced by others; more or fewer, and then total and frames change with them. In a packet
// without payload its length changes.
#include <algorithm>

#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

class Replace final : public PhaseStage {
 public:
  using PhaseStage::PhaseStage;

 private:
  View fresh() const {
    const auto& hex = with().hex;
    return hex ? View(*hex) : View();
  }
  u64 at() const { return with().at.value_or(0); }
  u64 length() const { return with().length.value_or(fresh().size()); }
  bool suits(const ptp::Message& first) const override { return first.total == unknown_size || first.total >= at(); }

  void begin(const ptp::Message& first) override {
    total_ = first.total;
    announced_ = passed_ = 0;
    inserted_ = placed_ = false;
  }
  // How many of the bytes [from, from + size) go.
  u64 removed(u64 from, u64 size) const {
    const u64 begin = std::max(from, at()), end = std::min(from + size, at() + length());
    return end > begin ? end - begin : 0;
  }
  void head(Piece piece, Pieces& to) override {
    auto& message = piece.message;
    const bool only = message.first && message.last;
    if (message.first && total_ != unknown_size) message.total = total_ - removed(0, total_) + fresh().size();
    if (!message.first || only) {
      const u64 from = announced_, size = message.size;
      announced_ += size;
      // Behind the last byte counts as in the last frame.
      const bool here = !placed_ && at() >= from && (at() < announced_ || message.last);
      message.size = size - removed(from, size) + (here ? fresh().size() : 0);
      if (only) message.total = message.size;
      placed_ = placed_ || here;
      frame_left_ = size;
      last_ = message.last;
      to.push_back(std::move(piece));
      if (frame_left_ == 0) insert(to);
      return;
    }
    to.push_back(std::move(piece));
  }
  void payload(Piece piece, Pieces& to) override {
    const u64 size = piece.size(), end = passed_ + size;
    const u64 before = at() > passed_ ? std::min(at() - passed_, size) : 0;
    if (before > 0) to.push_back(part(piece, 0, before));
    frame_left_ -= std::min(frame_left_, size);
    if (at() >= passed_ && at() < end) insert(to);
    const u64 behind = std::max(passed_ + before, std::min(end, at() + length()));
    if (behind < end && at() < end) to.push_back(part(piece, behind - passed_, end - behind));
    passed_ = end;
    if (frame_left_ == 0 && last_) insert(to);
  }
  void insert(Pieces& to) {
    if (placed_ && !std::exchange(inserted_, true)) add_payload(fresh(), to);
  }
  u64 total_ = 0, announced_ = 0, passed_ = 0, frame_left_ = 0;
  bool placed_ = false, inserted_ = false, last_ = false;
};

class ReplaceInPacket final : public MessageStage {
 public:
  using MessageStage::MessageStage;

 private:
  void struck(Piece head, Pieces& to) override {
    Bytes packet = encoded(*passage().framing, head);
    const Bytes fresh = with().hex.value_or(Bytes());
    const auto at = static_cast<std::ptrdiff_t>(std::min<u64>(with().at.value_or(0), packet.size()));
    const auto room = packet.size() - static_cast<std::size_t>(at);
    const auto length = static_cast<std::ptrdiff_t>(std::min<u64>(with().length.value_or(fresh.size()), room));
    const auto before = packet.size();
    packet.erase(packet.begin() + at, packet.begin() + at + length);
    packet.insert(packet.begin() + at, fresh.begin(), fresh.end());
    // A length that was replaced on purpose stays wrong.
    if (packet.size() != before) set_length(packet);
    to.push_back(raw_piece(std::move(packet)));
  }
};

}  // namespace

MadeStage make_replace(SharedFault fault, SharedPassage passage) {
  if (about_packet(fault->fault)) return std::make_unique<ReplaceInPacket>(std::move(fault), std::move(passage));
  return std::make_unique<Replace>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
