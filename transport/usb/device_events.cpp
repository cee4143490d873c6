// Events on the interrupt endpoint, in pieces if need be.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "transport/usb/device.h"

namespace stuntcam::transport::usb {

using ptp::Kind;
using ptp::Message;

namespace {

// Cameras lose events that nobody waits for: as many transfers as libgphoto2 keeps queued.
constexpr unsigned most_interrupts = 10;
constexpr unsigned most_failures = 5;  // in a row
constexpr std::size_t header_size = 12, longest_event = header_size + 12;
constexpr std::size_t longest_container = 64 << 10;  // a length beyond it is none
constexpr std::size_t event_data_size = 512;
// Of those that nobody has taken yet the oldest go.
constexpr std::size_t most_events = 1024;

u32 u32_at(View bytes, std::size_t offset) {
  u32 value = 0;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

}  // namespace

// A buffer is one packet: an event that fills its packets ends without a short one, and would wait in a larger buffer
// for the next.
void Device::listen() {
  if (interface().interrupt_in == 0) return;
  while (interrupts_ < most_interrupts && !gone_ && !deaf_) {
    ++interrupts_;
    pipe_->interrupt_in(Bytes(interface().interrupt_packet), [weak = weak_from_this()](Transfer transfer) {
      if (const auto self = weak.lock()) self->interrupted(std::move(transfer));
    });
  }
}

void Device::interrupted(Transfer transfer) {
  --interrupts_;
  changed.raise();
  switch (transfer.status) {
    case Status::gone:
      return lose();
    case Status::cancelled:
      return;
    case Status::ok:
    case Status::timed_out:
      event_failures_ = 0;
      take_event(View(transfer.buffer).first(std::min(transfer.size, transfer.buffer.size())));
      return listen();
    default:
      break;
  }
  if (++event_failures_ > most_failures) {
    if (event_failures_ == most_failures + 1) log("its events fail, and there will be none: plug it in again");
    return;
  }
  if (resuming_) return;
  resuming_ = true;
  spawn(io_, resume_events(), [](const std::exception_ptr&) {});
}

Task<> Device::resume_events() {
  const auto self = shared_from_this();
  co_await stop_events();
  if (!gone_) co_await clear_halt(Endpoint::interrupt_in);
  resuming_ = deaf_ = false;
  listen();
}

Task<> Device::stop_events() {
  deaf_ = true;
  if (interrupts_ != 0) pipe_->cancel(Endpoint::interrupt_in);
  while (interrupts_ != 0 && !gone_) co_await changed.wait();
  event_.clear();
  skip_ = 0;
}

namespace {

// A camera need not send the tail of an event that has to be asked for: does another one begin here?
bool begins_event(View bytes) {
  return bytes.size() >= 8 && u32_at(bytes, 0) >= header_size && u32_at(bytes, 0) <= longest_container &&
         bytes[4] == static_cast<u8>(ptp::ContainerType::event) && bytes[5] == 0;
}

}  // namespace

// Collects pieces until the length that the container announces is there.
void Device::take_event(View bytes) {
  if (begins_event(bytes)) skip_ = 0;
  const auto skipped = std::min(skip_, bytes.size());
  skip_ -= skipped;
  bytes = bytes.subspan(skipped);
  event_.insert(event_.end(), bytes.begin(), bytes.end());
  while (event_.size() >= header_size) {
    const std::size_t length = u32_at(event_, 0);
    const bool container = event_[4] == static_cast<u8>(ptp::ContainerType::event) && event_[5] == 0;
    if (!container || length < header_size || length > longest_container) {
      log("something on the interrupt endpoint is no event; it is dropped");
      return event_.clear();
    }
    const bool extended = length > longest_event;  // the rest is asked for
    const auto here = std::min(length, longest_event);
    if (event_.size() < here) return;
    Message message;
    message.kind = Kind::event;
    message.code = static_cast<u16>(event_[6] | event_[7] << 8);
    message.transaction_id = u32_at(event_, 8);
    message.count = static_cast<u8>((here - header_size) / 4);
    for (std::size_t i = 0; i < message.count; ++i) message.params[i] = u32_at(event_, header_size + 4 * i);
    const auto told = std::min(length, event_.size());
    event_.erase(event_.begin(), event_.begin() + static_cast<std::ptrdiff_t>(told));
    skip_ = length - told;
    if (extended)
      spawn(io_, fetch_extended_event(message), [](const std::exception_ptr&) {});
    else
      tell(message);
  }
}

Task<> Device::fetch_extended_event(Message message) {
  const auto self = shared_from_this();
  Bytes room(event_data_size);
  const Transfer transfer = co_await control(extended_event_data, true, std::move(room));
  if (transfer.status == Status::ok) {
    const auto event = decode_extended_event(View(transfer.buffer).first(std::min(transfer.size, event_data_size)));
    if (event && event->code == message.code) {
      message.transaction_id = event->transaction_id;
      message.count = std::min<u8>(event->count, 3);
      std::copy_n(event->params.begin(), 3, message.params.begin());
    }
  }
  tell(message);
}

void Device::tell(const Message& event) {
  if (listeners == 0) return;
  if (events.size() >= most_events) events.pop_front();
  events.push_back(event);
  changed.raise();
}

}  // namespace stuntcam::transport::usb
