// The operation is answered with a code and not done. The camera is asked for something else in its place, which no
// camera can do: so it counts the transaction, and takes the data that belongs to it. A handshake is answered with
// InitFail, and the connection closed.
#include "transport/fault/engine.h"
#include "transport/fault/kinds.h"

namespace stuntcam::transport {
namespace {

constexpr u16 no_operation = 0x1FFF;  // in the standard's range, and not assigned

class Refuse final : public Stage {
 public:
  using Stage::Stage;

  void in(Arrival& arrival) override {
    const auto handshake = with().reason && !where().packet ? ptp::PacketType::init_command_request
                                                            : where().packet.value_or(ptp::PacketType{});
    const bool init = arrival.message.kind == ptp::Kind::init_command_request ||
                      arrival.message.kind == ptp::Kind::init_event_request;
    if (init !=
        (handshake == ptp::PacketType::init_command_request || handshake == ptp::PacketType::init_event_request))
      return;
    if (init && !carries(handshake, arrival.message)) return;
    if (!fits(FaultDirection::to_initiator, arrival.message, init ? Subject::anything : Subject::request) || !strikes())
      return;
    mark(arrival.answers);
    if (init) return fail(arrival);
    refused_ = arrival.message.transaction_id;
    arrival.message.code = no_operation;
    arrival.message.count = 0;
  }

  void out(Piece piece, Pieces& to) override {
    const bool answer = piece.is == Piece::Is::head && piece.message.kind == ptp::Kind::operation_response;
    if (answer && refused_ && piece.message.transaction_id == *refused_) {
      piece.message.code = with().code.value_or(static_cast<u16>(ptp::ResponseCode::DeviceBusy));
      refused_.reset();
    }
    to.push_back(std::move(piece));
  }

 private:
  void fail(Arrival& arrival) {
    Piece refusal;
    refusal.message.kind = ptp::Kind::init_fail;
    const u32 busy = passage().engine->dialect().reason(ptp::InitFailReason::busy);
    refusal.message.params[0] = with().reason.value_or(busy);
    arrival.answers.push_back(std::move(refusal));
    arrival.answers.push_back(simple_piece(Piece::Is::close));
    arrival.dropped = true;
  }
  std::optional<u32> refused_;
};

}  // namespace

MadeStage make_refuse(SharedFault fault, SharedPassage passage) {
  return std::make_unique<Refuse>(std::move(fault), std::move(passage));
}

}  // namespace stuntcam::transport
