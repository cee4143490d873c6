// The message carries another TransactionID.
#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

class Transaction final : public MessageStage {
 public:
  using MessageStage::MessageStage;

 private:
  void struck(Piece head, Pieces& to) override {
    auto& id = head.message.transaction_id;
    const auto add = with().add;
    id = add ? static_cast<u32>(id + static_cast<u64>(*add)) : static_cast<u32>(with().value.value_or(0));
    to.push_back(std::move(head));
  }
};

}  // namespace

MadeStage make_transaction(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Transaction>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
