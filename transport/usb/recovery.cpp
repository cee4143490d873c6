// Cancel, stalls, and the way back into step: drain, clear the halts, class reset, reset of the port (docs/usb.md).
#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "ptp/codes.h"
#include "transport/usb/device.h"
#include "transport/wait.h"

namespace stuntcam::transport::usb {

using ptp::Kind;
using ptp::Message;
using ptp::ResponseCode;

namespace {

constexpr Duration control_limit = std::chrono::seconds(2);
// A camera that was cancelled tidies up, and says DeviceBusy for so long.
constexpr Duration idle_limit = std::chrono::seconds(5), poll_interval = std::chrono::milliseconds(50);
// What was on its way when a transaction ended comes within this, or not at all.
constexpr Duration quiet = std::chrono::milliseconds(100);
// A camera that goes on sending after all that.
constexpr Duration drain_limit = std::chrono::seconds(3);
// For the session that a reset has closed.
constexpr Duration reopen_limit = std::chrono::seconds(2);
constexpr std::size_t drain_size = 64 << 10, status_size = 32;

constexpr u16 ok = static_cast<u16>(ResponseCode::OK), busy = static_cast<u16>(ResponseCode::DeviceBusy);
constexpr u16 cancelled = static_cast<u16>(ResponseCode::TransactionCanceled);

}  // namespace

template <class T>
Device::Awaited<T> Device::await_answer() {
  auto answer = std::make_shared<std::optional<T>>();
  return {answer, [answer, weak = weak_from_this()](T value) {
            *answer = std::move(value);
            if (const auto self = weak.lock()) self->changed.raise();
          }};
}

Task<Transfer> Device::control(u8 request, bool in, Bytes data) {
  const auto awaited = await_answer<Transfer>();
  pipe_->control({request, in, 0}, std::move(data), control_limit, awaited.done);
  while (!*awaited.answer && !gone_) co_await changed.wait();
  Transfer transfer;
  transfer.status = Status::gone;
  if (*awaited.answer) transfer = *std::move(*awaited.answer);
  if (transfer.status == Status::gone) lose();
  co_return transfer;
}

Task<Status> Device::clear_halt(Endpoint endpoint) {
  const auto awaited = await_answer<Status>();
  pipe_->clear_halt(endpoint, awaited.done);
  while (!*awaited.answer && !gone_) co_await changed.wait();
  const Status status = awaited.answer->value_or(Status::gone);
  if (status == Status::gone) lose();
  co_return status;
}

// None: the camera does not know the request, or answers it with nothing.
Task<std::optional<DeviceStatus>> Device::status() {
  Bytes room(status_size);
  const Transfer transfer = co_await control(device_status, true, std::move(room));
  if (transfer.status != Status::ok) co_return std::nullopt;
  co_return decode_status(View(transfer.buffer).first(std::min(transfer.size, transfer.buffer.size())));
}

// Asks until the camera has tidied up, clearing what it says is halted. Not asking leaves some for dead.
Task<bool> Device::until_idle() {
  const Duration due = clock_.now() + idle_limit;
  for (;;) {
    const auto said = co_await status();
    if (gone_ || !said) co_return !gone_;
    for (const u8 address : said->halted) {
      if (address == interface().bulk_in) co_await clear_halt(Endpoint::bulk_in);
      if (address == interface().bulk_out) co_await clear_halt(Endpoint::bulk_out);
    }
    if (said->code != busy) co_return said->code == ok || said->code == cancelled;
    if (clock_.now() >= due) co_return false;
    co_await wait(io_, clock_, poll_interval);
  }
}

Task<> Device::stop_reading() {
  if (!in_flight_.empty()) pipe_->cancel(Endpoint::bulk_in);
  while (!in_flight_.empty() && !gone_) co_await changed.wait();
}

// Reads what was on its way, until it is quiet. A response to the transaction under way may be among it.
Task<std::optional<Message>> Device::drain(Duration silence) {
  std::optional<Message> found;
  const Duration due = clock_.now() + drain_limit;
  while (!gone_ && clock_.now() < due) {
    while (!arrivals_.empty()) {
      const bool response = arrivals_.front().status == Status::ok && looks_like_response(arrivals_.front());
      if (response) {
        const auto decoded = containers_.decode(arrivals_.front().rest());
        if (decoded) found = *decoded;
      }
      const bool failed = arrivals_.front().status != Status::ok && arrivals_.front().status != Status::overflow;
      drop_arrival();
      if (failed) co_return found;
    }
    if (found) break;
    ask(drain_size);
    const auto late = std::make_shared<bool>(false);
    clock_.after(silence, [weak = weak_from_this(), late] {
      *late = true;
      if (const auto self = weak.lock()) self->changed.raise();
    });
    while (!in_flight_.empty() && !*late && !gone_) co_await changed.wait();
    if (!*late) continue;
    co_await stop_reading();
    if (arrivals_.empty()) break;
  }
  co_await stop_reading();
  co_return found;
}

void Device::conclude(u16 code) {
  in_data_ = between_frames_ = asked_ = sending_ = out_last_ = under_way_ = false;
  data_left_ = frame_left_ = out_left_ = 0;
  out_.clear();
  out_failed_.reset();
  while (!arrivals_.empty()) drop_arrival();
  stale_ = true;
  busy_ = false;
  if (!gone_) {
    Message response;
    response.kind = Kind::operation_response;
    response.code = code;
    said_.clear();
    said_.push_back(respond(response));
  }
  changed.raise();
}

// No response container comes: it is up to us to say that the transaction was cancelled.
Task<> Device::cancel_transaction() {
  while (busy_) co_await changed.wait();
  if (!under_way_) co_return;  // the response was faster
  busy_ = true;
  pipe_->cancel(Endpoint::bulk_out);
  while (out_in_flight_ != 0 && !gone_) co_await changed.wait();
  co_await stop_reading();
  Bytes request = encode_cancel(request_.transaction_id);
  co_await control(cancel_request, false, std::move(request));
  const bool idle = co_await until_idle();
  co_await drain(quiet);
  if (!idle && !gone_) {
    log("it does not become idle after a cancel; if that happens again, switch it off and on");
    co_await reset();
  }
  conclude(cancelled);
}

// An endpoint has halted, or a transfer failed: this transaction is lost, the next one must not be.
Task<> Device::recover(Status why) {
  while (busy_) co_await changed.wait();
  if (gone_) co_return;
  busy_ = true;
  u16 code = static_cast<u16>(ResponseCode::GeneralError);
  pipe_->cancel(Endpoint::bulk_out);
  while (out_in_flight_ != 0 && !gone_) co_await changed.wait();
  co_await stop_reading();
  const auto said = co_await status();
  if (said && said->code == cancelled) code = cancelled;
  if (!said || said->halted.empty()) {
    co_await clear_halt(Endpoint::bulk_in);
    co_await clear_halt(Endpoint::bulk_out);
  }
  const bool idle = co_await until_idle();
  const auto response = co_await drain(quiet);
  if (response) code = response->code;  // some say why after all
  if (why != Status::stalled)
    log(fmt::format("a transfer of operation 0x{:04X} failed: try another cable, or another port", request_.code));
  if (!gone_ && (!idle || (why != Status::stalled && !response))) co_await reset();
  conclude(code);
}

// The last rungs of the ladder.
Task<> Device::reset() {
  log("resetting it; if that does not help, switch it off and on");
  co_await clear_halt(Endpoint::bulk_in);
  co_await clear_halt(Endpoint::bulk_out);
  const Transfer asked = co_await control(device_reset, false, {});
  bool idle = asked.status == Status::ok;
  if (idle) idle = co_await until_idle();
  if (!idle && !gone_) co_await reset_port();
  if (session_ && !gone_) co_await reopen(*session_);
}

Task<> Device::reset_port() {
  co_await stop_events();
  const auto awaited = await_answer<Status>();
  pipe_->reset(awaited.done);
  while (!*awaited.answer && !gone_) co_await changed.wait();
  if (*awaited.answer != Status::ok) lose();
  deaf_ = false;
  listen();
}

// Whoever opened the session knows nothing of the reset. One that is still open, the camera says so.
Task<> Device::reopen(Message session) {
  const Message interrupted = std::exchange(request_, session);
  Bytes command;
  containers_.encode(request_, command);
  const auto awaited = await_answer<Transfer>();
  pipe_->bulk_out(std::move(command), true, reopen_limit, awaited.done);
  while (!*awaited.answer && !gone_) co_await changed.wait();
  const bool sent = *awaited.answer && (*awaited.answer)->status == Status::ok;
  if (sent) co_await drain(reopen_limit);
  request_ = interrupted;
}

Task<> Device::restore() {
  while (busy_) co_await changed.wait();
  if (gone_) co_return;
  session_.reset();
  if (under_way_) co_await cancel_transaction();
  busy_ = true;
  co_await reset();
  conclude(cancelled);
  said_.clear();
}

}  // namespace stuntcam::transport::usb
