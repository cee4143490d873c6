#include "ptp/packets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "ptp/reader.h"
#include "ptp/text.h"

namespace stuntcam::ptp {
namespace {

constexpr std::size_t header_size = 8;             // length, type
constexpr std::size_t data_head_size = 12;         // header, TransactionID
constexpr std::size_t start_data_size = 20;        // header, TransactionID, u64 total
constexpr std::size_t short_start_data_size = 16;  // with a u32 total: two clients in the wild (docs/clients.md §1)
constexpr std::size_t request_size = 18;           // without parameters
constexpr std::size_t response_size = 14;          // without parameters; events alike

template <class T>
T at(View bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

// The sizes that a packet of this type may have, data payload excluded.
struct Limits {
  std::size_t least, most;
};
Limits limits(PacketType type, bool strict) {
  switch (type) {
    case PacketType::init_command_request:
      return {header_size + 16, max_head};
    case PacketType::init_command_ack:
      return {header_size + 20, max_head};
    case PacketType::init_event_request:
    case PacketType::init_fail:
    case PacketType::cancel:
      return {12, 12};
    case PacketType::init_event_ack:
    case PacketType::probe_request:
    case PacketType::probe_response:
      return {header_size, header_size};
    case PacketType::operation_request:
      return {request_size, request_size + 20};
    case PacketType::operation_response:
      return {response_size, response_size + 20};
    case PacketType::event:
      return {response_size, response_size + (strict ? 12u : 20u)};
    case PacketType::start_data:
      return {strict ? start_data_size : short_start_data_size, start_data_size};
    case PacketType::data:
    case PacketType::end_data:
      return {strict ? data_head_size : header_size, 0xFFFFFFFF};
  }
  return {header_size, max_head};
}

std::optional<Kind> kind_of(PacketType type) {
  switch (type) {
    case PacketType::init_command_request:
      return Kind::init_command_request;
    case PacketType::init_command_ack:
      return Kind::init_command_ack;
    case PacketType::init_event_request:
      return Kind::init_event_request;
    case PacketType::init_event_ack:
      return Kind::init_event_ack;
    case PacketType::init_fail:
      return Kind::init_fail;
    case PacketType::operation_request:
      return Kind::operation_request;
    case PacketType::operation_response:
      return Kind::operation_response;
    case PacketType::event:
      return Kind::event;
    case PacketType::start_data:
    case PacketType::data:
    case PacketType::end_data:
      return Kind::data;
    case PacketType::cancel:
      return Kind::cancel;
    case PacketType::probe_request:
      return Kind::probe_request;
    case PacketType::probe_response:
      return Kind::probe_response;
  }
  return {};
}

// As many parameters as there are whole words behind `offset`.
void read_parameters(View head, std::size_t offset, Message& message) {
  const auto words = std::min<std::size_t>((head.size() - offset) / 4, message.params.size());
  for (std::size_t i = 0; i < words; ++i) message.params[i] = at<u32>(head, offset + 4 * i);
  message.count = static_cast<u8>(words);
}

void decode_data(View head, PacketType type, Message& message) {
  message.first = type == PacketType::start_data;
  message.last = type == PacketType::end_data;
  message.transaction_id = head.size() >= data_head_size ? at<u32>(head, 8) : 0;
  if (message.first) {
    message.total = head.size() >= start_data_size ? at<u64>(head, 12) : at<u32>(head, 12);
  } else {
    message.size = at<u32>(head, 0) - head.size();
  }
}

// The head of a message, put together before it is appended: one that is small is a good part of an operation's cost.
class Fields {
 public:
  template <class T>
  void integer(T value) {
    std::memcpy(bytes_.data() + size_, &value, sizeof value);
    size_ += sizeof value;
  }
  void append_to(Bytes& out) const {
    out.insert(out.end(), bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
  }

 private:
  std::array<u8, 64> bytes_;  // more than the largest head, a request with five parameters
  std::size_t size_ = 0;
};

}  // namespace

std::string_view name(PacketType type) {
  switch (type) {
    case PacketType::init_command_request:
      return "InitCommandRequest";
    case PacketType::init_command_ack:
      return "InitCommandAck";
    case PacketType::init_event_request:
      return "InitEventRequest";
    case PacketType::init_event_ack:
      return "InitEventAck";
    case PacketType::init_fail:
      return "InitFail";
    case PacketType::operation_request:
      return "OperationRequest";
    case PacketType::operation_response:
      return "OperationResponse";
    case PacketType::event:
      return "Event";
    case PacketType::start_data:
      return "StartData";
    case PacketType::data:
      return "Data";
    case PacketType::cancel:
      return "Cancel";
    case PacketType::end_data:
      return "EndData";
    case PacketType::probe_request:
      return "ProbeRequest";
    case PacketType::probe_response:
      return "ProbeResponse";
  }
  return {};
}

std::string to_string(const Guid& guid) { return fmt::format("{:02x}", fmt::join(guid, "")); }

Expected<Head> PacketFraming::head(View seen) const {
  if (seen.size() < header_size) return Head{.need = header_size};
  const auto length = at<u32>(seen, 0);
  const auto type = static_cast<PacketType>(at<u32>(seen, 4));
  const auto [least, most] = limits(type, strict_);
  if (length < least) return std::unexpected(Error{"Length", 0, "too short for this packet type"});
  if (length > most) return std::unexpected(Error{"Length", 0, "too long for this packet type"});
  if (type == PacketType::data || type == PacketType::end_data) {
    const auto size = std::min<std::size_t>(length, data_head_size);
    return Head{.size = size, .payload = length - size};
  }
  return Head{.size = length};
}

Expected<Message> PacketFraming::decode(View head) const {
  Message message;
  message.wire = head;
  const auto type = static_cast<PacketType>(at<u32>(head, 4));
  const auto kind = kind_of(type);
  if (!kind) {
    message.params[0] = at<u32>(head, 4);
    return message;
  }
  message.kind = *kind;
  switch (*kind) {
    case Kind::init_command_ack:
    case Kind::init_event_request:
    case Kind::init_fail:
      message.params[0] = at<u32>(head, 8);
      break;
    case Kind::operation_request:
      message.data_phase = at<u32>(head, 8);
      message.code = at<u16>(head, 12);
      message.transaction_id = at<u32>(head, 14);
      read_parameters(head, request_size, message);
      break;
    case Kind::operation_response:
    case Kind::event:
      message.code = at<u16>(head, 8);
      message.transaction_id = at<u32>(head, 10);
      read_parameters(head, response_size, message);
      break;
    case Kind::data:
      decode_data(head, type, message);
      break;
    case Kind::cancel:
      message.transaction_id = at<u32>(head, 8);
      break;
    default:
      break;
  }
  return message;
}

void PacketFraming::encode(const Message& message, Bytes& out) const {
  Fields fields;
  View behind;
  const auto header = [&](PacketType type, u64 length) {
    fields.integer(static_cast<u32>(length));
    fields.integer(static_cast<u32>(type));
  };
  const auto parameters = [&] {
    for (std::size_t i = 0; i < message.count; ++i) fields.integer(message.params[i]);
  };
  switch (message.kind) {
    case Kind::init_command_request:
      header(PacketType::init_command_request, header_size + message.wire.size());
      behind = message.wire;
      break;
    case Kind::init_command_ack:
      header(PacketType::init_command_ack, header_size + 4 + message.wire.size());
      fields.integer(message.params[0]);
      behind = message.wire;
      break;
    case Kind::init_event_request:
      header(PacketType::init_event_request, 12);
      fields.integer(message.params[0]);
      break;
    case Kind::init_event_ack:
      header(PacketType::init_event_ack, header_size);
      break;
    case Kind::init_fail:
      header(PacketType::init_fail, 12);
      fields.integer(message.params[0]);
      break;
    case Kind::operation_request:
      header(PacketType::operation_request, request_size + std::size_t{4} * message.count);
      fields.integer(message.data_phase);
      fields.integer(message.code);
      fields.integer(message.transaction_id);
      parameters();
      break;
    case Kind::operation_response:
    case Kind::event:
      header(message.kind == Kind::event ? PacketType::event : PacketType::operation_response,
             response_size + std::size_t{4} * message.count);
      fields.integer(message.code);
      fields.integer(message.transaction_id);
      parameters();
      break;
    case Kind::data:
      if (message.first) {
        header(PacketType::start_data, start_data_size);
        fields.integer(message.transaction_id);
        fields.integer(message.total);
      }
      if (!message.first || message.last) {
        header(message.last ? PacketType::end_data : PacketType::data, data_head_size + message.size);
        fields.integer(message.transaction_id);
      }
      break;
    case Kind::cancel:
      header(PacketType::cancel, 12);
      fields.integer(message.transaction_id);
      break;
    case Kind::probe_request:
      header(PacketType::probe_request, header_size);
      break;
    case Kind::probe_response:
      header(PacketType::probe_response, header_size);
      break;
    case Kind::raw:
      behind = message.wire;
      break;
    case Kind::goodbye:
    case Kind::unknown:
      break;  // nothing of this framing
  }
  fields.append_to(out);
  if (!behind.empty()) out.insert(out.end(), behind.begin(), behind.end());
}

View identity_body(const Message& message) {
  const bool word_first = message.kind == Kind::init_command_ack || message.params[0] != 0;
  const std::size_t fixed = word_first ? header_size + 4 : header_size;
  return message.wire.size() > fixed ? message.wire.subspan(fixed) : View{};
}

}  // namespace stuntcam::ptp
