#include "transport/usb/description.h"

#include <algorithm>

#include "ptp/text.h"
#include "ptp/writer.h"
#include "transport/usb/bus.h"

namespace stuntcam::transport::usb {
namespace {

enum Type : u8 {
  type_device = 1,
  type_configuration = 2,
  type_string = 3,
  type_interface = 4,
  type_endpoint = 5,
  type_qualifier = 6,
  type_other_speed = 7,
  type_bos = 15,
  type_capability = 16,
  type_companion = 0x30,
};
constexpr u8 bulk = 2, interrupt = 3;
constexpr u16 english = 0x0409;
constexpr std::size_t max_text_bytes = 252;  // whole UTF-16 units behind the two bytes of the header

void put8(Bytes& out, std::initializer_list<unsigned> values) {
  for (const unsigned value : values) out.push_back(static_cast<u8>(value));
}
void put16(Bytes& out, u16 value) { put8(out, {value & 0xFFu, static_cast<unsigned>(value >> 8)}); }

u16 usb_version(Speed speed) { return speed == Speed::super ? 0x0300 : 0x0200; }

Bytes device(const Description& device) {
  Bytes out;
  put8(out, {18, type_device});
  put16(out, usb_version(device.speed));
  // Class by interface; endpoint 0 has packets of 64, or 2^9 at super speed.
  put8(out, {0, 0, 0, device.speed == Speed::super ? 9u : 64u});
  put16(out, device.vendor_id);
  put16(out, device.product_id);
  put16(out, device.release);
  put8(out, {1, 2, 3, 1});  // strings, and one configuration
  return out;
}

void endpoint(Bytes& out, Speed speed, u8 address, u8 kind, u16 packet) {
  // A power of two in units of 125 µs at high and super speed, else milliseconds: 4 ms.
  const unsigned interval = kind != interrupt ? 0u : speed == Speed::full ? 4u : 6u;
  put8(out, {7, type_endpoint, address, kind});
  put16(out, packet);
  put8(out, {interval});
  if (speed != Speed::super) return;
  put8(out, {6, type_companion, 0, 0});
  put16(out, kind == interrupt ? packet : u16{0});
}

Bytes configuration(const Description& device, Speed speed, u8 type) {
  Description as = device;
  as.speed = speed;
  Bytes rest;
  put8(rest, {9, type_interface, 0, 0, 3, still_image_class, still_image_subclass, still_image_protocol, 0});
  endpoint(rest, speed, bulk_in_address, bulk, as.bulk_packet());
  endpoint(rest, speed, bulk_out_address, bulk, as.bulk_packet());
  endpoint(rest, speed, interrupt_in_address, interrupt, device.interrupt_packet);
  Bytes out;
  put8(out, {9, type});
  put16(out, static_cast<u16>(9 + rest.size()));
  put8(out, {1, 1, 0, 0xC0, 1});  // one interface, configuration 1, powered by itself
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

Bytes qualifier() {
  Bytes out;
  put8(out, {10, type_qualifier, 0, 2, 0, 0, 0, 64, 1, 0});
  return out;
}

// USB 2.0 extension without link power management, and SuperSpeed from full speed on.
Bytes bos() {
  Bytes out;
  put8(out, {5, type_bos, 22, 0, 2});
  put8(out, {7, type_capability, 2, 0, 0, 0, 0});
  put8(out, {10, type_capability, 3, 0, 0x0E, 0, 1, 10, 32, 0});
  return out;
}

Bytes string(const std::string& text) {
  Bytes out;
  put8(out, {0, type_string});
  for (const auto unit : ptp::utf16_from_utf8(text)) put16(out, static_cast<u16>(unit));
  out.resize(std::min(out.size(), 2 + max_text_bytes));
  out[0] = static_cast<u8>(out.size());
  return out;
}

}  // namespace

Setup decode_setup(std::span<const u8, 8> bytes) {
  const auto at = [&](std::size_t i) { return static_cast<u16>(bytes[i] | bytes[i + 1] << 8); };
  return {bytes[0], bytes[1], at(2), at(4), at(6)};
}

std::optional<Bytes> descriptor(const Description& of, u8 type, u8 index) {
  const bool high = of.speed == Speed::high;
  if (type == type_string) {
    if (index == 0) return Bytes{4, type_string, english & 0xFF, english >> 8};
    if (index == 1) return string(of.manufacturer);
    if (index == 2) return string(of.product);
    if (index == 3) return string(of.serial);
    return std::nullopt;
  }
  if (index != 0) return std::nullopt;
  if (type == type_device) return device(of);
  if (type == type_configuration) return configuration(of, of.speed, type_configuration);
  if (type == type_qualifier && high) return qualifier();
  if (type == type_other_speed && high) return configuration(of, Speed::full, type_other_speed);
  if (type == type_bos && of.speed == Speed::super) return bos();
  return std::nullopt;
}

}  // namespace stuntcam::transport::usb
