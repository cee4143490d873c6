#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "pcap/talk.h"
#include "ptp/container.h"
#include "transport/usb/class_request.h"

namespace stuntcam::pcap {
namespace {

constexpr std::size_t header_size = 12;

template <class T>
T at(View bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.subspan(offset, sizeof value).data(), sizeof value);
  return value;
}

// A container such as begins a transfer there, and is whole in it unless it carries data.
bool begins(View bytes, bool to_host) {
  if (bytes.size() < header_size || !ptp::begins_container(bytes.first(header_size))) return false;
  const auto type = static_cast<ptp::ContainerType>(at<u16>(bytes, 4));
  const auto length = at<u32>(bytes, 0);
  if (type == ptp::ContainerType::data) return true;
  return length == bytes.size() && (type == ptp::ContainerType::command) != to_host;
}

}  // namespace

// Of a device with several interfaces, the endpoints that carry containers.
bool UsbTalk::takes(UsbPipes::Pipe pipe, const UsbTransfer& transfer) {
  auto& endpoint = endpoints_[pipe];
  if (endpoint) return *endpoint == transfer.endpoint;
  const bool fits =
      pipe == UsbPipes::events ? decided_ && transfer.data.size() >= 8 : begins(transfer.data, transfer.to_host());
  if (!fits || (pipe == UsbPipes::events && at<u16>(transfer.data, 4) != static_cast<u16>(ptp::ContainerType::event)))
    return false;
  endpoint = transfer.endpoint;
  decided_ = true;
  return true;
}

void UsbTalk::transfer(const UsbTransfer& transfer, Origin origin) {
  if (transfer.type == UsbTransfer::Type::control) return control(transfer, origin);
  if (transfer.type == UsbTransfer::Type::isochronous) return;
  const auto pipe = transfer.type == UsbTransfer::Type::interrupt ? UsbPipes::events
                    : transfer.to_host()                          ? UsbPipes::in
                                                                  : UsbPipes::out;
  if (pipe == UsbPipes::out && !transfer.submitted) return completed(transfer);
  if (!transfer.carries() || !takes(pipe, transfer)) return;
  if (pipe == UsbPipes::out && transfer.urb) return submitted(transfer, origin);
  if (pipe == UsbPipes::events && transfer.data.empty()) return;
  if (pipe == UsbPipes::in && !transfer.data.empty()) pass_all();  // the camera answers what it has
  pass(pipe, transfer.data, transfer.missing, origin);
}

// What a device refuses has not passed: a command on a halted endpoint comes again once the halt is cleared.
void UsbTalk::submitted(const UsbTransfer& transfer, Origin origin) {
  pending_.push_back({*transfer.urb, Bytes(transfer.data.begin(), transfer.data.end()), transfer.missing, origin});
  pending_bytes_ += transfer.data.size();
  while (pending_.size() > max_pending_urbs || pending_bytes_ > max_pending_bytes) pass_first();
}

void UsbTalk::completed(const UsbTransfer& transfer) {
  const auto found =
      std::ranges::find(pending_, transfer.urb, [](const Pending& one) { return std::optional(one.urb); });
  if (found == pending_.end()) return;
  for (auto before = found - pending_.begin(); before > 0; --before) pass_first();
  auto& one = pending_.front();
  if (transfer.status != 0) {
    const auto kept = static_cast<std::size_t>(std::min<u64>(one.data.size(), transfer.passed));
    pending_bytes_ -= one.data.size() - kept;
    one.data.resize(kept);
    one.missing = std::min(one.missing, transfer.passed - kept);
    if (transfer.passed == 0) return pending_.pop_front();
  }
  pass_first();
}

void UsbTalk::pass_first() {
  const auto one = std::move(pending_.front());
  pending_.pop_front();
  pending_bytes_ -= one.data.size();
  pass(UsbPipes::out, one.data, one.missing, one.origin);
}

void UsbTalk::pass_all() {
  while (!pending_.empty()) pass_first();
}

void UsbTalk::pass(UsbPipes::Pipe pipe, View data, u64 missing, Origin origin) {
  origin.pipe = pipe;
  origin.offset = passed_[pipe];
  sink_.placed(origin.frame, connection_, pipe, static_cast<i64>(origin.offset));
  passed_[pipe] += data.size() + missing;
  last_ = origin;
  if (missing > 0) {
    auto behind = origin;
    behind.offset += data.size();
    if (session_) tell_gap(pipe != UsbPipes::out, missing, behind);
  }
  pipes_.transfer(pipe, data, missing, origin);
}

// Cancel: the setup says so, and the six bytes behind it which transaction. They may come in a frame of their own.
void UsbTalk::control(const UsbTransfer& transfer, Origin origin) {
  if (!decided_ || !session_) return;
  pipes_.control(transfer.setup, origin);
  if (transfer.setup.size() == 8)
    cancelling_ =
        transfer.setup[0] == transport::usb::class_request_out && transfer.setup[1] == transport::usb::cancel_request;
  if (!cancelling_ || transfer.data.size() < 6) return;
  cancelling_ = false;
  ptp::Message message;
  message.kind = ptp::Kind::cancel;
  message.transaction_id = at<u32>(transfer.data, 2);
  sink_.packet(place(false, origin), message, transfer.data, address(false));
}

void UsbTalk::find_session(const ptp::Message& message, Origin origin) {
  const auto code = static_cast<ptp::OperationCode>(message.code);
  const bool request = message.kind == ptp::Kind::operation_request;
  const bool again = request && opened_ && code == ptp::OperationCode::OpenSession;
  if (session_ && !again && !(request && over_)) return;
  auto next = sessions_.open("usb", "host", name_);
  if (session_) {
    next->dictionary = session_->dictionary;
    next->device = session_->device;
  }
  tell_all();
  opened_ = over_ = false;
  begin(std::move(next), origin);
}

void UsbTalk::answered(const ptp::Message& request, const ptp::Message& response) {
  if (static_cast<ptp::ResponseCode>(response.code) != ptp::ResponseCode::OK) return;
  const auto code = static_cast<ptp::OperationCode>(request.code);
  if (code == ptp::OperationCode::OpenSession) opened_ = true;
  if (code == ptp::OperationCode::CloseSession) over_ = true;
}

void UsbTalk::finish() {
  if (!decided_ || std::exchange(finished_, true)) return;
  pass_all();
  pipes_.end(last_);
  tell_all();
}

}  // namespace stuntcam::pcap
