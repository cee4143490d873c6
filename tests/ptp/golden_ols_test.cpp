// The handshake and first operations of a phone app with a Leica, from the notes of the project ols (docs/protocol.md
// §1.12).
#include <gtest/gtest.h>

#include "bytes_testing.h"
#include "ptp/packets.h"

namespace stuntcam::ptp {
namespace {

const Bytes packets[] = {
    hex("22000000 01000000 00000000000000000000000000000000 4F004C0053000000 0100"),
    hex("22000000 02000000 01000000 00000000000000000000000000000000 0000 00000000"),
    hex("0C000000 03000000 01000000"),
    hex("08000000 04000000"),
    hex("16000000 06000000 01000000 0210 00000000 12040000"),
    hex("22000000 07000000 0120 00000000 0000000000000000000000000000000000000000"),
    hex("16000000 06000000 01000000 0590 01000000 55FF0000"),
    hex("22000000 07000000 0120 01000000 0000000000000000000000000000000000000000"),
    hex("12000000 06000000 01000000 1D90 18000000"),
    hex("22000000 07000000 0120 18000000 0000000000000000000000000000000000000000"),
    hex("1A000000 08000000 0640 FFFFFFFF 13500000 00000000 00000000"),
};

Message decoded(const Bytes& packet, const PacketFraming& framing = PacketFraming{}) {
  const auto head = framing.head(packet);
  EXPECT_TRUE(head);
  EXPECT_EQ(head->need, 0u);
  EXPECT_EQ(head->size, packet.size());
  EXPECT_EQ(head->payload, 0u);
  const auto message = framing.decode(packet);
  EXPECT_TRUE(message);
  return *message;
}

void expect_operation(const Bytes& packet, u16 code, u32 transaction_id, const std::vector<u32>& parameters) {
  const auto message = decoded(packet);
  EXPECT_EQ(message.kind, Kind::operation_request);
  EXPECT_EQ(message.data_phase, 1u);
  EXPECT_EQ(message.code, code);
  EXPECT_EQ(message.transaction_id, transaction_id);
  EXPECT_EQ(std::vector<u32>(message.params.begin(), message.params.begin() + message.count), parameters);
}

void expect_ok(const Bytes& packet, u32 transaction_id) {
  const auto message = decoded(packet);
  EXPECT_EQ(message.kind, Kind::operation_response);
  EXPECT_EQ(message.code, 0x2001);
  EXPECT_EQ(message.transaction_id, transaction_id);
  EXPECT_EQ(message.count, 5);
  EXPECT_EQ(message.params, (std::array<u32, 5>{}));
}

TEST(GoldenOlsTest, Handshake) {
  const auto request = decoded(packets[0]);
  EXPECT_EQ(request.kind, Kind::init_command_request);
  const auto initiator = decode_identity(identity_body(request));
  ASSERT_TRUE(initiator);
  EXPECT_EQ(initiator->identity.name, "OLS");
  EXPECT_EQ(initiator->identity.guid, Guid{});
  EXPECT_EQ(initiator->identity.version, 1u);
  EXPECT_TRUE(initiator->form.short_version);
  EXPECT_FALSE(initiator->form.standard());

  const auto ack = decoded(packets[1]);
  EXPECT_EQ(ack.kind, Kind::init_command_ack);
  EXPECT_EQ(ack.params[0], 1u);
  const auto responder = decode_identity(identity_body(ack));
  ASSERT_TRUE(responder);
  EXPECT_TRUE(responder->form.standard());
  EXPECT_EQ(responder->identity, (Identity{Guid{}, "", 0}));
  EXPECT_TRUE(std::ranges::equal(encode_identity(responder->identity), identity_body(ack)));

  EXPECT_EQ(decoded(packets[2]).kind, Kind::init_event_request);
  EXPECT_EQ(decoded(packets[2]).params[0], 1u);
  EXPECT_EQ(decoded(packets[3]).kind, Kind::init_event_ack);
}

TEST(GoldenOlsTest, Operations) {
  expect_operation(packets[4], 0x1002, 0, {0x412});
  expect_ok(packets[5], 0);
  expect_operation(packets[6], 0x9005, 1, {0xFF55});
  expect_ok(packets[7], 1);
  expect_operation(packets[8], 0x901D, 0x18, {});
  expect_ok(packets[9], 0x18);
}

TEST(GoldenOlsTest, Event) {
  const auto event = decoded(packets[10]);
  EXPECT_EQ(event.kind, Kind::event);
  EXPECT_EQ(event.code, 0x4006);
  EXPECT_EQ(event.transaction_id, no_transaction);
  EXPECT_EQ(event.count, 3);
  EXPECT_EQ(event.params, (std::array<u32, 5>{0x5013, 0, 0, 0, 0}));
}

TEST(GoldenOlsTest, PacketsEncodeBackToTheirBytes) {
  for (const auto& packet : packets) {
    auto message = decoded(packet);
    message.wire = identity_body(message);
    Bytes out;
    PacketFraming{}.encode(message, out);
    EXPECT_EQ(out, packet);
  }
}

// Everything but the borrowed bytes.
void expect_same(const Message& a, const Message& b) {
  ASSERT_EQ(a.kind, b.kind);
  ASSERT_EQ(a.count, b.count);
  ASSERT_EQ(a.first, b.first);
  ASSERT_EQ(a.last, b.last);
  ASSERT_EQ(a.code, b.code);
  ASSERT_EQ(a.transaction_id, b.transaction_id);
  ASSERT_EQ(a.data_phase, b.data_phase);
  ASSERT_EQ(a.params, b.params);
  ASSERT_EQ(a.total, b.total);
  ASSERT_EQ(a.size, b.size);
}

TEST(GoldenOlsTest, DamagedPacketsDecodeOrFail) {
  for (const bool strict : {false, true}) {
    const PacketFraming framing{strict};
    for (const auto& packet : packets) {
      for_each_damage(packet, [&](const Bytes& damaged) {
        const auto head = framing.head(damaged);
        if (!head || head->need != 0 || head->size > damaged.size()) return;
        auto message = framing.decode(View{damaged}.first(head->size));
        if (!message || message->kind == Kind::unknown) return;
        message->wire = identity_body(*message);
        Bytes out;
        framing.encode(*message, out);
        const auto again = framing.decode(out);
        ASSERT_TRUE(again);
        expect_same(*message, *again);
        if (message->kind == Kind::init_command_request) (void)decode_identity(message->wire);
      });
    }
  }
}

}  // namespace
}  // namespace stuntcam::ptp
