// The data phases of a Conversation, both ways (docs/protocol.md §1.4).
#include <algorithm>
#include <numeric>

#include "transport/conversation.h"
#include "transport/send_body.h"

namespace stuntcam::transport {

using ptp::Kind;
using ptp::Message;

namespace {

// Larger objects than ServerOptions::data_packet go in packets of this: a packet in flight cannot be cancelled.
constexpr u64 packet_size = 1 << 20;
constexpr std::size_t header_size = 8;

// Counts a data phase from the initiator against its announcement.
struct Tally {
  u64 total = unknown_size, received = 0;
  void take(View bytes, Intake& intake) {
    const u64 room =
        total == unknown_size ? bytes.size() : std::min<u64>(bytes.size(), total - std::min(total, received));
    if (room != 0) intake.write(bytes.first(static_cast<std::size_t>(room)));
    received += bytes.size();
  }
  bool complete() const { return total == unknown_size || received == total; }
};

// The head of a lone Data packet, without StartData: one client puts the value right behind the header, with no
// transaction id (docs/clients.md §1). With more payload behind it, an id that matches is one.
View value_in_head(const Message& message, const Message& request) {
  if (message.size != 0 && message.transaction_id == request.transaction_id) return {};
  return message.wire.subspan(header_size);
}

}  // namespace

Task<Conversation::Outcome> Conversation::take_data(Message request, Intake& intake, Reply& reply) {
  Tally tally;
  bool begun = false;
  // A request may announce no data and yet send some: most wait for nobody, so the wait is short.
  const bool announced = request.data_phase == 2;
  for (;;) {
    const std::optional<Duration> limit =
        begun || announced ? std::nullopt : std::optional<Duration>(core_.options.data_wait);
    if (association_->cancelled(request.transaction_id)) {
      co_await await_cancel(request);
      co_return Outcome::cancelled;
    }
    const Input input = co_await until_input(limit);
    if (input == Input::late) break;
    if (input == Input::poked) continue;
    const Message message = co_await next();
    if (message.kind == Kind::cancel) co_return Outcome::cancelled;
    if (message.kind != Kind::data) {
      if (message.kind == Kind::operation_request && (begun || announced)) {
        throw Misbehaved("an OperationRequest in the middle of a data phase");
      }
      put_up_with(message);
      if (held_) break;  // no data phase at all: an empty data set
      continue;
    }
    if (core_.options.strict && message.transaction_id != request.transaction_id) {
      throw Misbehaved("data with another transaction's id");
    }
    if (message.first) {
      if (begun) throw Misbehaved("StartData within a data phase");
      begun = true;
      tally.total = message.total;
      intake.begin(message.total);
      if (message.total == 0) break;  // some clients send no EndData then; one that comes is ignored
      if (!message.last) continue;
    }
    const bool lone = !begun;
    if (lone) {
      if (core_.options.strict) throw Misbehaved("data without StartData");
      const View head = value_in_head(message, request);
      tally.total = head.size() + message.size;
      intake.begin(tally.total);
      tally.take(head, intake);
    }
    const Room room = transfer_buffer(buffer_, message.size);
    for (;;) {
      const std::size_t got = co_await link_.read(room);
      if (got == 0) break;
      tally.take(room.first(got), intake);
    }
    // What a cancel cut short is no data phase that ended early. Where it travels ahead of the data, it is there now.
    if (link_.framing().one_frame() && (tally.total == unknown_size || !tally.complete())) {
      const Outcome cancel = co_await look_for_cancel(request);
      if (cancel != Outcome::done) co_return cancel;
    }
    if (message.last || lone) break;
  }
  if (core_.options.strict && !tally.complete()) throw Misbehaved("a data phase of another length than announced");
  reply = intake.finish(tally.complete());
  co_return Outcome::done;
}

Message Conversation::data_head(const Message& request, u64 total) {
  Message head;
  head.kind = Kind::data;
  head.code = request.code;
  head.transaction_id = request.transaction_id;
  head.first = true;
  head.total = total;
  return head;
}

Task<Conversation::Outcome> Conversation::send_data(Message request, const Reply& reply) {
  const Body& body = reply.body;
  const u64 total = size_of(body);
  Message head = data_head(request, reply.announced.value_or(total));
  if (link_.framing().one_frame()) {
    if (total > link_.framing().max_payload()) throw Misbehaved("an object that fits no data phase of this dialect");
    head.last = true;
    head.total = head.size = total;
    co_return co_await send_frame(request, head, body);
  }
  co_await put(head);
  head.first = false;
  const u64 largest = total <= core_.options.data_packet ? total : packet_size;
  const auto& cuts = reply.packets;
  const bool as_told = !cuts.empty() && std::accumulate(cuts.begin(), cuts.end(), u64{0}) == total;
  std::size_t packet = 0;
  for (u64 offset = 0;; offset += head.size) {
    head.size = as_told ? cuts[packet++] : std::min(largest, total - offset);
    head.last = as_told ? packet == cuts.size() : offset + head.size == total;
    co_await put(head);
    const bool sent = co_await send_body(link_, body, offset, head.size, buffer_);
    if (!sent) co_return Outcome::source_failed;
    if (head.last) co_return Outcome::done;
    const Outcome cancel = co_await look_for_cancel(request);
    if (cancel != Outcome::done) co_return cancel;
  }
}

// A data phase that is one frame, however long: a cancel is looked for between pieces of it.
Task<Conversation::Outcome> Conversation::send_frame(Message request, Message head, const Body& body) {
  co_await put(head);
  bool whole = true;
  for (u64 offset = 0; offset == 0 || offset < head.size; offset += packet_size) {
    const u64 piece = std::min(packet_size, head.size - offset);
    const bool sent = co_await send_body(link_, body, offset, piece, buffer_);
    whole = whole && sent;
    const Outcome cancel = co_await look_for_cancel(request);
    if (cancel != Outcome::done) co_return cancel;
  }
  co_return whole ? Outcome::done : Outcome::source_failed;
}

// Between two packets of a long data phase.
Task<Conversation::Outcome> Conversation::look_for_cancel(Message request) {
  if (association_->dropped()) throw std::system_error(asio::error::make_error_code(asio::error::operation_aborted));
  if (association_->cancelled(request.transaction_id)) {
    co_await await_cancel(request);
    co_return Outcome::cancelled;
  }
  while (!held_) {
    const bool something = link_.pending();
    if (!something) break;
    const Message message = co_await next();
    if (message.kind == Kind::cancel) co_return Outcome::cancelled;
    put_up_with(message);
  }
  co_return Outcome::done;
}

}  // namespace stuntcam::transport
