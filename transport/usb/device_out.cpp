// What goes to the camera: a container in one transfer with its header, ended by a short packet (docs/usb.md).
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "transport/stream_link.h"
#include "transport/usb/device.h"

namespace stuntcam::transport::usb {

using ptp::Kind;
using ptp::Message;

namespace {

// A multiple of every packet size: only the last transfer of a data phase ends short.
constexpr std::size_t piece_size = 256 << 10;
constexpr unsigned most_in_flight = 4;
// For one transfer. A camera that writes to a slow card lets us wait.
constexpr Duration out_limit = std::chrono::seconds(20);

}  // namespace

void Device::put(const Message& message) {
  switch (message.kind) {
    case Kind::init_command_request: {  // there is no handshake: being plugged in is one
      Said ack;
      ack.message.kind = Kind::init_command_ack;
      ack.message.params[0] = 1;
      ack.body = ptp::encode_identity(identity());
      said_.push_back(std::move(ack));
      changed.raise();
      break;
    }
    case Kind::probe_request: {
      Said answer;
      answer.message.kind = Kind::probe_response;
      said_.push_back(std::move(answer));
      changed.raise();
      break;
    }
    case Kind::operation_request:
      request_ = message;
      request_.wire = {};
      command_.clear();
      containers_.encode(message, command_);
      command_waits_ = under_way_ = true;
      sending_ = out_last_ = false;
      out_failed_.reset();
      break;
    case Kind::data:
      put_data(message);
      break;
    case Kind::cancel:
      cancel_wanted_ = message.transaction_id == request_.transaction_id;
      break;
    default:
      break;
  }
}

// StartData becomes the container's header; of the packets behind it, only the last one's end matters.
void Device::put_data(const Message& message) {
  if (message.first) {
    out_.clear();
    Message head = message;
    head.code = request_.code;
    head.transaction_id = request_.transaction_id;
    containers_.encode(head, out_);
    sending_ = true;
    out_sent_ = 0;
  }
  out_last_ = message.last;
  out_left_ = message.size;
}

Task<> Device::write(Payload payload) {
  if (command_waits_) co_await send_command();
  u64 done = 0;
  while (done < payload.size && !out_failed_) {
    const auto room = piece_size - std::min(piece_size, out_.size());
    const auto want = static_cast<std::size_t>(std::min<u64>(payload.size - done, room));
    if (payload.descriptor < 0) {
      const View piece = payload.bytes.subspan(static_cast<std::size_t>(done), want);
      out_.insert(out_.end(), piece.begin(), piece.end());
      done += want;
    } else {
      const std::size_t before = out_.size();
      out_.resize(before + want);
      const ssize_t got =
          ::pread(payload.descriptor, out_.data() + before, want, static_cast<off_t>(payload.offset + done));
      out_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
      if (got <= 0) throw SourceFailed(done);
      done += static_cast<u64>(got);
    }
    if (out_.size() < piece_size) continue;
    Bytes piece;
    piece.swap(out_);
    co_await send(std::move(piece), false);
  }
  out_left_ -= std::min(out_left_, payload.size);
}

Task<> Device::flush() {
  if (command_waits_) co_await send_command();
  if (sending_ && out_last_ && out_left_ == 0) co_await end_of_data();
  if (cancel_wanted_) {
    cancel_wanted_ = false;
    co_await cancel_transaction();
  }
}

Task<> Device::send_command() {
  command_waits_ = false;
  while (busy_) co_await changed.wait();
  Bytes command;
  command.swap(command_);
  asked_ = false;
  strays_ = 0;
  while (!arrivals_.empty()) drop_arrival();
  // What an earlier transaction asked for in vain must be over, or it would take this one's answer unseen.
  co_await stop_reading();
  co_await send(std::move(command), true);
  co_await until_sent();
  if (request_.data_phase == 2 && !out_failed_) co_return;  // its answer comes behind the data
  asked_ = true;
  top_up();
  changed.raise();
}

Task<> Device::send(Bytes bytes, bool end) {
  while (out_in_flight_ >= most_in_flight && !gone_) co_await changed.wait();
  if (gone_) throw std::system_error(std::make_error_code(std::errc::no_such_device));
  if (out_failed_ || busy_) co_return;  // nobody wants it any more
  ++out_in_flight_;
  out_sent_ += bytes.size();
  pipe_->bulk_out(std::move(bytes), end, out_limit, [weak = weak_from_this(), end](Transfer transfer) {
    const auto self = weak.lock();
    if (!self) return;
    --self->out_in_flight_;
    self->moved_ += transfer.size;
    if (transfer.status == Status::gone) return self->lose();
    // Some cameras have all of the data, and stall on the empty packet behind it.
    const bool whole = end && transfer.status == Status::stalled && transfer.size == transfer.buffer.size();
    if (whole && !self->out_failed_)
      self->end_stalled_ = true;
    else if (transfer.status != Status::ok && transfer.status != Status::cancelled && !self->out_failed_)
      self->out_failed_ = transfer.status;
    self->changed.raise();
  });
}

// The last transfer ends with a short packet, which may have to be an empty one; also behind a length that nobody knew.
Task<> Device::end_of_data() {
  sending_ = false;
  Bytes rest;
  rest.swap(out_);
  const bool ended = rest.empty() && out_sent_ % interface().bulk_out_packet != 0;
  if (!ended) co_await send(std::move(rest), true);
  co_await until_sent();
  asked_ = true;
  top_up();
  changed.raise();
}

Task<> Device::until_sent() {
  while (out_in_flight_ != 0 && !gone_) co_await changed.wait();
  if (std::exchange(end_stalled_, false)) co_await clear_halt(Endpoint::bulk_out);
  if (gone_) throw std::system_error(std::make_error_code(std::errc::no_such_device));
}

}  // namespace stuntcam::transport::usb
