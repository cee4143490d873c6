#include "pcap/recorded_talk.h"

#include <fmt/format.h>

#include <algorithm>

#include "ptp/datasets.h"

namespace stuntcam::pcap {
namespace {

using ptp::Kind;

std::string parameters(const ptp::Message& message) {
  std::string text;
  for (std::size_t i = 0; i < message.count; ++i)
    fmt::format_to(std::back_inserter(text), "{}0x{:x}", i ? ", " : "", message.params[i]);
  return text;
}

}  // namespace

std::string RecordedTalk::head(bool sent, const ptp::Message& message) {
  conversation_.head(sent, message);
  learn(sent, message);
  if (message.kind == Kind::operation_request) body_ = 0;
  return describe(sent, message);
}

std::size_t RecordedTalk::payload(bool sent, View bytes) {
  conversation_.payload(sent, bytes);
  const u64 kept = cut_.value_or(unknown_size);
  const u64 before = body_;
  body_ += bytes.size();
  return body_ <= kept ? 0 : static_cast<std::size_t>(body_ - std::max(before, kept));
}

// Whose codes they are.
void RecordedTalk::learn(bool sent, const ptp::Message& message) {
  const auto transaction = conversation_.transaction(sent);
  if (vendor_ != ptp::Vendor::none || message.kind != Kind::operation_response || !transaction) return;
  const bool tells = transaction->request.code == static_cast<u16>(ptp::OperationCode::GetDeviceInfo);
  if (!tells || !transaction->data || !transaction->data->whole()) return;
  const auto info = ptp::decode<ptp::DeviceInfo>(transaction->data->kept);
  if (info) vendor_ = ptp::vendor_of(info->vendor_extension_id, info->manufacturer);
}

std::string RecordedTalk::describe(bool sent, const ptp::Message& message) const {
  const auto transaction = conversation_.transaction(sent);
  const auto operation =
      transaction ? ptp::to_string(static_cast<ptp::OperationCode>(transaction->request.code), vendor_) : "?";
  switch (message.kind) {
    case Kind::operation_request:
      return fmt::format("{}({})", operation, parameters(message));
    case Kind::operation_response:
      return fmt::format("{} -> {}({})", operation,
                         ptp::to_string(static_cast<ptp::ResponseCode>(message.code), vendor_), parameters(message));
    case Kind::event:
      return fmt::format("{}({})", ptp::to_string(static_cast<ptp::EventCode>(message.code), vendor_),
                         parameters(message));
    case Kind::data:
      return fmt::format("{} of {}", packet_name(message), operation);
    case Kind::raw:
      return "bytes sent on purpose that are no packet";
    default:
      return std::string(packet_name(message));
  }
}

}  // namespace stuntcam::pcap
