// A packet without payload is longer by zeros, or lacks its last bytes. Its length says so.
#include <algorithm>

#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

constexpr std::size_t least_packet = 8;  // length and type

class Resize final : public MessageStage {
 public:
  using MessageStage::MessageStage;

 private:
  void struck(Piece head, Pieces& to) override {
    Bytes packet = encoded(*passage().framing, head);
    const auto bytes = static_cast<std::size_t>(with().bytes.value_or(0));
    if (fault().kind == FaultKind::pad)
      packet.resize(packet.size() + bytes);
    else
      packet.resize(std::max(least_packet, packet.size() - std::min(bytes, packet.size())));
    set_length(packet);
    to.push_back(raw_piece(std::move(packet)));
  }
};

}  // namespace

MadeStage make_pad(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Resize>(std::move(fault), std::move(passage));
}

MadeStage make_shorten(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Resize>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
