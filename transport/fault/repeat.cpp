// A packet without payload goes out more than once.
#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

class Repeat final : public MessageStage {
 public:
  using MessageStage::MessageStage;

 private:
  void struck(Piece head, Pieces& to) override {
    for (u64 copies = with().count.value_or(1); copies > 0; --copies) to.push_back(head);
    to.push_back(std::move(head));
  }
};

}  // namespace

MadeStage make_repeat(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Repeat>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
