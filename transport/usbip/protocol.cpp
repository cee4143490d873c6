#include "transport/usbip/protocol.h"

#include <fmt/format.h>

#include <algorithm>

namespace stuntcam::transport::usbip {
namespace {

constexpr u16 protocol_version = 0x0111;
constexpr u16 reply_device_list = 0x0005, reply_import = 0x0003;
constexpr u32 reply_submit = 3, reply_unlink = 4;
constexpr std::size_t path_size = 256;
// Linux's error numbers, negative on the wire.
constexpr i32 broken_pipe = 32, value_too_large = 75, connection_reset = 104;
// Device, direction and endpoint are known to whoever asked, and zero in answers.
constexpr std::size_t known_to_the_host = 12;

template <class T>
T number(View bytes, std::size_t at) {
  u64 value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = value << 8 | bytes[at + i];
  return static_cast<T>(value);
}

template <class T>
void put(Bytes& out, T value) {
  for (std::size_t i = sizeof(T); i-- > 0;) out.push_back(static_cast<u8>(static_cast<u64>(value) >> 8 * i));
}

void put_text(Bytes& out, const std::string& text, std::size_t size) {
  const auto end = out.size() + size;
  out.insert(out.end(), text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(text.size(), size - 1)));
  out.resize(end);
}

// enum usb_device_speed.
u32 speed_number(usb::Speed speed) { return speed == usb::Speed::super ? 5 : speed == usb::Speed::high ? 3 : 2; }

void put_record(Bytes& out, const Record& record) {
  put_text(out, fmt::format("/sys/devices/stuntcam/usb{}/{}", record.bus, record.bus_id), path_size);
  put_text(out, record.bus_id, bus_id_size);
  put(out, record.bus);
  put(out, record.device);
  put(out, speed_number(record.description.speed));
  put(out, record.description.vendor_id);
  put(out, record.description.product_id);
  put(out, record.description.release);
  // The interface says the class; not configured yet; one configuration, one interface.
  for (const unsigned each : {0u, 0u, 0u, 0u, 1u, 1u}) out.push_back(static_cast<u8>(each));
}

}  // namespace

Request decode_request(std::span<const u8, request_size> bytes) { return static_cast<Request>(number<u16>(bytes, 2)); }

std::string decode_bus_id(std::span<const u8, bus_id_size> bytes) {
  return {bytes.begin(), std::ranges::find(bytes, u8{0})};
}

Bytes device_list(const std::vector<Record>& records) {
  Bytes out;
  put(out, protocol_version);
  put(out, reply_device_list);
  put(out, u32{0});
  put(out, static_cast<u32>(records.size()));
  for (const auto& record : records) {
    put_record(out, record);
    for (const u8 each : {usb::still_image_class, usb::still_image_subclass, usb::still_image_protocol, u8{0}})
      out.push_back(each);
  }
  return out;
}

Bytes import_reply(Status status, const Record& record) {
  Bytes out;
  put(out, protocol_version);
  put(out, reply_import);
  put(out, static_cast<u32>(status));
  if (status == Status::ok) put_record(out, record);
  return out;
}

Command decode_command(std::span<const u8, command_size> bytes) {
  Command command;
  command.kind = static_cast<Kind>(number<u32>(bytes, 0));
  command.sequence = number<u32>(bytes, 4);
  command.to_host = number<u32>(bytes, 12) != 0;
  command.endpoint = number<u32>(bytes, 16);
  command.flags = command.unlinked = number<u32>(bytes, 20);
  command.length = number<u32>(bytes, 24);
  command.packets = number<u32>(bytes, 32);
  command.setup = usb::decode_setup(bytes.subspan<40, 8>());
  return command;
}

void put_submit_reply(Bytes& out, u32 sequence, usb::UrbStatus status, u64 size) {
  const i32 error = status == usb::UrbStatus::ok        ? 0
                    : status == usb::UrbStatus::stalled ? broken_pipe
                                                        : value_too_large;
  const auto end = out.size() + command_size;
  put(out, reply_submit);
  put(out, sequence);
  out.resize(out.size() + known_to_the_host);
  put(out, -error);
  put(out, static_cast<u32>(size));
  out.resize(end);
}

void put_unlink_reply(Bytes& out, u32 sequence, bool unlinked) {
  const auto end = out.size() + command_size;
  put(out, reply_unlink);
  put(out, sequence);
  out.resize(out.size() + known_to_the_host);
  put(out, unlinked ? -connection_reset : 0);
  out.resize(end);
}

}  // namespace stuntcam::transport::usbip
