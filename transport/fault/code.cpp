// The response, or the event, carries another code. What the camera did it has done.
#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

class Code final : public MessageStage {
 public:
  using MessageStage::MessageStage;

 private:
  void struck(Piece head, Pieces& to) override {
    head.message.code = with().code.value_or(head.message.code);
    to.push_back(std::move(head));
  }
};

}  // namespace

MadeStage make_code(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Code>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
