#include "ptp/container.h"

#include <algorithm>
#include <cstring>

#include "ptp/writer.h"

namespace stuntcam::ptp {
namespace {

constexpr std::size_t header_size = 12;   // length, type, code, TransactionID
constexpr std::size_t deciding_size = 6;  // length and type say what it is
constexpr u32 unknown_length = 0xFFFFFFFF;

template <class T>
T at(View bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

}  // namespace

Expected<Head> ContainerFraming::head(View seen) const {
  if (seen.size() < deciding_size) return Head{.need = header_size};
  const auto length = at<u32>(seen, 0);
  const auto type = static_cast<ContainerType>(at<u16>(seen, 4));
  if (length < header_size) return std::unexpected(Error{"ContainerLength", 0, "shorter than the 12-byte header"});
  switch (type) {
    case ContainerType::data:
      return Head{.size = header_size, .payload = length == unknown_length ? unknown_size : length - header_size};
    case ContainerType::command:
    case ContainerType::response:
    case ContainerType::event:
      break;
    default:
      return std::unexpected(Error{"ContainerType", 4, "none of command, data, response, event"});
  }
  if (length > header_size + 20) return std::unexpected(Error{"ContainerLength", 0, "more than five parameters"});
  return Head{.size = length};
}

Expected<Message> ContainerFraming::decode(View head) const {
  Message message;
  message.wire = head;
  message.code = at<u16>(head, 6);
  message.transaction_id = at<u32>(head, 8);
  switch (static_cast<ContainerType>(at<u16>(head, 4))) {
    case ContainerType::command:
      message.kind = Kind::operation_request;
      break;
    case ContainerType::response:
      message.kind = Kind::operation_response;
      break;
    case ContainerType::event:
      message.kind = Kind::event;
      break;
    case ContainerType::data: {
      const auto length = at<u32>(head, 0);
      message.kind = Kind::data;
      message.first = message.last = true;
      message.size = message.total = length == unknown_length ? unknown_size : length - header_size;
      return message;
    }
  }
  message.count = static_cast<u8>((head.size() - header_size) / 4);
  for (std::size_t i = 0; i < message.count; ++i) message.params[i] = at<u32>(head, header_size + 4 * i);
  return message;
}

void ContainerFraming::encode(const Message& message, Bytes& out) const {
  Writer writer(out);
  const auto header = [&](ContainerType type, u64 length) {
    writer.integer(static_cast<u32>(std::min<u64>(length, unknown_length)));
    writer.integer(static_cast<u16>(type));
    writer.integer(message.code);
    writer.integer(message.transaction_id);
  };
  const auto with_parameters = [&](ContainerType type) {
    header(type, header_size + 4u * message.count);
    for (std::size_t i = 0; i < message.count; ++i) writer.integer(message.params[i]);
  };
  switch (message.kind) {
    case Kind::operation_request:
      with_parameters(ContainerType::command);
      break;
    case Kind::operation_response:
      with_parameters(ContainerType::response);
      break;
    case Kind::event:
      with_parameters(ContainerType::event);
      break;
    case Kind::data:
      if (message.first)
        header(ContainerType::data, message.total == unknown_size ? unknown_size : message.total + header_size);
      break;
    case Kind::raw:
      writer.bytes(message.wire);
      break;
    default:
      break;  // handshake, probes and cancels have no container
  }
}

}  // namespace stuntcam::ptp
