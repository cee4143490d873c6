// What a bridge asks a camera for itself: opening and closing in the camera's dialect, and what a client left behind.
#include <algorithm>
#include <system_error>

#include "transport/bridge.h"
#include "transport/relay.h"
#include "transport/send_body.h"
#include "transport/spawn.h"

namespace stuntcam::transport {

using ptp::Kind;
using ptp::Message;
using ptp::OperationCode;
using ptp::ResponseCode;

namespace {

// CloseSession and what belongs to it.
constexpr Duration closing_limit = std::chrono::seconds(5);
// Of a packet that a vanished client left unfinished: more than this is given up with the connection.
constexpr u64 most_padding = 1 << 20;
// What the bridge itself asks for is never longer.
constexpr std::size_t most_own_data = 64 << 10;

}  // namespace

Message plain_request(OperationCode code, u32 transaction_id) {
  Message message;
  message.kind = Kind::operation_request;
  message.code = static_cast<u16>(code);
  message.transaction_id = transaction_id;
  message.data_phase = 1;
  return message;
}

Task<Message> Bridge::ask(Message request, Bytes* data, std::optional<u16> value) {
  camera_.put(request);
  if (value) {
    Message frame = request;
    frame.kind = Kind::data;
    frame.first = true;
    frame.total = 2;
    frame.last = camera_.framing().one_frame();
    frame.size = frame.last ? 2 : 0;
    camera_.put(frame);
    if (!frame.last) {
      frame.first = false;
      frame.last = true;
      frame.size = 2;
      camera_.put(frame);
    }
    const u8 bytes[] = {static_cast<u8>(*value), static_cast<u8>(*value >> 8)};
    co_await write_camera(bytes);
  }
  co_await flush_camera();
  for (;;) {
    const Message message = co_await receive_from_camera();
    if (message.kind == Kind::operation_response) co_return message;
    if (message.kind != Kind::data || data == nullptr) continue;  // the link drops the payload
    const Room room = transfer_buffer(buffer_, message.size);
    for (;;) {
      const std::size_t got = co_await read_camera(room);
      if (got == 0) break;
      const auto kept = std::min(got, most_own_data - std::min(most_own_data, data->size()));
      data->insert(data->end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(kept));
    }
  }
}

// What an initiator of the camera's dialect does before everything else, and this client knows nothing of.
Task<> Bridge::open_for_standard_client() {
  if (line_->dialect->opening.empty()) co_return;
  for (const OpeningStep& step : line_->dialect->opening) {
    if (step.act == OpeningStep::Act::operation) {
      const Message plain = plain_request(static_cast<OperationCode>(step.code), ++last_transaction_);
      co_await ask(plain);
      continue;
    }
    u16 value = step.value;
    if (step.act == OpeningStep::Act::echo) {
      Bytes current;
      Message get = plain_request(OperationCode::GetDevicePropValue, ++last_transaction_);
      get.count = 1;
      get.params[0] = step.code;
      co_await ask(get, &current);
      if (current.size() >= 2) value = static_cast<u16>(current[0] | current[1] << 8);
    }
    Message set = plain_request(OperationCode::SetDevicePropValue, ++last_transaction_);
    set.count = 1;
    set.params[0] = step.code;
    co_await ask(set, nullptr, value);
  }
  if (line_->events || !line_->dial_events) co_return;
  try {
    auto events = co_await line_->dial_events();
    line_->events = std::move(events);
  } catch (const std::system_error&) {
    co_return;  // a camera without events is one all the same
  }
  spawn(core_.io, pass_events_to(association_, line_->events), [](const std::exception_ptr&) {});
}

Task<bool> Bridge::close_session() {
  const auto& dialect = *line_->dialect;
  if (dialect.closing != 0) {
    const Message closing = plain_request(static_cast<OperationCode>(dialect.closing), ++last_transaction_);
    co_await ask(closing);
  }
  const Message close = plain_request(OperationCode::CloseSession, ++last_transaction_);
  const Message response = co_await ask(close);
  if (dialect.goodbye) {
    Message goodbye;
    goodbye.kind = Kind::goodbye;
    camera_.put(goodbye);
    co_await flush_camera();
  }
  co_return is(response, ResponseCode::OK) || is(response, ResponseCode::SessionNotOpen);
}

Task<bool> Bridge::leave() {
  Share* const share = line_->share.get();
  bool in_step = !broken_ && (share == nullptr || !share->broken);
  const bool last = share == nullptr || share->clients == 1;
  const bool opened = share == nullptr ? open_.has_value() : share->open;
  try {
    patience_->start(cancel_limit, "no response to a Cancel");
    if (promised_ > most_padding) in_step = false;
    if (in_step && promised_ != 0) {  // a camera on TCP takes nothing else before this packet is whole
      const Bytes zeros(static_cast<std::size_t>(promised_));
      co_await write_camera(zeros);
    }
    if (in_step && unfinished_) {
      Message message;
      message.kind = Kind::cancel;
      message.transaction_id = last_transaction_;
      if (line_->events) {
        line_->events->put(message);
        co_await line_->events->flush();
      }
      camera_.put(message);
      co_await flush_camera();
      for (bool responded = false; !responded;) {
        const Message got = co_await receive_from_camera();
        responded = got.kind == Kind::operation_response;
      }
    }
    patience_->start(closing_limit, "no answer to CloseSession");
    if (in_step && opened && last) in_step = co_await close_session();
  } catch (const std::exception&) {  // it was lost, or never answered
    in_step = false;
  }
  patience_->stop();
  if (unfinished_) give_way();
  co_return in_step;
}

}  // namespace stuntcam::transport
