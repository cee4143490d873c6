#include "ptp/fuji.h"

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

// What has a code is a container as over USB, but for events, and with an end that its length must tell.
const ContainerFraming containers;

Expected<Head> container_head(View seen) {
  const bool data = at<u16>(seen, 4) == static_cast<u16>(ContainerType::data);
  if (data && at<u32>(seen, 0) == unknown_length) return bad_length("unknown, where only the length tells the end");
  return containers.head(seen);
}

// An event has a word more behind its code; some have not.
Expected<Message> decode_container(View head) {
  auto message = containers.decode(head);
  if (!message || message->kind != Kind::event || head.size() != event_size) return message;
  message->transaction_id = at<u32>(head, container_header);
  const std::size_t parameters = container_header + 4;
  message->count = static_cast<u8>((head.size() - parameters) / 4);
  message->params = {};
  for (std::size_t i = 0; i < message->count; ++i) message->params[i] = at<u32>(head, parameters + 4 * i);
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
      return container_head(seen);
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
    case Kind::event:
      writer.integer(static_cast<u32>(event_size));
      writer.integer(static_cast<u16>(ContainerType::event));
      writer.integer(message.code);
      writer.integer(event_word);
      writer.integer(message.transaction_id);
      for (std::size_t i = 0; i < 3; ++i) writer.integer(i < message.count ? message.params[i] : 0);
      break;
    case Kind::data:
      if (message.code != 0) return containers.encode(message, out);
      if (!message.first) break;
      writer.integer(static_cast<u32>(message.total + frame_header));
      writer.integer(frame_type);
      writer.integer(u32{message.transaction_id & 0xFF});
      out.resize(out.size() + frame_header - 12);
      break;
    case Kind::goodbye:
      writer.integer(static_cast<u32>(goodbye_size));
      writer.integer(goodbye_type);
      break;
    default:  // no probes, no cancels, no handshake for events
      containers.encode(message, out);
  }
}

}  // namespace stuntcam::ptp
