// Packets and containers, one of each kind, and some that are not quite right.
#include <array>
#include <string>
#include <vector>

#include "fuzz/seeds/seeds.h"
#include "ptp/container.h"
#include "ptp/fuji.h"
#include "ptp/packets.h"

namespace stuntcam::fuzz {
namespace {

using ptp::Kind;
using ptp::Message;

struct Named {
  std::string name;
  Message message;
  Bytes payload{};
};

Message with(Kind kind, u16 code, u32 transaction, u8 count = 0) {
  Message message;
  message.kind = kind;
  message.code = code;
  message.transaction_id = transaction;
  message.count = count;
  message.data_phase = kind == Kind::operation_request ? 1 : 0;
  for (u8 i = 0; i < count; ++i) message.params[i] = 0x00010001u + i;
  return message;
}

Message data(bool first, bool last, u64 size) {
  Message message = with(Kind::data, 0x1009, 7);
  message.first = first;
  message.last = last;
  message.total = size;
  message.size = size;
  return message;
}

std::vector<Named> packets() {
  std::vector<Named> all;
  for (const auto& [name, kind] :
       std::array<std::pair<const char*, Kind>, 5>{{{"init_event_request", Kind::init_event_request},
                                                    {"init_event_ack", Kind::init_event_ack},
                                                    {"init_fail", Kind::init_fail},
                                                    {"probe_request", Kind::probe_request},
                                                    {"probe_response", Kind::probe_response}}})
    all.push_back({name, with(kind, 0, 0, 1)});
  all.push_back({"request", with(Kind::operation_request, 0x1007, 3, 3)});
  all.push_back({"response", with(Kind::operation_response, 0x2001, 3, 1)});
  all.push_back({"event", with(Kind::event, 0x4002, ptp::no_transaction, 3)});
  all.push_back({"start_data", data(true, false, 5)});
  all.push_back({"data", data(false, false, 5), Bytes(5, 0xD8)});
  all.push_back({"end_data", data(false, true, 5), Bytes(5, 0xD9)});
  all.push_back({"cancel", with(Kind::cancel, 0, 3)});
  return all;
}

Bytes encoded(const ptp::Framing& framing, Message message, const Bytes& body = {}, const Bytes& payload = {}) {
  message.wire = body;
  Bytes out;
  framing.encode(message, out);
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

const ptp::Identity someone{{'s', 'e', 'e', 'd'}, "someone"};

// The first byte of an input for `framings`.
enum : u8 { lenient = 0, strict = 1, containers = 2, fuji = 3 };

Bytes add_packets(Seeds& seeds) {
  const ptp::PacketFraming framing;
  const Bytes identity = ptp::encode_identity(someone);
  Bytes all = encoded(framing, with(Kind::init_command_request, 0, 0), identity);
  const Bytes ack = encoded(framing, with(Kind::init_command_ack, 0, 0, 1), identity);
  seeds["framings/packet_init_command_request"] = Seed().number(lenient).bytes(all);
  seeds["framings/packet_init_command_ack"] = Seed().number(strict).bytes(ack);
  all.insert(all.end(), ack.begin(), ack.end());
  for (const auto& [name, message, payload] : packets()) {
    const Bytes wire = encoded(framing, message, {}, payload);
    seeds["framings/packet_" + name] = Seed().number(strict).bytes(wire);
    all.insert(all.end(), wire.begin(), wire.end());
  }
  seeds["framings/packets"] = Seed().number(lenient).bytes(all);
  // Forms that clients send (docs/clients.md).
  seeds["framings/packet_start_data_32_bits"] =
      Seed().number(lenient).number(u32{16}).number(u32{9}).number(u32{7}).number(u32{5});
  seeds["framings/packet_data_without_transaction"] = Seed().number(lenient).number(u32{8}).number(u32{12});
  seeds["framings/packet_type_unknown"] = Seed().number(lenient).number(u32{8}).number(u32{15});
  seeds["framings/packet_identity_ascii"] =
      Seed().number(lenient).number(u32{8 + 16 + 5}).number(u32{1}).bytes(Bytes(16, 1)).text("phone");
  seeds["framings/packet_identity_counted"] = Seed()
                                                  .number(lenient)
                                                  .number(u32{8 + 16 + 7 + 2})
                                                  .number(u32{1})
                                                  .bytes(Bytes(16, 1))
                                                  .number(u8{3})
                                                  .text(std::string_view("a\0b\0\0\0", 6))
                                                  .number(u16{1});
  seeds["framings/packet_identity_without_name"] =
      Seed().number(lenient).number(u32{8 + 16}).number(u32{1}).bytes(Bytes(16, 1));
  return all;
}

Bytes add_containers(Seeds& seeds) {
  const ptp::ContainerFraming framing;
  Bytes all;
  for (const auto& [name, message, payload] : packets()) {
    const bool starts = message.kind == Kind::data && message.first;
    const Bytes wire = encoded(framing, message, {}, starts ? Bytes(5, 0xD8) : Bytes{});
    if (wire.empty()) continue;
    seeds["framings/container_" + name] = Seed().number(containers).bytes(wire);
    all.insert(all.end(), wire.begin(), wire.end());
  }
  seeds["framings/containers"] = Seed().number(containers).bytes(all);
  seeds["framings/container_unknown_length"] =
      Seed().number(containers).bytes(encoded(framing, data(true, true, unknown_size), {}, Bytes(5, 0xD8)));
  return all;
}

Bytes add_fuji(Seeds& seeds) {
  const ptp::FujiFraming framing;
  Bytes all = encoded(framing, with(Kind::init_command_request, 0, 0, 1),
                      ptp::encode_fuji_identity(someone, ptp::fuji_request_name));
  const Bytes ack =
      encoded(framing, with(Kind::init_command_ack, 0, 0, 1), ptp::encode_fuji_identity(someone, ptp::fuji_ack_name));
  all.insert(all.end(), ack.begin(), ack.end());
  std::vector<Named> some = packets();
  some.push_back({"goodbye", with(Kind::goodbye, 0, 0)});
  Message frame = data(true, true, 5);
  frame.code = 0;
  some.push_back({"live_view_frame", frame});
  for (const auto& [name, message, payload] : some) {
    const bool starts = message.kind == Kind::data && message.first;
    const Bytes wire = encoded(framing, message, {}, starts ? Bytes(5, 0xD8) : Bytes{});
    if (wire.empty()) continue;
    seeds["framings/fuji_" + name] = Seed().number(fuji).bytes(wire);
    all.insert(all.end(), wire.begin(), wire.end());
  }
  seeds["framings/fuji"] = Seed().number(fuji).bytes(all);
  return all;
}

// What encode() is asked for; the first byte of these is the framing plus four.
void add_composed(Seeds& seeds) {
  for (u8 framing = 0; framing < 4; ++framing)
    for (u8 kind = 0; kind <= static_cast<u8>(Kind::unknown); ++kind)
      seeds["framings/composed_" + std::to_string(framing) + "_" + std::to_string(kind)] =
          Seed()
              .number(static_cast<u8>(4 + framing))
              .number(kind)
              .number(u8{3})
              .number(u8{1})
              .bytes(Bytes(30, 1))
              .text("name");
}

}  // namespace

void add_messages(Seeds& seeds) {
  add_composed(seeds);
  const Bytes packet_stream = add_packets(seeds), container_stream = add_containers(seeds),
              fuji_stream = add_fuji(seeds);
  // For `walkers`: what, dialect, then as it wants it.
  seeds["walkers/packets"] = Seed().number(u8{1}).number(u8{0}).number(u8{6}).bytes(packet_stream);
  seeds["walkers/fuji_packets"] = Seed().number(u8{1}).number(u8{1}).number(u8{12}).bytes(fuji_stream);
  Seed transfers;
  transfers.number(u8{0}).number(u8{0});
  for (std::size_t at = 0; at < container_stream.size(); at += 17) {
    const auto size = std::min<std::size_t>(17, container_stream.size() - at);
    transfers.number(static_cast<u16>(size)).bytes(View(container_stream).subspan(at, size)).number(u8{0});
  }
  seeds["walkers/transfers"] = transfers;
  Seed gaps;
  gaps.number(u8{2}).number(u8{0}).number(u8{40}).bytes(View(packet_stream).first(40)).number(u8{0xFF}).number(u32{5});
  gaps.number(u8{100}).bytes(View(packet_stream).last(100));
  seeds["walkers/gaps"] = gaps;
  seeds["walkers/nonsense_then_packets"] =
      Seed().number(u8{1}).number(u8{0}).number(u8{33}).bytes(Bytes(50, 0xEE)).bytes(packet_stream);
}

}  // namespace stuntcam::fuzz
