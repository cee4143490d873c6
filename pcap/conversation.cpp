#include "pcap/conversation.h"

#include <algorithm>

#include "pcap/data_set.h"
#include "ptp/packets.h"

namespace stuntcam::pcap {
namespace {

using ptp::Kind;

std::size_t limit(const Transaction& transaction) {
  const auto code = static_cast<ptp::OperationCode>(transaction.request.code);
  return carries_data_set(code) ? max_data_set : max_excerpt;
}

ptp::Message without_wire(ptp::Message message) {
  message.wire = {};
  return message;
}

}  // namespace

std::string_view name(Channel channel) {
  switch (channel) {
    case Channel::command:
      return "command";
    case Channel::event:
      return "event";
    case Channel::live_view:
      return "live_view";
    case Channel::unknown:
      break;
  }
  return "?";
}

std::string_view packet_name(const ptp::Message& message) {
  using ptp::PacketType;
  switch (message.kind) {
    case Kind::init_command_request:
      return ptp::name(PacketType::init_command_request);
    case Kind::init_command_ack:
      return ptp::name(PacketType::init_command_ack);
    case Kind::init_event_request:
      return ptp::name(PacketType::init_event_request);
    case Kind::init_event_ack:
      return ptp::name(PacketType::init_event_ack);
    case Kind::init_fail:
      return ptp::name(PacketType::init_fail);
    case Kind::operation_request:
      return ptp::name(PacketType::operation_request);
    case Kind::operation_response:
      return ptp::name(PacketType::operation_response);
    case Kind::event:
      return ptp::name(PacketType::event);
    case Kind::data:
      if (message.first && message.last) return ptp::name(PacketType::data);
      return ptp::name(message.first ? PacketType::start_data : message.last ? PacketType::end_data : PacketType::data);
    case Kind::cancel:
      return ptp::name(PacketType::cancel);
    case Kind::probe_request:
      return ptp::name(PacketType::probe_request);
    case Kind::probe_response:
      return ptp::name(PacketType::probe_response);
    case Kind::goodbye:
      return "Goodbye";
    case Kind::raw:
      return "Raw";
    case Kind::unknown:
      break;
  }
  return "Unknown";
}

void Conversation::head(bool sent, const ptp::Message& message) {
  last_[sent] = without_wire(message);
  at_[sent].reset();
  switch (message.kind) {
    case Kind::init_command_request:
      channel_ = Channel::command;
      break;
    case Kind::init_event_request:
      channel_ = Channel::event;
      break;
    case Kind::operation_request:
      request(last_[sent]);
      break;
    // In dialects without a handshake on the other connections, what the camera sends first says what they are.
    case Kind::event:
      if (channel_ == Channel::unknown) channel_ = Channel::event;
      break;
    case Kind::data:
      if (channel_ == Channel::unknown && sent) channel_ = Channel::live_view;
      data(sent, last_[sent]);
      break;
    case Kind::operation_response:
      response(last_[sent]);
      break;
    default:
      break;
  }
}

void Conversation::request(const ptp::Message& message) {
  if (outstanding_.size() == max_outstanding) outstanding_.pop_front();
  outstanding_.push_back(std::make_shared<Transaction>(Transaction{message, {}, {}}));
  at_[0] = outstanding_.back();
}

// Ids of initiators can't be trusted to find the transaction: clients send constants in data packets (docs/clients.md),
// so what the initiator sends belongs to the request it sent last, or to the one that was answered early.
void Conversation::data(bool sent, const ptp::Message& message) {
  auto& at = at_[sent];
  if (outstanding_.empty())
    at = answered_;
  else
    at = sent ? answer_to(message) : outstanding_.back();
  if (!at) return;
  auto& phase = at->data;
  if (!phase || (message.first && !phase->complete))
    phase = DataPhase{.sent = sent, .announced = message.first ? message.total : unknown_size, .kept = {}};
}

// The responder answers in order, so what it sends under an id that nobody asked with belongs to the oldest.
std::shared_ptr<Transaction> Conversation::answer_to(const ptp::Message& message) {
  const auto named = std::ranges::find_if(
      outstanding_, [&](const auto& one) { return one->request.transaction_id == message.transaction_id; });
  if (named != outstanding_.end()) {
    missed_ = false;
    return *named;
  }
  return missed_ || outstanding_.empty() ? nullptr : outstanding_.front();
}

DataPhase* Conversation::phase(bool sent) {
  const auto& at = at_[sent];
  if (!at) return nullptr;
  auto& data = at->data;
  return data && data->sent == sent && !data->complete ? &*data : nullptr;
}

void Conversation::payload(bool sent, View bytes) {
  auto* data = phase(sent);
  if (!data) return;
  data->size += bytes.size();
  const auto room = limit(*at_[sent]) - data->kept.size();
  const auto taken = bytes.first(std::min(room, bytes.size()));
  data->kept.insert(data->kept.end(), taken.begin(), taken.end());
}

void Conversation::frame_ended(bool sent) {
  auto* data = phase(sent);
  if (data && last_[sent].last) data->complete = true;
}

// In a capture with gaps, the requests before it were never answered.
void Conversation::response(const ptp::Message& message) {
  const auto asked = answer_to(message);
  if (!asked) return;
  asked->response = message;
  answered_ = at_[1] = asked;
  outstanding_.erase(outstanding_.begin(), std::ranges::find(outstanding_, asked) + 1);
}

}  // namespace stuntcam::pcap
