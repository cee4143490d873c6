#include "transport/usb/class_request.h"

#include <algorithm>
#include <cstring>

#include "ptp/writer.h"

namespace stuntcam::transport::usb {
namespace {

constexpr u16 cancellation_code = 0x4001;
constexpr std::size_t status_header = 4, event_header = 8;
// A camera has three endpoints; more words are no status.
constexpr std::size_t most_halted = 8;

template <class T>
T at(View bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, std::min(sizeof value, bytes.size() - offset));
  return value;
}

}  // namespace

Bytes encode_cancel(u32 transaction_id) {
  Bytes bytes;
  ptp::Writer writer(bytes);
  writer.integer(cancellation_code);
  writer.integer(transaction_id);
  return bytes;
}

std::optional<DeviceStatus> decode_status(View bytes) {
  if (bytes.size() < status_header) return {};
  DeviceStatus status;
  status.code = at<u16>(bytes, 2);
  const auto end = std::min<std::size_t>(bytes.size(), at<u16>(bytes, 0));
  for (std::size_t offset = status_header; offset + 4 <= end && status.halted.size() < most_halted; offset += 4)
    status.halted.push_back(static_cast<u8>(at<u32>(bytes, offset)));
  return status;
}

std::optional<ExtendedEvent> decode_extended_event(View bytes) {
  if (bytes.size() < event_header) return {};
  ExtendedEvent event;
  event.code = at<u16>(bytes, 0);
  event.transaction_id = at<u32>(bytes, 2);
  const auto count = at<u16>(bytes, 6);
  std::size_t offset = event_header;
  for (u16 i = 0; i < count && event.count < event.params.size(); ++i) {
    if (offset + 2 > bytes.size()) break;
    const std::size_t size = at<u16>(bytes, offset);
    offset += 2;
    if (size > bytes.size() - offset) break;
    event.params[event.count++] = size == 0 ? 0 : at<u32>(bytes.subspan(offset, size), 0);
    offset += size;
  }
  return event;
}

}  // namespace stuntcam::transport::usb
