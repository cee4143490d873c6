#include "transport/fault/stage.h"

#include <algorithm>
#include <cstring>

#include "transport/fault/engine.h"

namespace stuntcam::transport {

using ptp::Kind;
using ptp::PacketType;

Piece head_piece(const ptp::Message& message) {
  Piece piece;
  piece.message = message;
  piece.bytes.assign(message.wire.begin(), message.wire.end());
  piece.message.wire = {};
  return piece;
}

Piece raw_piece(Bytes bytes) {
  Piece piece;
  piece.message.kind = Kind::raw;
  piece.bytes = std::move(bytes);
  return piece;
}

Piece payload_piece(View bytes) {
  Piece piece;
  piece.is = Piece::Is::payload;
  piece.payload = bytes;
  return piece;
}

Piece owned_payload(Bytes bytes) {
  Piece piece;
  piece.is = Piece::Is::payload;
  piece.bytes = std::move(bytes);
  return piece;
}

void add_payload(View bytes, Pieces& to) {
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(bytes.size(), piece_size))) {
    const View now = bytes.first(std::min(bytes.size(), piece_size));
    to.push_back(owned_payload(Bytes(now.begin(), now.end())));
  }
}

Piece simple_piece(Piece::Is is) {
  Piece piece;
  piece.is = is;
  return piece;
}

Piece pause_piece(Duration until) {
  Piece piece;
  piece.is = Piece::Is::pause;
  piece.time = until;
  return piece;
}

Piece part(const Piece& payload, u64 offset, u64 count) {
  const auto from = static_cast<std::size_t>(offset), size = static_cast<std::size_t>(count);
  if (payload.bytes.empty()) return payload_piece(payload.payload.bytes.subspan(from, size));
  const View view = View(payload.bytes).subspan(from, size);
  return owned_payload(Bytes(view.begin(), view.end()));
}

void set_length(Bytes& packet) {
  const auto length = static_cast<u32>(packet.size());
  if (packet.size() >= sizeof length) std::memcpy(packet.data(), &length, sizeof length);
}

bool carries(PacketType type, const ptp::Message& message) {
  switch (message.kind) {
    case Kind::init_command_request:
      return type == PacketType::init_command_request;
    case Kind::init_command_ack:
      return type == PacketType::init_command_ack;
    case Kind::init_event_request:
      return type == PacketType::init_event_request;
    case Kind::init_event_ack:
      return type == PacketType::init_event_ack;
    case Kind::init_fail:
      return type == PacketType::init_fail;
    case Kind::operation_request:
      return type == PacketType::operation_request;
    case Kind::operation_response:
      return type == PacketType::operation_response;
    case Kind::event:
      return type == PacketType::event;
    case Kind::data:
      return (type == PacketType::start_data && message.first) || (type == PacketType::end_data && message.last) ||
             (type == PacketType::data && !message.first && !message.last);
    case Kind::cancel:
      return type == PacketType::cancel;
    case Kind::probe_request:
      return type == PacketType::probe_request;
    case Kind::probe_response:
      return type == PacketType::probe_response;
    default:
      return false;
  }
}

Bytes encoded(const ptp::Framing& framing, const Piece& head) {
  ptp::Message message = head.message;
  message.wire = head.bytes;
  Bytes out;
  framing.encode(message, out);
  return out;
}

namespace {

bool is(Subject subject, const ptp::Message& message) {
  switch (subject) {
    case Subject::response:
      return message.kind == Kind::operation_response;
    case Subject::request:
      return message.kind == Kind::operation_request;
    case Subject::data:
      return message.kind == Kind::data && message.first;
    case Subject::event:
      return message.kind == Kind::event;
    case Subject::anything:
      return message.kind != Kind::raw;
  }
  return false;
}

bool fits_request(const FaultSelector& where, const ptp::Message& request) {
  if (where.operation && request.code != *where.operation) return false;
  for (std::size_t i = 0; i < where.params.size(); ++i)
    if (where.params[i] && (i >= request.count || request.params[i] != *where.params[i])) return false;
  return true;
}

bool asks_for_operation(const FaultSelector& where) {
  return where.operation || std::ranges::any_of(where.params, [](const auto& param) { return param.has_value(); });
}

}  // namespace

Stage::Stage(std::shared_ptr<ActiveFault> fault, std::shared_ptr<Passage> passage)
    : fault_(std::move(fault)), passage_(std::move(passage)) {
  std::seed_seq seeds{passage_->engine->seed(), passage_->engine->seed() >> 32, fault_->id, passage_->connection};
  generator_.seed(seeds);
}

Duration Stage::now() const { return passage_->engine->clock().now(); }
Duration Stage::due() const { return fault_->since + where().after.value_or(Duration{}); }

bool Stage::fits_connection() const {
  if (fault_->removed) return false;
  const auto& selects = where();
  if (selects.connection && *selects.connection != passage_->connection) return false;
  return !selects.lane || selects.lane == passage_->lane;
}

bool Stage::fits(FaultDirection direction, const ptp::Message& message, Subject otherwise) const {
  if (!fits_connection()) return false;
  const auto& selects = where();
  if (selects.direction && *selects.direction != direction) return false;
  const auto time = now() - fault_->since;
  if ((selects.after && time < *selects.after) || (selects.until && time >= *selects.until)) return false;
  const u64 passed = direction == FaultDirection::to_initiator ? passage_->sent : passage_->received;
  if (selects.from && passed < *selects.from) return false;
  if (selects.packet ? !carries(*selects.packet, message) : !is(selects.event ? Subject::event : otherwise, message))
    return false;
  if (selects.event && (message.kind != Kind::event || message.code != *selects.event)) return false;
  if (selects.response && (message.kind != Kind::operation_response || message.code != *selects.response)) return false;
  if (!asks_for_operation(selects)) return true;
  // Events belong to what was asked last on the other connection.
  const bool event = passage_->lane == FaultLane::event && !passage_->asked;
  const auto* const here = passage_->asked ? &passage_->request : nullptr;
  const auto* const request = event ? passage_->engine->last_request() : here;
  return request != nullptr && fits_request(selects, *request);
}

bool Stage::strikes() {
  const u64 number = ++fault_->seen;
  const auto& selects = where();
  if (selects.nth && number != *selects.nth) return false;
  if (selects.every && number % *selects.every != 0) return false;
  if (selects.times && fault_->applied >= *selects.times) return false;
  if (selects.probability) {
    constexpr double range = 18446744073709551616.0;  // 2^64
    if (static_cast<double>(generator_()) / range >= *selects.probability) return false;
  }
  ++fault_->applied;
  passage_->engine->applied(*fault_);
  return true;
}

void Stage::mark(Pieces& to) const {
  auto piece = simple_piece(Piece::Is::mark);
  piece.bytes.assign(fault_->mark.begin(), fault_->mark.end());
  to.push_back(std::move(piece));
}

u64 Stage::random(u64 below) { return below == 0 ? 0 : generator_() % below; }

Duration Stage::drawn_delay(Duration otherwise) {
  const auto delay = with().delay.value_or(otherwise);
  const auto jitter = with().jitter.value_or(Duration{});
  if (jitter <= Duration{}) return delay;
  const auto drawn = delay - jitter + Duration(static_cast<i64>(random(2 * static_cast<u64>(jitter.count()) + 1)));
  return std::max(drawn, Duration{});
}

void MessageStage::out(Piece piece, Pieces& to) {
  if (piece.is == Piece::Is::head) {
    struck_ = fits(FaultDirection::to_initiator, piece.message, subject_) && strikes();
    if (!struck_) return to.push_back(std::move(piece));
    mark(to);
    struck(std::move(piece), to);
  } else if (piece.is == Piece::Is::payload && struck_) {
    payload(std::move(piece), to);
  } else {
    to.push_back(std::move(piece));
  }
}

void PhaseStage::out(Piece piece, Pieces& to) {
  const bool data = piece.is == Piece::Is::head && piece.message.kind == Kind::data;
  const bool begins = data && piece.message.first;
  if (struck_ && (begins || (piece.is == Piece::Is::head && !data))) {
    end(to);
    struck_ = false;
  }
  if (begins && suits(piece.message) && fits(FaultDirection::to_initiator, piece.message, Subject::data) && strikes()) {
    struck_ = true;
    mark(to);
    begin(piece.message);
  }
  if (struck_ && data)
    head(std::move(piece), to);
  else if (struck_ && piece.is == Piece::Is::payload)
    payload(std::move(piece), to);
  else
    to.push_back(std::move(piece));
}

}  // namespace stuntcam::transport
