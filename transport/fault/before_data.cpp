// The response comes before the data, as OK: what the camera really answers comes too late to be told.
#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

class BeforeData final : public Stage {
 public:
  using Stage::Stage;

  void out(Piece piece, Pieces& to) override {
    if (piece.is != Piece::Is::head) return to.push_back(std::move(piece));
    const auto& message = piece.message;
    if (message.kind == ptp::Kind::data && message.first &&
        fits(FaultDirection::to_initiator, message, Subject::data) && strikes()) {
      mark(to);
      Piece response;
      response.message.kind = ptp::Kind::operation_response;
      response.message.code = static_cast<u16>(ptp::ResponseCode::OK);
      response.message.transaction_id = message.transaction_id;
      to.push_back(std::move(response));
      answered_ = true;
    } else if (message.kind == ptp::Kind::operation_response && std::exchange(answered_, false)) {
      return;
    }
    to.push_back(std::move(piece));
  }

 private:
  bool answered_ = false;
};

}  // namespace

MadeStage make_before_data(SharedFault fault, SharedPassage passage) {
  return std::make_unique<BeforeData>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
