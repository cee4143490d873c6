// The data phases of a Conversation, both ways (docs/protocol.md §1.4).
#include <algorithm>

#include "transport/conversation.h"
#include "transport/stream_link.h"

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
      continue;
    }
    const bool lone = !begun;
    if (lone) {
      if (core_.options.strict) throw Misbehaved("data without StartData");
      const View head = value_in_head(message, request);
      tally.total = head.size() + message.size;
      intake.begin(tally.total);
      tally.take(head, intake);
    }
    const Room room = buffer(message.size);
    for (;;) {
      const std::size_t got = co_await link_.read(room);
      if (got == 0) break;
      tally.take(room.first(got), intake);
    }
    if (message.last || lone) break;
  }
  if (core_.options.strict && !tally.complete()) throw Misbehaved("a data phase of another length than announced");
  reply = intake.finish(tally.complete());
  co_return Outcome::done;
}

Task<Conversation::Outcome> Conversation::send_data(Message request, const Body& body, bool unknown_total) {
  const u64 total = size_of(body);
  Message head;
  head.kind = Kind::data;
  head.code = request.code;
  head.transaction_id = request.transaction_id;
  head.first = true;
  head.total = unknown_total ? unknown_size : total;
  co_await put(head);
  head.first = false;
  const u64 largest = total <= core_.options.data_packet ? total : packet_size;
  for (u64 offset = 0;; offset += head.size) {
    head.size = std::min(largest, total - offset);
    head.last = offset + head.size == total;
    co_await put(head);
    const Outcome sent = co_await send_payload(body, offset, head.size);
    if (sent != Outcome::done || head.last) co_return sent;
    const Outcome cancel = co_await look_for_cancel(request);
    if (cancel != Outcome::done) co_return cancel;
  }
}

Task<Conversation::Outcome> Conversation::send_payload(const Body& body, u64 offset, u64 size) {
  u64 missing = 0;  // bytes that the source did not give
  if (const auto* slice = std::get_if<FileSlice>(&body)) {
    try {
      const Payload payload(slice->file->descriptor(), slice->offset + offset, size);
      co_await link_.write(payload);
    } catch (const SourceFailed& failed) {
      missing = size - failed.sent;
    }
  } else if (const auto* generated = std::get_if<Generated>(&body)) {
    const Room room = buffer(size);
    for (u64 done = 0; done < size;) {
      const Room piece = room.first(static_cast<std::size_t>(std::min<u64>(room.size(), size - done)));
      try {
        generated->source->read(generated->offset + offset + done, piece);
      } catch (const std::exception&) {
        missing = size - done;
        break;
      }
      co_await link_.write(Payload(View(piece)));
      done += piece.size();
    }
  } else {
    const View bytes = std::holds_alternative<View>(body) ? std::get<View>(body) : View(std::get<Bytes>(body));
    const Payload payload(bytes.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size)));
    co_await link_.write(payload);
  }
  if (missing == 0) co_return Outcome::done;
  // A packet's length cannot be taken back: fill it, so that the stream stays in step and the response can say why.
  const Room zeros = buffer(missing);
  std::ranges::fill(zeros, u8{0});
  for (u64 done = 0; done < missing;) {
    const View piece = View(zeros).first(static_cast<std::size_t>(std::min<u64>(zeros.size(), missing - done)));
    co_await link_.write(Payload(piece));
    done += piece.size();
  }
  co_return Outcome::source_failed;
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
