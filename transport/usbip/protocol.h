// USB/IP as Linux speaks it (docs.kernel.org/usb/usbip_protocol): lists and imports of devices, then their URBs. All
// integers are big-endian but the eight bytes of a setup packet.
#pragma once

#include <string>
#include <vector>

#include "ptp/bytes.h"
#include "transport/usb/bus.h"
#include "transport/usb/description.h"

namespace stuntcam::transport::usbip {

enum class Request : u16 { device_list = 0x8005, import = 0x8003 };
inline constexpr std::size_t request_size = 8;
inline constexpr std::size_t bus_id_size = 32;
Request decode_request(std::span<const u8, request_size>);
std::string decode_bus_id(std::span<const u8, bus_id_size>);

// Why a device cannot be had; ok: it can.
enum class Status : u32 { ok = 0, busy = 2, no_device = 4 };

struct Record {
  std::string bus_id;  // "1-1"
  u32 bus = 0, device = 0;
  usb::Description description;
};
Bytes device_list(const std::vector<Record>&);
Bytes import_reply(Status, const Record&);

enum class Kind : u32 { submit = 1, unlink = 2 };
inline constexpr std::size_t command_size = 48;
struct Command {
  Kind kind{};
  u32 sequence = 0;
  bool to_host = false;
  u32 endpoint = 0;
  u32 flags = 0;
  u32 length = 0;
  u32 packets = 0;   // of an isochronous URB
  u32 unlinked = 0;  // unlink: the sequence number of the URB that is taken back
  usb::Setup setup{};
};
Command decode_command(std::span<const u8, command_size>);
inline constexpr u32 zero_packet_flag = 0x40;  // URB_ZERO_PACKET

void put_submit_reply(Bytes& out, u32 sequence, usb::UrbStatus, u64 size);
void put_unlink_reply(Bytes& out, u32 sequence, bool unlinked);

}  // namespace stuntcam::transport::usbip
