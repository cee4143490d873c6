// The response, or the event, carries other parameters: as many as are given, five at most.
#include <algorithm>

#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

class Parameters final : public MessageStage {
 public:
  using MessageStage::MessageStage;

 private:
  void struck(Piece head, Pieces& to) override {
    auto& message = head.message;
    const auto count = std::min(with().values.size(), message.params.size());
    message.count = static_cast<u8>(count);
    for (std::size_t i = 0; i < count; ++i) message.params.at(i) = static_cast<u32>(with().values[i]);
    to.push_back(std::move(head));
  }
};

}  // namespace

MadeStage make_parameters(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Parameters>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
