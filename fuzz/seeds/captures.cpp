// The same short conversation as every kind of capture, and a summary.
#include <fmt/format.h>

#include "fuzz/seeds/seeds.h"
#include "ptp/datasets.h"
#include "ptp/fuji.h"
#include "tests/pcap/usb.h"

namespace stuntcam::fuzz {
namespace {

using namespace test;

Bytes device_info() {
  ptp::DeviceInfo info;
  info.operations_supported = {0x1001, 0x1002, 0x1003, 0x1007, 0x1008, 0x1009, 0x1014};
  info.device_properties_supported = {0x5001};
  info.manufacturer = "Maker";
  info.model = "Model 2";
  info.device_version = "V1.03";
  info.serial_number = "0000000000012345";
  return ptp::encode(info);
}
Bytes object_info() {
  ptp::ObjectInfo info;
  info.storage_id = 0x00010001;
  info.object_format = 0x3801;
  info.object_compressed_size = 20;
  info.filename = "DSC_0001.JPG";
  return ptp::encode(info);
}

struct Exchange {
  u16 operation;
  std::vector<u32> params;
  Bytes data;  // from the camera
};
std::vector<Exchange> exchanges() {
  const u32 handles[] = {5};
  ptp::DevicePropDesc battery;
  battery.code = 0x5001;
  battery.type = ptp::DataType::uint8;
  battery.factory_default = battery.current = ptp::Value(battery.type, 50);
  return {{0x1001, {}, device_info()},
          {0x1002, {1}, {}},
          {0x1014, {0x5001}, encode(battery)},
          {0x1007, {0xFFFFFFFF, 0, 0}, ptp::encode_array(handles)},
          {0x1008, {5}, object_info()},
          {0x1009, {5}, Bytes(20, 0xD8)},
          {0x1003, {}, {}}};
}

Bytes words_of(const std::vector<u32>& values) {
  Body body;
  for (const auto value : values) body.add(value);
  return body;
}
Bytes asked(u16 operation, u32 transaction, const std::vector<u32>& params) {
  return packet(6, Body().add(u32{1}).add(operation).add(transaction).add(words_of(params)));
}

Bytes identity(const char* name) { return ptp::encode_identity({{1, 2, 3}, name}); }

std::vector<Bytes> packets_of_tcp(Connection& wire, Connection& events) {
  auto frames = wire.open();
  const auto add = [&](Connection& on, bool sent, const Bytes& bytes) { frames.push_back(on.send(sent, bytes)); };
  add(wire, false, packet(1, identity("phone")));
  add(wire, true, packet(2, Body().add(u32{7}).add(identity("camera"))));
  for (const auto& frame : events.open()) frames.push_back(frame);
  add(events, false, packet(3, Body().add(u32{7})));
  add(events, true, packet(4, {}));
  u32 transaction = 0;
  for (const auto& [operation, params, data] : exchanges()) {
    add(wire, false, asked(operation, transaction, params));
    if (!data.empty()) add(wire, true, start_data(transaction, data.size()) + end_data(transaction, data));
    add(wire, true, response(0x2001, transaction));
    ++transaction;
  }
  add(events, true, packet(8, Body().add(u16{0x4002}).add(~u32{0}).add(u32{5})));
  frames.push_back(wire.finish(false));
  frames.push_back(wire.finish(true));
  return frames;
}
std::vector<Bytes> over_tcp() {
  Connection wire(1000, 5000, 15740, 50000), events(2000, 6000, 15740, 50001);
  return packets_of_tcp(wire, events);
}

Bytes pcapng(bool big, const std::vector<Bytes>& frames) {
  auto file = section(big) + interface(big, 1, 9);
  u64 time = 1'700'000'000'000'000'000;
  for (const auto& frame : frames) file = file + enhanced(big, 0, time += 1'000'000, frame);
  return file;
}

Bytes over_usb(u32 link_type, bool big) {
  UsbFrames usb{.link_type = link_type, .big = big};
  u32 transaction = 0;
  for (const auto& [operation, params, data] : exchanges()) {
    usb.transfer(Way::out, container(1, operation, transaction, words_of(params)));
    if (!data.empty()) usb.transfer(Way::in, container(2, operation, transaction, data));
    usb.transfer(Way::in, container(3, 0x2001, transaction));
    ++transaction;
  }
  usb.transfer(Way::event, container(4, 0x4002, 0xFFFFFFFF, words({5})));
  return usb.file();
}

// The frames behind another link layer: without Ethernet's header, and with what stands there instead.
Bytes behind(const Bytes& header, u32 link_type) {
  std::vector<Bytes> frames;
  for (const auto& frame : over_tcp()) frames.push_back(header + Bytes(frame.begin() + 14, frame.end()));
  return pcap_file(frames, link_type);
}

std::vector<Bytes> in_another_dialect() {
  const auto encoded = [](ptp::Message message, const Bytes& wire) {
    message.wire = wire;
    Bytes out;
    ptp::FujiFraming().encode(message, out);
    return out;
  };
  Connection wire(1, 2, 55740);
  const auto who = ptp::encode_fuji_identity({.guid = {1, 2, 3}, .name = "phone"}, ptp::fuji_request_name);
  const auto camera = ptp::encode_fuji_identity({.guid = {4, 5, 6}, .name = "X-T1"}, ptp::fuji_ack_name);
  auto frames = wire.open();
  frames.push_back(
      wire.send(false, encoded({.kind = ptp::Kind::init_command_request, .params = {ptp::fuji_protocol}}, who)));
  frames.push_back(wire.send(true, encoded({.kind = ptp::Kind::init_command_ack}, camera)));
  frames.push_back(wire.send(false, container(1, 0x1002, 1, words({1}))));
  frames.push_back(wire.send(true, container(3, 0x2001, 1)));
  frames.push_back(wire.send(false, container(1, 0x1015, 2, words({0xD212}))));
  frames.push_back(wire.send(true, container(2, 0x1015, 2, words({0x00010002, 0x5001})) + container(3, 0x2001, 2)));
  return frames;
}

std::string dump(const Bytes& bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    std::string digits;
    for (std::size_t i = at; i < std::min(at + 16, bytes.size()); ++i)
      digits += fmt::format("{:02x}{}", bytes[i], i - at == 7 ? '-' : ' ');
    text += fmt::format("{:04x}  {:<49} ........\n", at, digits);
  }
  return text + "\n";
}
// What `gphoto2 --debug` writes.
Bytes debug_log_of_usb() {
  std::string text = "0.000012 main                        (2): gphoto2 2.5.28\n";
  const auto write = [&](const Bytes& bytes) {
    text += fmt::format(
        "0.100100 gp_port_write               (3): Wrote   {0} = {0:#x} bytes to port: (hexdump of {0} bytes)\n{1}",
        bytes.size(), dump(bytes));
  };
  const auto read = [&](const Bytes& bytes) {
    text += fmt::format(
        "0.200000 gp_port_read                (3): Read    {0} = {0:#x} out of 1024 bytes from port: "
        "(hexdump of {0} bytes)\n{1}",
        bytes.size(), dump(bytes));
  };
  u32 transaction = 0;
  for (const auto& [operation, params, data] : exchanges()) {
    write(container(1, operation, transaction, words_of(params)));
    if (!data.empty()) read(container(2, operation, transaction, data));
    read(container(3, 0x2001, transaction));
    ++transaction;
  }
  return {text.begin(), text.end()};
}
Bytes debug_log_of_packets() {
  std::string text = "0.000012 main                        (2): gphoto2 2.5.28\n";
  const auto add = [&](const char* function, const char* what, const Bytes& bytes) {
    text +=
        fmt::format("0.300000 {} (3): ptpip/{}: (hexdump of {} bytes)\n{}", function, what, bytes.size(), dump(bytes));
  };
  const auto read = [&](const Bytes& bytes) {
    add("ptp_ptpip_generic_read     ", "generic_read header", Bytes(bytes.begin(), bytes.begin() + 8));
    add("ptp_ptpip_generic_read     ", "generic_read data", Bytes(bytes.begin() + 8, bytes.end()));
  };
  add("ptp_ptpip_init_command_request", "init_cmd data", packet(1, identity("gphoto2")));
  read(packet(2, Body().add(u32{7}).add(identity("camera"))));
  u32 transaction = 0;
  for (const auto& [operation, params, data] : exchanges()) {
    add("ptp_ptpip_sendreq          ", "oprequest data", asked(operation, transaction, params));
    if (!data.empty()) {
      read(start_data(transaction, data.size()));
      read(end_data(transaction, data));
    }
    read(response(0x2001, transaction));
    ++transaction;
  }
  return {text.begin(), text.end()};
}

constexpr std::string_view summary = R"(Camera summary:
Manufacturer: Maker
Model: Model 2
  Version: V1.03
  Serial Number: 0000000000012345
Vendor Extension ID: 0xa (1.0)

Capture Formats: JPEG
Display Formats: Association/Directory, JPEG, Unknown(b103), MS AVI

Device Capabilities:
	File Download, File Deletion, File Upload

Storage Devices Summary:
store_00010001:
	StorageDescription: SD1
	Storage Type: Removable RAM (memory card)
	Filesystemtype: Digital Camera Layout (DCIM)
	Access Capability: Read Only with Object deletion
	Maximum Capability: 64054362112 (61087 MB)
	Free Space (Images): -1

Device Property Summary:
Battery Level(0x5001):(read only) (type=0x2) Enumeration [100,0,75,0,50] value: 28% (28)
Image Size(0x5003):(readwrite) (type=0xffff) Enumeration [
	'6000x4000',
	'4496x3000'
	] value: '6000x4000'
F-Number(0x5007):(readwrite) (type=0x4) Enumeration [350,400] value: f/3.5 (350)
Exposure Index (film speed ISO)(0x500f):(readwrite) (type=0x4) Range [100 - 6400, step 100] value: ISO 200 (200)
Property 0xd001:(readwrite) (type=0x4002) a[3] 1,2,3
Flash Mode(0x500c): error 200a on query.
)";

}  // namespace

void add_captures(Seeds& seeds) {
  const auto frames = over_tcp();
  const Bytes loopback{2, 0, 0, 0}, cooked = Bytes(14, 0) + Bytes{8, 0}, cooked2 = Bytes{8, 0} + Bytes(18, 0);
  std::map<std::string, Bytes> captures = {
      {"packets.pcap", pcap_file(frames)},
      {"packets.pcapng", pcapng(false, frames)},
      {"packets_big_endian.pcapng", pcapng(true, frames)},
      {"packets.pcap.gz", gzipped(pcap_file(frames))},
      {"packets_null.pcap", behind(loopback, 0)},
      {"packets_raw.pcap", behind({}, 101)},
      {"packets_sll.pcap", behind(cooked, 113)},
      {"packets_sll2.pcap", behind(cooked2, 276)},
      {"fuji.pcap", pcap_file(in_another_dialect())},
      {"usbmon.pcap", over_usb(220, false)},
      {"usbmon_big_endian.pcap", over_usb(220, true)},
      {"usbmon_short.pcap", over_usb(189, false)},
      {"usbpcap.pcap", over_usb(249, false)},
      {"usb.log", debug_log_of_usb()},
      {"packets.log", debug_log_of_packets()},
  };
  auto lost = frames;
  lost.erase(lost.begin() + 12);
  captures["packets_lost.pcap"] = pcap_file(lost);
  for (const auto& [name, bytes] : captures) {
    seeds["capture/" + name] = bytes;
    seeds["redact/" + name] = Seed().number(static_cast<u8>(name.size() % 2)).bytes(bytes);
    if (name.find("pcap.gz") == name.npos && name.find("_") == name.npos) seeds["learn/" + name] = bytes;
  }
  seeds["learn/summary.txt"] = Seed().text(summary);
}

}  // namespace stuntcam::fuzz
