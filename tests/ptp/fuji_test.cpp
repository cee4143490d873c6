// Fujifilm's dialect: docs/protocol.md §6.5.
#include "ptp/fuji.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "bytes_testing.h"

namespace stuntcam::ptp {
namespace {

const FujiFraming framing;

const Guid guid{0xAD, 0xA5, 0x48, 0x5D, 0x87, 0xB2, 0x7F, 0x0B, 0xD3, 0xD5, 0xDE, 0xD0, 0x02, 0x00, 0xA8, 0xC0};
constexpr auto guid_hex = "ADA5485D 87B27F0B D3D5DED0 0200A8C0";

Bytes encoded(const Message& message) {
  Bytes out;
  framing.encode(message, out);
  return out;
}

Bytes filled(std::string_view text, std::size_t size) {
  auto bytes = hex(text);
  bytes.resize(size);
  return bytes;
}

// The head of the bytes, decoded.
Message decoded(const Bytes& bytes) {
  const auto head = framing.head(bytes);
  if (!head) {
    ADD_FAILURE() << head.error().to_string();
    return {};
  }
  EXPECT_EQ(head->need, 0u);
  EXPECT_LE(head->size, bytes.size());
  const auto message = framing.decode(View{bytes}.first(head->size));
  EXPECT_TRUE(message);
  return message.value_or(Message{});
}

std::string problem(std::string_view text) {
  const auto head = framing.head(hex(text));
  return head ? "none" : std::string(head.error().problem);
}

TEST(FujiTest, InitPacketsOfEveryLengthSeen) {
  // 82 bytes from most clients, 70 from one written in Go, 28 at least.
  for (const u32 size : {82u, 70u, 68u, 32u, 28u}) {
    auto packet = filled(std::string("00000000 01000000 F2E4538F") + guid_hex + "660066000000", size);
    packet[0] = static_cast<u8>(size);
    const auto message = decoded(packet);
    EXPECT_EQ(message.kind, Kind::init_command_request);
    EXPECT_EQ(message.params[0], fuji_protocol);
    EXPECT_EQ(message.wire.size(), size);
    const auto who = decode_identity(identity_body(message));
    ASSERT_TRUE(who);
    EXPECT_EQ(who->identity.guid, guid);
    EXPECT_EQ(who->identity.name, size > 28 ? "ff" : "") << size;
  }
}

TEST(FujiTest, InitPacketsAsClientsAndCamerasSendThem) {
  const Bytes asks = encode_fuji_identity({guid, "vm", 0}, fuji_request_name);
  Message request{.kind = Kind::init_command_request, .wire = asks};
  request.params[0] = fuji_protocol;
  EXPECT_EQ(encoded(request), filled(std::string("52000000 01000000 F2E4538F") + guid_hex + "76006D00", 82));

  const Bytes answers = encode_fuji_identity({guid, "FUJIFILM-X-T1", 0}, fuji_ack_name);
  Message ack{.kind = Kind::init_command_ack, .wire = answers};
  ack.params[0] = 5;
  const auto bytes = encoded(ack);
  EXPECT_EQ(bytes, filled(std::string("44000000 02000000 05000000") + guid_hex +
                              "460055004A004900460049004C004D002D0058002D0054003100",
                          68));
  const auto message = decoded(bytes);
  EXPECT_EQ(message.kind, Kind::init_command_ack);
  EXPECT_EQ(message.params[0], 5u);
  EXPECT_EQ(decode_identity(identity_body(message))->identity.name, "FUJIFILM-X-T1");

  Message fail{.kind = Kind::init_fail};
  fail.params[0] = fuji_busy;
  EXPECT_EQ(encoded(fail), hex("0C000000 05000000 19200000"));
  EXPECT_EQ(decoded(encoded(fail)).params[0], fuji_busy);
}

TEST(FujiTest, ALongNameIsCutBeforeItsLastZero) {
  const auto body = encode_fuji_identity({guid, std::string(40, 'x'), 0}, fuji_ack_name);
  ASSERT_EQ(body.size(), 16 + fuji_ack_name);
  EXPECT_EQ(decode_identity(body)->identity.name, std::string(19, 'x'));
}

TEST(FujiTest, ContainersWithAndWithoutSpareParameters) {
  EXPECT_EQ(encoded({.kind = Kind::operation_request, .count = 1, .code = 0x1002, .transaction_id = 1, .params = {1}}),
            hex("10000000 01000210 01000000 01000000"));
  const auto five = decoded(hex("20000000 01001510 06000000 12D20000 00000000 00000000 00000000 00000000"));
  EXPECT_EQ(five.kind, Kind::operation_request);
  EXPECT_EQ(five.code, 0x1015);
  EXPECT_EQ(five.count, 5);
  EXPECT_EQ(five.params[0], 0xD212u);
  EXPECT_EQ(encoded({.kind = Kind::operation_response, .code = 0x2001, .transaction_id = 6}),
            hex("0C000000 03000120 06000000"));
  const auto data = decoded(hex("20000000 02001610 03000000 05000000"));
  EXPECT_EQ(data.kind, Kind::data);
  EXPECT_TRUE(data.first && data.last);
  EXPECT_EQ(data.size, 20u);
  EXPECT_EQ(data.total, 20u);
  EXPECT_EQ(decoded(hex("0C000000 02001510 03000000")).total, 0u) << "an empty data phase";
}

TEST(FujiTest, EventsHaveAWordMore) {
  const Message event{.kind = Kind::event, .count = 2, .code = 0xC001, .transaction_id = 9, .params = {9, 0x1234}};
  const auto bytes = hex("1C000000 040001C0 01000000 09000000 09000000 34120000 00000000");
  EXPECT_EQ(encoded(event), bytes);
  const auto message = decoded(bytes);
  EXPECT_EQ(message.kind, Kind::event);
  EXPECT_EQ(message.code, 0xC001);
  EXPECT_EQ(message.transaction_id, 9u);
  EXPECT_EQ(message.count, 3);
  EXPECT_EQ(message.params[1], 0x1234u);
  // The plain container is understood too.
  const auto plain = decoded(hex("10000000 040001C0 09000000 34120000"));
  EXPECT_EQ(plain.transaction_id, 9u);
  EXPECT_EQ(plain.params[0], 0x1234u);
}

TEST(FujiTest, LiveViewFramesAndGoodbye) {
  const auto bytes = hex("16000000 00000000 05000000 000000000000 FFD8FFD9");
  const auto head = framing.head(bytes);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->size, 18u);
  EXPECT_EQ(head->payload, 4u);
  const auto frame = decoded(bytes);
  EXPECT_EQ(frame.kind, Kind::data);
  EXPECT_EQ(frame.code, 0);
  EXPECT_EQ(frame.transaction_id, 5u);
  EXPECT_EQ(frame.total, 4u);
  EXPECT_EQ(encoded({.kind = Kind::data, .first = true, .last = true, .transaction_id = 0x105, .total = 4}),
            Bytes(bytes.begin(), bytes.begin() + 18))
      << "the counter wraps";

  EXPECT_EQ(encoded({.kind = Kind::goodbye}), hex("08000000 FFFFFFFF"));
  EXPECT_EQ(decoded(hex("08000000 FFFFFFFF")).kind, Kind::goodbye);
}

TEST(FujiTest, BadLengthsAndTypesAreErrors) {
  EXPECT_EQ(framing.head(hex("080000"))->need, 8u);
  EXPECT_EQ(problem("0B000000 01000210"), "shorter than any packet of this dialect");
  EXPECT_EQ(problem("08000000 01000210"), "shorter than any packet of this dialect");
  EXPECT_EQ(problem("24000000 01000210"), "more than five parameters");
  EXPECT_EQ(problem("24000000 03000120"), "more than five parameters");
  EXPECT_EQ(problem("24000000 04000120"), "more than five parameters");
  EXPECT_EQ(problem("FFFFFFFF 02001510"), "unknown, where only the length tells the end");
  EXPECT_EQ(problem("1B000000 01000000"), "too short for an init packet");
  EXPECT_EQ(problem("01080000 01000000"), "too long for an init packet");
  EXPECT_EQ(problem("FFFFFFFF 02000000"), "too long for an init packet");
  EXPECT_EQ(problem("10000000 05000000"), "InitFail has 12 bytes");
  EXPECT_EQ(problem("11000000 00000000"), "too short for a live-view frame");
  EXPECT_EQ(problem("0C000000 05000210"), "none of command, data, response, event");
  EXPECT_EQ(problem("47455420 2F204854"), "none of command, data, response, event") << "GET / HT";
}

// Every prefix and every changed byte of every kind of packet: an error, more bytes wanted, or a message that survives
// being sent on.
TEST(FujiTest, DamageDecodesOrFails) {
  const Bytes packets[] = {
      filled(std::string("44000000 02000000 05000000") + guid_hex + "460055004A00", 68),
      filled(std::string("52000000 01000000 F2E4538F") + guid_hex + "76006D00", 82),
      hex("0C000000 05000000 19200000"),
      hex("20000000 01001510 06000000 12D20000 00000000 00000000 00000000 00000000"),
      hex("10000000 02001610 03000000 05000000"),
      hex("0C000000 03000120 06000000"),
      hex("1C000000 040001C0 01000000 09000000 09000000 34120000 00000000"),
      hex("16000000 00000000 05000000 000000000000 FFD8FFD9"),
      hex("08000000 FFFFFFFF"),
  };
  for (const auto& packet : packets) {
    for_each_damage(packet, [](const Bytes& damaged) {
      const auto head = framing.head(damaged);
      if (!head || head->need != 0) return;
      ASSERT_LE(head->size, max_head);
      if (head->size > damaged.size()) return;
      auto message = framing.decode(View{damaged}.first(head->size));
      ASSERT_TRUE(message);
      if (message->kind == Kind::init_command_request || message->kind == Kind::init_command_ack)
        message->wire = message->wire.subspan(12);
      const auto sent = encoded(*message);
      const auto again = framing.decode(sent);
      ASSERT_TRUE(again);
      ASSERT_EQ(again->kind, message->kind);
      ASSERT_EQ(again->code, message->code);
      ASSERT_EQ(again->transaction_id, message->transaction_id);
      ASSERT_EQ(again->params, message->params);
      ASSERT_EQ(again->total, message->total);
    });
  }
}

}  // namespace
}  // namespace stuntcam::ptp
