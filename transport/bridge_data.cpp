// Data phases through a bridge, and their Cancel.
#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "transport/bridge.h"
#include "transport/send_body.h"

namespace stuntcam::transport {

using ptp::Kind;
using ptp::Message;

namespace {

// Objects that came as one frame and go on in packets are cut like a camera's own (docs/protocol.md §1.4).
constexpr u64 packet_size = 1 << 20;

}  // namespace

Task<> Bridge::to_client(Exchange& exchange, Message data) {
  if (line_->share) data.transaction_id = exchange.client_id;
  if (client_.framing().one_frame() == camera_.framing().one_frame()) {
    data.wire = {};
    client_.put(data);
    co_await stream_to_client(exchange, data.size);
    co_return;
  }
  // One frame of the camera, in packets.
  if (data.size == unknown_size)
    fail("it sends data of unknown length, which this dialect can't carry: serve it without --as");
  const u64 total = data.size;
  const u64 largest = total <= core_.options.data_packet ? total : packet_size;
  data.wire = {};
  data.last = false;
  data.total = total;
  data.size = 0;
  client_.put(data);
  data.first = false;
  for (u64 offset = 0; !data.last; offset += data.size) {
    data.size = std::min(largest, total - offset);
    data.last = offset + data.size == total;
    client_.put(data);
    co_await stream_to_client(exchange, data.size);
  }
}

Task<> Bridge::stream_to_client(Exchange& exchange, u64 size) {
  const Room room = transfer_buffer(buffer_, size);
  u64 left = size;
  while (left != 0) {
    const Room piece = room.first(static_cast<std::size_t>(std::min<u64>(room.size(), left)));
    const std::size_t got = co_await read_camera(piece);
    // A camera that stopped in the middle: the frame was promised, what follows tells the client.
    if (got == 0) break;
    left -= got;
    const Payload payload(View(piece).first(got));
    co_await client_.write(payload);
    co_await look_for_cancel(exchange);
  }
  if (left == 0) co_return;
  std::ranges::fill(room, u8{0});
  while (left != 0) {
    const View zeros = View(room).first(static_cast<std::size_t>(std::min<u64>(room.size(), left)));
    left -= zeros.size();
    const Payload payload(zeros);
    co_await client_.write(payload);
  }
}

Task<> Bridge::look_for_cancel(Exchange& exchange) {
  if (association_->dropped()) throw std::system_error(asio::error::make_error_code(asio::error::eof));
  if (exchange.cancelled) co_return;
  if (association_->cancelled(exchange.client_id)) {
    co_await cancel(exchange);
    co_return;
  }
  const bool something = !held_ && client_.pending();
  if (!something) co_return;
  const Message message = co_await receive_from_client();
  if (message.kind == Kind::cancel) {
    co_await cancel(exchange);
  } else if (message.kind == Kind::operation_request && !core_.options.strict) {
    hold(message);
  } else {
    stray(message);
  }
}

// Packets go on as they came; a camera that takes a data phase as one frame gets its head with the first of them.
Task<> Bridge::to_camera(Exchange& exchange, Message data) {
  core_.limit(client_, core_.options.stalled, "a transfer does not move");
  patience_->start(data_limit, fmt::format("it does not take the data of {}", exchange.name));
  const bool begins = !std::exchange(exchange.begun, true);
  Bytes value;
  if (begins && !data.first) value = begin_without_start(exchange, data);
  data.wire = {};
  data.code = exchange.request.code;
  data.transaction_id = exchange.request.transaction_id;
  if (begins && data.total == 0) data.last = true;  // some clients send no EndData then
  put_to_camera(data, begins);
  if (!value.empty()) co_await write_camera(value);
  const Room room = transfer_buffer(buffer_, data.size);
  for (;;) {
    const std::size_t got = co_await client_.read(room);
    if (got == 0) break;
    promised_ -= std::min<u64>(promised_, got);
    co_await write_camera(View(room).first(got));
  }
  if (!data.last) co_return;
  exchange.ended = true;
  co_await flush_camera();
  core_.limit(client_, {}, "");
  patience_->start(answer_limit, fmt::format("no response to {}", exchange.name));
}

// Data without StartData is all there is; one client has it right behind the header, without a transaction id
// (docs/clients.md §1).
Bytes Bridge::begin_without_start(const Exchange& exchange, Message& data) {
  constexpr std::size_t header = 8;
  const bool has_id = data.size != 0 && data.transaction_id == exchange.client_id;
  const View value = has_id || data.wire.size() < header ? View() : data.wire.subspan(header);
  data.total = data.size += value.size();
  data.last = true;
  return {value.begin(), value.end()};
}

void Bridge::put_to_camera(const Message& data, bool begins) {
  Message head = data;
  if (camera_.framing().one_frame()) {
    if (!begins) return;
    if (data.total == unknown_size) throw Misbehaved("a data phase of unknown length, which this camera can't be told");
    head.first = head.last = true;
    head.size = promised_ = data.total;
    camera_.put(head);
    return;
  }
  if (begins) {
    head.first = true;
    head.last = false;
    head.size = 0;
    camera_.put(head);
  }
  if (data.first && !data.last) return;
  head.first = false;
  head.last = data.last;
  head.size = promised_ = data.size;
  camera_.put(head);
}

Task<> Bridge::cancel(Exchange& exchange) {
  exchange.cancelled = true;
  core_.limit(client_, {}, "");
  patience_->start(cancel_limit, fmt::format("no response to the Cancel of {}", exchange.name));
  Message message;
  message.kind = Kind::cancel;
  message.transaction_id = exchange.request.transaction_id;
  if (line_->events) {
    line_->events->put(message);
    std::exception_ptr failure;
    try {
      co_await line_->events->flush();
    } catch (const std::system_error&) {
      failure = std::current_exception();
    }
    if (failure) lost(failure);
  }
  camera_.put(message);
  co_await flush_camera();
}

}  // namespace stuntcam::transport
