#include "transport/fault/happening.h"

#include <algorithm>

#include "transport/fault/engine.h"
#include "transport/fault/link.h"

namespace stuntcam::transport {
namespace {

bool from_initiator(ptp::PacketType type) {
  using ptp::PacketType;
  return type == PacketType::init_command_request || type == PacketType::init_event_request ||
         type == PacketType::operation_request || type == PacketType::cancel || type == PacketType::probe_response;
}

}  // namespace

Happening::Happening(SharedFault fault, SharedPassage passage) : Stage(std::move(fault), std::move(passage)) {
  passed_ = incoming() ? this->passage().received : this->passage().sent;
}

bool Happening::by_message() const {
  const auto& selects = where();
  return selects.packet || selects.event || selects.response || selects.operation ||
         std::ranges::any_of(selects.params, [](const auto& param) { return param.has_value(); });
}

void Happening::strike(Pieces& to) {
  if (!strikes()) return;
  happened_ = true;
  mark(to);
  happen(to);
}

void Happening::out(Piece piece, Pieces& to) {
  const auto& selects = where();
  const bool head = piece.is == Piece::Is::head;
  // A message of the camera is selected: it happens in its place. Otherwise at the request, in in().
  const bool outgoing = selects.packet ? !from_initiator(*selects.packet) : selects.event || selects.response;
  if (head && outgoing && !incoming() && fits(FaultDirection::to_initiator, piece.message, Subject::response))
    strike(to);
  if (!incoming() && by_bytes() && (head || piece.is == Piece::Is::payload)) {
    const u64 size = head ? encoded(*passage().framing, piece).size() : piece.size();
    const u64 from = selects.from.value_or(0), before = passed_ >= from ? 0 : from - passed_;
    if (before < size && fits_connection()) {
      if (before > 0 && head) {
        Bytes packet = encoded(*passage().framing, piece);
        const Bytes rest(packet.begin() + static_cast<std::ptrdiff_t>(before), packet.end());
        packet.resize(static_cast<std::size_t>(before));
        to.push_back(raw_piece(std::move(packet)));
        piece = raw_piece(rest);
      } else if (before > 0) {
        to.push_back(part(piece, 0, before));
        piece = part(piece, before, size - before);
      }
      strike(to);
    }
    passed_ += size;
  }
  if (lasts() && !incoming())
    pass(std::move(piece), to);
  else
    to.push_back(std::move(piece));
}

void Happening::in(Arrival& arrival) {
  const auto& selects = where();
  const bool outgoing = selects.packet ? !from_initiator(*selects.packet) : selects.event || selects.response;
  const auto direction = incoming() ? FaultDirection::to_responder : FaultDirection::to_initiator;
  if (by_message() && !outgoing && fits(direction, arrival.message, Subject::request)) strike(arrival.answers);
  if (incoming() && by_bytes()) {
    passed_ += arrival.message.wire.size();
    if (passed_ > selects.from.value_or(0) && fits_connection()) strike(arrival.answers);
  }
  if (incoming() && lasts()) arrive(arrival);
}

Duration Happening::in_payload(Room bytes) {
  if (by_bytes()) {
    passed_ += bytes.size();
    Pieces now;
    if (passed_ > where().from.value_or(0) && fits_connection()) strike(now);
    passage().link->end_now(now);
  }
  return {};
}

// By the clock, it happens once to each connection that it fits.
void Happening::arm() {
  if (!by_clock() || armed_ || (where().lane && !passage().lane)) return;
  armed_ = true;
  const Duration wait = due() - now();
  if (wait <= Duration{}) return elapse();
  passage().engine->clock().after(wait, [weak = std::weak_ptr(shared_passage()), id = active().id] {
    const auto passage = weak.lock();
    if (passage && passage->link) passage->link->elapse(id);
  });
}

void Happening::elapse() {
  if (!by_clock() || !fits_connection()) return;
  Pieces now;
  strike(now);
  passage().link->end_now(now);
}

}  // namespace stuntcam::transport
