// Transactions of a Connection: docs/protocol.md §1.4 and §1.6.
#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "initiator/connection.h"
#include "transport/send_body.h"
#include "transport/spawn.h"

namespace stuntcam::initiator {

using ptp::Kind;
using ptp::Message;
using ptp::ResponseCode;
using transport::Task;

namespace {

// default_data_packet tells why.
constexpr u64 long_data = 64 << 20, long_data_packet = 1 << 20;

// Packets that belong nowhere and do no harm: a camera that sends nothing else would keep us for ever.
constexpr unsigned most_strays = 1000;

bool ends_the_session(u16 operation) { return operation == static_cast<u16>(ptp::OperationCode::CloseSession); }

}  // namespace

Request::Request(u16 operation, std::span<const u32> values) : code(operation) {
  count = static_cast<u8>(std::min(values.size(), params.size()));
  std::copy_n(values.begin(), count, params.begin());
}

// The transaction under way.
struct Connection::Exchange {
  Exchange(const Request& asked, u32 id)
      : request(asked), transaction_id(id), name(ptp::to_string(static_cast<ptp::OperationCode>(asked.code))) {}
  const Request& request;
  u32 transaction_id;
  std::string name;
  Response response;
  bool responded = false;
  u64 total = 0;
  bool ended = false;          // the EndData came
  bool sending = false;        // the request or its data: Cancel goes between two packets
  bool wanted = false;         // cancel
  bool cancelled = false;      // both Cancels are out
  bool dropped = false;        // payload was not taken, or not sent
  std::exception_ptr failure;  // of the sink or the source
  unsigned strays = 0;
};

Task<Response> Connection::transact(const Request& request, u32 transaction_id) {
  if (!usable()) throw Problem(Trouble::closed, "the connection to the camera is over");
  if (interrupted_ && !ends_the_session(request.code)) throw Problem(Trouble::cancelled, "interrupted");
  Exchange exchange(request, transaction_id);
  exchange_ = &exchange;
  std::exception_ptr failure;
  try {
    co_await converse(exchange);
  } catch (...) {
    failure = std::current_exception();
  }
  exchange_ = nullptr;
  if (failure) fail(failure, exchange.name);
  limit_->stop();
  conclude(exchange);
  co_return exchange.response;
}

Task<> Connection::converse(Exchange& exchange) {
  const Request& request = exchange.request;
  const bool sends = !std::holds_alternative<std::monostate>(request.data);
  Message head;
  head.kind = Kind::operation_request;
  head.code = request.code;
  head.transaction_id = exchange.transaction_id;
  head.data_phase = sends ? 2 : 1;
  head.count = request.count;
  head.params = request.params;
  link_->put(head);
  exchange.sending = true;
  limit_->start(*link_, options_.timeouts.stalled, fmt::format("the camera does not take {}", exchange.name), true);
  if (sends) co_await send_data(exchange);
  co_await link_->flush();
  exchange.sending = false;
  if (exchange.wanted) co_await send_cancel(exchange);
  if (!exchange.cancelled)
    limit_->start(*link_, options_.timeouts.answer, fmt::format("no answer to {}", exchange.name));
  while (!exchange.responded) {
    const Message message = co_await next(exchange);
    if (message.kind == Kind::data) {
      co_await take_data(exchange, message);
    } else if (message.kind == Kind::operation_response) {
      if (message.transaction_id != exchange.transaction_id)
        violation(fmt::format("the response to {} has TransactionID {}, not {}", exchange.name, message.transaction_id,
                              exchange.transaction_id),
                  message.wire);
      exchange.responded = true;
      exchange.response.code = message.code;
      exchange.response.count = message.count;
      exchange.response.params = message.params;
    } else if (!put_up_with(exchange, message)) {
      violation(fmt::format("a packet that does not belong there came during {}", exchange.name), message.wire);
    }
  }
}

Task<> Connection::send_data(Exchange& exchange) {
  const u64 total = transport::size_of(exchange.request.data);
  Message head;
  head.kind = Kind::data;
  head.code = exchange.request.code;
  head.transaction_id = exchange.transaction_id;
  head.first = true;
  head.total = total;
  const bool one_frame = link_->framing().one_frame();
  if (one_frame) {
    head.last = true;
    head.size = total;
  }
  link_->put(head);
  head.first = false;
  const auto& progress = exchange.request.progress;
  const u64 packet = total > long_data ? std::max(options_.data_packet, long_data_packet) : options_.data_packet;
  u64 piece = 0;
  bool last = false;
  for (u64 offset = 0; !last; offset += piece) {
    piece = std::min(packet, total - offset);
    last = offset + piece == total;
    if (!one_frame) {
      head.size = piece;
      head.last = last;
      link_->put(head);
    }
    const bool whole = co_await transport::send_body(*link_, exchange.request.data, offset, piece, buffer_);
    if (!whole) {
      exchange.failure = std::make_exception_ptr(Problem(Trouble::cancelled, "the source of the data ended early"));
      exchange.wanted = true;
    }
    if (progress && !progress(offset + piece, total)) exchange.wanted = true;
    // Only between two packets: a single frame goes out as long as it said.
    if (exchange.wanted && !last && !one_frame) break;
  }
  // With the EndData out, a source that failed can only be told by the camera's copy being wrong: cancel all the same.
  exchange.dropped = exchange.wanted;
}

Task<> Connection::take_data(Exchange& exchange, Message message) {
  Response& response = exchange.response;
  if (message.transaction_id != exchange.transaction_id)
    violation(fmt::format("data of {} with TransactionID {}, not {}", exchange.name, message.transaction_id,
                          exchange.transaction_id),
              message.wire);
  if (exchange.ended) violation(fmt::format("data of {} after its EndData", exchange.name), message.wire);
  if (message.first) {
    if (response.data) violation(fmt::format("a second StartData within {}", exchange.name), message.wire);
    response.data = true;
    exchange.total = message.total;
    if (!exchange.cancelled)
      limit_->start(*link_, options_.timeouts.stalled, fmt::format("the data of {} stopped", exchange.name), true);
    try {
      if (exchange.request.sink != nullptr) exchange.request.sink->begin(message.total);
    } catch (...) {
      exchange.failure = std::current_exception();
      exchange.wanted = true;
    }
  }
  if (!message.first || message.last) {
    if (!response.data) violation(fmt::format("data of {} without StartData", exchange.name), message.wire);
    if (exchange.total != unknown_size && message.size > exchange.total - response.received)
      violation(fmt::format("{} sent {} bytes of data and announced {}", exchange.name,
                            response.received + message.size, exchange.total),
                message.wire);
    exchange.ended = message.last;
    co_await take_payload(exchange);
  }
  if (exchange.wanted && !exchange.cancelled) co_await send_cancel(exchange);
}

// One packet's.
Task<> Connection::take_payload(Exchange& exchange) {
  const Request& request = exchange.request;
  const Room room = transport::transfer_buffer(buffer_, exchange.total);
  for (;;) {
    const std::size_t got = co_await link_->read(room);
    if (got == 0) co_return;
    exchange.response.received += got;
    if (exchange.wanted) {
      exchange.dropped = true;
      continue;
    }
    try {
      if (request.sink != nullptr) request.sink->write(View(room).first(got));
      if (request.progress && !request.progress(exchange.response.received, exchange.total)) exchange.wanted = true;
    } catch (...) {
      exchange.failure = std::current_exception();
      exchange.wanted = true;
    }
    // Not only between packets: some cameras send a whole object as one.
    if (exchange.wanted && !exchange.cancelled) co_await send_cancel(exchange);
  }
}

// Both connections get it; whatever comes until the response is dropped.
void Connection::put_cancel(Exchange& exchange) {
  exchange.wanted = exchange.cancelled = true;
  Message message;
  message.kind = Kind::cancel;
  message.transaction_id = exchange.transaction_id;
  if (events_) events_->send(message);
  limit_->start(*link_, options_.timeouts.cancel, fmt::format("no response to the Cancel of {}", exchange.name), true);
  link_->put(message);
}

Task<> Connection::send_cancel(Exchange& exchange) {
  put_cancel(exchange);
  co_await link_->flush();
}

void Connection::cancel() {
  if (exchange_ == nullptr || exchange_->wanted) return;
  exchange_->wanted = true;
  if (exchange_->sending || exchange_->responded) return;  // the sender looks between two packets
  put_cancel(*exchange_);
  transport::spawn(io_, link_->flush(), [link = link_](const std::exception_ptr&) {});  // a failure shows in receive
}

void Connection::interrupt() {
  interrupted_ = true;
  cancel();
  if (events_) events_->interrupt();
}

void Connection::resume() {
  interrupted_ = false;
  if (events_) events_->resume();
}

Task<Message> Connection::next(const Exchange& exchange) {
  const auto message = co_await link_->receive();
  if (!message) violation(fmt::format("during {}, {}", exchange.name, message.error().to_string()), link_->unread());
  co_return *message;
}

bool Connection::put_up_with(Exchange& exchange, const Message& message) {
  if (++exchange.strays > most_strays) return false;
  switch (message.kind) {
    case Kind::event: {
      remark("an event came on the command connection");
      Event event;
      event.code = message.code;
      event.transaction_id = message.transaction_id;
      event.count = std::min<u8>(message.count, 3);
      std::copy_n(message.params.begin(), 3, event.params.begin());
      if (events_) events_->add(event);
      return true;
    }
    case Kind::probe_request:
      remark("a ProbeRequest came on the command connection");
      return true;
    case Kind::probe_response:
      return true;
    default:
      return false;
  }
}

// What the counts and codes come to, once the response is there and the connection in step.
void Connection::conclude(const Exchange& exchange) {
  if (exchange.failure) std::rethrow_exception(exchange.failure);
  const Response& response = exchange.response;
  const auto code = static_cast<ResponseCode>(response.code);
  if (exchange.dropped || (exchange.cancelled && code == ResponseCode::TransactionCanceled))
    throw Problem(Trouble::cancelled, fmt::format("{} was cancelled", exchange.name), code);
  if (!response.ok() || !response.data) return;
  if (exchange.total != unknown_size && response.received != exchange.total)
    violation(
        fmt::format("{} sent {} bytes of data and announced {}", exchange.name, response.received, exchange.total));
  if (!exchange.ended) remark(fmt::format("the data of {} ended without EndData", exchange.name));
}

}  // namespace stuntcam::initiator
