// Another length is announced than comes. Where a phase is one frame, that is the frame's own length.
#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

class Total final : public MessageStage {
 public:
  Total(SharedFault fault, SharedPassage passage) : MessageStage(std::move(fault), std::move(passage), Subject::data) {}

 private:
  void struck(Piece head, Pieces& to) override {
    auto& message = head.message;
    const auto add = with().add;
    message.total = add ? message.total + static_cast<u64>(*add) : with().value.value_or(0);
    if (message.last) message.size = message.total;
    to.push_back(std::move(head));
  }
};

}  // namespace

MadeStage make_total(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Total>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
