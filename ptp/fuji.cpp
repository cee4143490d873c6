#include "ptp/fuji.h"

#include <algorithm>
#include <cstring>

#include "ptp/container.h"
#include "ptp/text.h"
#include "ptp/writer.h"

namespace stuntcam::ptp {
namespace {

constexpr std::size_t init_header = 12;  // length, type, and a word: protocol version, connection number or reason
constexpr std::size_t container_header = 12;
constexpr std::size_t frame_header = 18;  // of a live-view frame: length, 0, counter, nine bytes nobody can explain
constexpr std::size_t guid_size = 16;
constexpr std::size_t most_parameters = 20;  // bytes
constexpr std::size_t event_size = 28;
constexpr u32 event_word = 1;  // between an event's code and its TransactionID, in every event seen
constexpr std::size_t goodbye_size = 8;
constexpr u32 goodbye_type = 0xFFFFFFFF;
constexpr u32 unknown_length = 0xFFFFFFFF;
// Type and code in one: the init packets are the containers without a code.
constexpr u32 frame_type = 0, request_type = 1, ack_type = 2, fail_type = 5;

template <class T>
T at(View bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::unexpected<Error> bad_length(std::string_view problem) { return std::unexpected(Error{"Length", 0, problem}); }

// The containers: what has a code.
Expected<Head> container_head(u32 length, u16 type) {
  switch (static_cast<ContainerType>(type)) {
    case ContainerType::data:
      if (length == unknown_length) return bad_length("unknown, where only the length tells the end");
      return Head{.size = container_header, .payload = length - container_header};
    case ContainerType::event:
      if (length == event_size) break;
      [[fallthrough]];
    case ContainerType::command:
    case ContainerType::response:
      if (length > container_header + most_parameters) return bad_length("more than five parameters");
      break;
    default:
      return std::unexpected(Error{"Type", 4, "none of command, data, response, event"});
  }
  return Head{.size = length};
}

void read_parameters(View head, std::size_t offset, Message& message) {
  message.count = static_cast<u8>(std::min<std::size_t>((head.size() - offset) / 4, message.params.size()));
  for (std::size_t i = 0; i < message.count; ++i) message.params[i] = at<u32>(head, offset + 4 * i);
}

void decode_event(View head, Message& message) {
  message.kind = Kind::event;
  const bool long_form = head.size() == event_size;
  message.transaction_id = at<u32>(head, long_form ? 12 : 8);
  read_parameters(head, long_form ? 16 : container_header, message);
}

Message decode_container(View head) {
  Message message;
  message.wire = head;
  message.code = at<u16>(head, 6);
  message.transaction_id = at<u32>(head, 8);
  switch (static_cast<ContainerType>(at<u16>(head, 4))) {
    case ContainerType::data:
      message.kind = Kind::data;
      message.first = message.last = true;
      message.size = message.total = at<u32>(head, 0) - container_header;
      break;
    case ContainerType::command:
      message.kind = Kind::operation_request;
      read_parameters(head, container_header, message);
      break;
    case ContainerType::response:
      message.kind = Kind::operation_response;
      read_parameters(head, container_header, message);
      break;
    case ContainerType::event:
      decode_event(head, message);
      break;
  }
  return message;
}

}  // namespace

Bytes encode_fuji_identity(const Identity& identity, std::size_t name_size) {
  Bytes out(identity.guid.begin(), identity.guid.end());
  Writer writer(out);
  const std::size_t end = guid_size + name_size;
  for (const char16_t unit : utf16_from_utf8(identity.name)) {
    if (out.size() + 4 > end) break;
    writer.integer(static_cast<u16>(unit));
  }
  out.resize(end);
  return out;
}

Expected<Head> FujiFraming::head(View seen) const {
  if (seen.size() < goodbye_size) return Head{.need = goodbye_size};
  const auto length = at<u32>(seen, 0);
  const auto type = at<u32>(seen, 4);
  if (type == goodbye_type && length == goodbye_size) return Head{.size = goodbye_size};
  if (length < container_header) return bad_length("shorter than any packet of this dialect");
  switch (type) {
    case request_type:
    case ack_type:
      if (length < init_header + guid_size) return bad_length("too short for an init packet");
      if (length > max_head) return bad_length("too long for an init packet");
      return Head{.size = length};
    case fail_type:
      if (length != init_header) return bad_length("InitFail has 12 bytes");
      return Head{.size = length};
    case frame_type:
      if (length < frame_header) return bad_length("too short for a live-view frame");
      return Head{.size = frame_header, .payload = length - frame_header};
    default:
      return container_head(length, at<u16>(seen, 4));
  }
}

Expected<Message> FujiFraming::decode(View head) const {
  Message message;
  message.wire = head;
  if (head.size() == goodbye_size) {
    message.kind = Kind::goodbye;
    return message;
  }
  switch (at<u32>(head, 4)) {
    case request_type:
      message.kind = Kind::init_command_request;
      break;
    case ack_type:
      message.kind = Kind::init_command_ack;
      break;
    case fail_type:
      message.kind = Kind::init_fail;
      break;
    case frame_type:
      message.kind = Kind::data;
      message.first = message.last = true;
      message.transaction_id = head[8];
      message.size = message.total = at<u32>(head, 0) - frame_header;
      return message;
    default:
      return decode_container(head);
  }
  message.params[0] = at<u32>(head, 8);
  return message;
}

void FujiFraming::encode(const Message& message, Bytes& out) const {
  Writer writer(out);
  const auto init = [&](u32 type) {
    writer.integer(static_cast<u32>(init_header + message.wire.size()));
    writer.integer(type);
    writer.integer(message.params[0]);
    writer.bytes(message.wire);
  };
  const auto container = [&](ContainerType type, u64 length) {
    writer.integer(static_cast<u32>(length));
    writer.integer(static_cast<u16>(type));
    writer.integer(message.code);
  };
  const auto with_parameters = [&](ContainerType type) {
    container(type, container_header + 4u * message.count);
    writer.integer(message.transaction_id);
    for (std::size_t i = 0; i < message.count; ++i) writer.integer(message.params[i]);
  };
  switch (message.kind) {
    case Kind::init_command_request:
      init(request_type);
      break;
    case Kind::init_command_ack:
      init(ack_type);
      break;
    case Kind::init_fail:
      writer.integer(static_cast<u32>(init_header));
      writer.integer(fail_type);
      writer.integer(message.params[0]);
      break;
    case Kind::operation_request:
      with_parameters(ContainerType::command);
      break;
    case Kind::operation_response:
      with_parameters(ContainerType::response);
      break;
    case Kind::event:
      container(ContainerType::event, event_size);
      writer.integer(event_word);
      writer.integer(message.transaction_id);
      for (std::size_t i = 0; i < 3; ++i) writer.integer(i < message.count ? message.params[i] : 0);
      break;
    case Kind::data:
      if (!message.first) break;
      if (message.code == 0) {
        writer.integer(static_cast<u32>(message.total + frame_header));
        writer.integer(frame_type);
        writer.integer(u32{message.transaction_id & 0xFF});
        out.resize(out.size() + frame_header - 12);
      } else {
        container(ContainerType::data, message.total + container_header);
        writer.integer(message.transaction_id);
      }
      break;
    case Kind::goodbye:
      writer.integer(static_cast<u32>(goodbye_size));
      writer.integer(goodbye_type);
      break;
    case Kind::raw:
      writer.bytes(message.wire);
      break;
    default:
      break;  // no probes, no cancels, no handshake for events
  }
}

}  // namespace stuntcam::ptp
