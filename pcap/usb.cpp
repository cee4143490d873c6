#include "pcap/usb.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ptp/writer.h"

namespace stuntcam::pcap {
namespace {

// usbmon writes in the byte order of its machine.
template <class T>
T at(const Frame& frame, std::size_t offset) {
  T value{};
  std::memcpy(&value, frame.bytes.subspan(offset, sizeof value).data(), sizeof value);
  if (!frame.swapped) return value;
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(value));
  if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(value));
  if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(value));
  return value;
}

// Of usbmon.
constexpr u8 submit = 'S', complete = 'C';
constexpr std::size_t short_header = 48, long_header = 64;

// What of `size` bytes behind the header was captured.
void take_data(const Frame& frame, std::size_t header, u64 size, UsbTransfer& out) {
  const auto rest = frame.bytes.subspan(header);
  out.data = rest.first(static_cast<std::size_t>(std::min<u64>(size, rest.size())));
  out.missing = size - out.data.size();
}

std::optional<UsbTransfer> usbmon(const Frame& frame, std::size_t header) {
  if (frame.bytes.size() < header) return {};
  const auto event = frame.bytes[8], type = frame.bytes[9];
  if ((event != submit && event != complete) || type > 3) return {};
  constexpr UsbTransfer::Type types[] = {UsbTransfer::Type::isochronous, UsbTransfer::Type::interrupt,
                                         UsbTransfer::Type::control, UsbTransfer::Type::bulk};
  UsbTransfer out;
  out.submitted = event == submit;
  out.type = types[type];
  out.endpoint = frame.bytes[10];
  out.device = frame.bytes[11];
  out.bus = at<u16>(frame, 12);
  out.urb = at<u64>(frame, 0);
  if (!out.submitted) {
    out.status = at<u32>(frame, 28);
    out.passed = at<u32>(frame, 32);
  }
  const bool has_setup = frame.bytes[14] == 0;
  if (out.type == UsbTransfer::Type::control && out.submitted && has_setup) out.setup = frame.bytes.subspan(40, 8);
  if (out.type == UsbTransfer::Type::isochronous || !out.carries()) return out;
  // Of long transfers usbmon itself may keep only the beginning: data_len instead of length.
  const u64 length = at<u32>(frame, 32), kept = at<u32>(frame, 36);
  take_data(frame, header, std::min(length, kept), out);
  out.missing = length - out.data.size();
  return out;
}

std::optional<UsbTransfer> usbpcap(const Frame& frame) {
  constexpr std::size_t least = 27, control_header = 28;
  if (frame.bytes.size() < least) return {};
  Frame little = frame;  // always, as it comes from one kind of machine
  little.swapped = false;
  const std::size_t header = at<u16>(little, 0);
  const auto type = frame.bytes[22];
  if (header < least || header > frame.bytes.size() || type > 3) return {};
  constexpr UsbTransfer::Type types[] = {UsbTransfer::Type::isochronous, UsbTransfer::Type::interrupt,
                                         UsbTransfer::Type::control, UsbTransfer::Type::bulk};
  UsbTransfer out;
  out.submitted = (frame.bytes[16] & 1) == 0;
  out.type = types[type];
  out.bus = at<u16>(little, 17);
  out.device = at<u16>(little, 19);
  out.endpoint = frame.bytes[21];
  if (out.type == UsbTransfer::Type::isochronous) return out;
  const u64 length = at<u32>(little, 23);
  out.urb = at<u64>(little, 2);
  if (!out.submitted) {
    out.status = at<u32>(little, 10);
    out.passed = length;
  }
  constexpr u8 setup_stage = 0;
  if (out.type == UsbTransfer::Type::control && header >= control_header && frame.bytes[27] == setup_stage) {
    if (frame.bytes.size() >= header + 8) out.setup = frame.bytes.subspan(header, 8);
    if (length > 8 && frame.bytes.size() > header + 8) take_data(frame, header + 8, length - 8, out);
    return out;
  }
  if (out.carries() || out.type == UsbTransfer::Type::control) take_data(frame, header, length, out);
  return out;
}

}  // namespace

std::optional<UsbTransfer> usb_transfer(const Frame& frame) {
  switch (frame.link_type) {
    case LinkType::usb_linux:
      return usbmon(frame, short_header);
    case LinkType::usb_linux_mmapped:
      return usbmon(frame, long_header);
    case LinkType::usb_pcap:
      return usbpcap(frame);
    default:
      return {};
  }
}

// The kernel's Documentation/usb/usbmon.rst: struct usbmon_packet.
void encode(const UsbEvent& event, u64 nanoseconds, Bytes& out) {
  constexpr u64 second = 1'000'000'000;
  constexpr u8 absent = '-', to_come_in = '<', gone_out = '>';
  constexpr u32 direction_in = 0x200;
  const bool in = (event.endpoint & 0x80) != 0;
  ptp::Writer writer(out);
  writer.integer(event.urb);
  writer.integer(event.submitted ? submit : complete);
  writer.integer(static_cast<u8>(event.type));
  writer.integer(event.endpoint);
  writer.integer(event.device);
  writer.integer(event.bus);
  writer.integer(event.setup.empty() ? absent : u8{0});
  writer.integer(!event.data.empty() ? u8{0} : in ? to_come_in : gone_out);
  writer.integer(nanoseconds / second);
  writer.integer(static_cast<u32>(nanoseconds % second / 1000));
  writer.integer(static_cast<u32>(event.submitted ? -EINPROGRESS : event.status));
  writer.integer(event.length);
  writer.integer(static_cast<u32>(event.data.size()));
  const u8 no_setup[8]{};
  writer.bytes(event.setup.empty() ? View(no_setup) : View(event.setup));
  for (const u32 each : {0u, 0u, in ? direction_in : 0u, 0u})
    writer.integer(each);  // interval, first frame, flags, iso
  writer.bytes(event.data);
}

}  // namespace stuntcam::pcap
