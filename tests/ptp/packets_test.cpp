#include "ptp/packets.h"

#include <gtest/gtest.h>

#include "bytes_testing.h"

namespace stuntcam::ptp {
namespace {

const PacketFraming lenient;
const PacketFraming strict{true};

Bytes encoded(const Message& message) {
  Bytes out;
  lenient.encode(message, out);
  return out;
}

// One packet of each type but the init packets, as the standard lays it out (docs/protocol.md §1.2).
const Bytes packets[] = {
    hex("0C000000 03000000 07000000"),
    hex("08000000 04000000"),
    hex("0C000000 05000000 02000000"),
    hex("1E000000 06000000 01000000 0710 03000000 FFFFFFFF 00000000 FFFFFFFF"),
    hex("12000000 07000000 0120 03000000 05000000"),
    hex("12000000 08000000 0240 03000000 01001929"),
    hex("14000000 09000000 03000000 0000000001000000"),
    hex("0C000000 0B000000 03000000"),
    hex("08000000 0D000000"),
    hex("08000000 0E000000"),
};

TEST(PacketsTest, TypesHaveNames) {
  for (u32 type = 1; type <= 14; ++type) EXPECT_FALSE(name(PacketType{type}).empty()) << type;
  EXPECT_EQ(name(PacketType::start_data), "StartData");
  EXPECT_EQ(name(PacketType{0}), "");
  EXPECT_EQ(name(PacketType{15}), "");
}

TEST(PacketsTest, EncodeBackToTheirBytes) {
  for (const auto* framing : {&lenient, &strict}) {
    for (const auto& packet : packets) {
      const auto head = framing->head(packet);
      ASSERT_TRUE(head);
      EXPECT_EQ(head->size, packet.size());
      const auto message = framing->decode(packet);
      ASSERT_TRUE(message);
      EXPECT_EQ(encoded(*message), packet);
    }
  }
}

TEST(PacketsTest, PayloadStaysOutside) {
  const auto data = hex("10000000 0A000000 03000000 AABBCCDD");
  const auto head = lenient.head(data);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->size, 12u);
  EXPECT_EQ(head->payload, 4u);
  const auto message = lenient.decode(View{data}.first(12));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->kind, Kind::data);
  EXPECT_FALSE(message->first || message->last);
  EXPECT_EQ(message->size, 4u);
  EXPECT_EQ(encoded(*message), Bytes(data.begin(), data.begin() + 12));
  const auto end = lenient.decode(hex("0C000000 0C000000 03000000"));
  EXPECT_TRUE(end->last);
  EXPECT_EQ(end->size, 0u);
}

TEST(PacketsTest, TotalsHave64Bits) {
  const auto message = lenient.decode(packets[6]);
  EXPECT_TRUE(message->first);
  EXPECT_EQ(message->total, u64{1} << 32);
  EXPECT_EQ(lenient.decode(hex("14000000 09000000 03000000 FFFFFFFFFFFFFFFF"))->total, unknown_size);
}

TEST(PacketsTest, ShortStartDataIsForTheLenient) {
  const auto packet = hex("10000000 09000000 03000000 04000000");
  EXPECT_TRUE(lenient.head(packet));
  EXPECT_EQ(lenient.decode(packet)->total, 4u);
  EXPECT_FALSE(strict.head(packet));
}

TEST(PacketsTest, LengthsMustFitTheirType) {
  EXPECT_EQ(lenient.head(hex("080000"))->need, 8u);
  for (const auto* bytes :
       {"07000000 0D000000", "00000000 06000000", "FFFFFFFF 06000000", "09000000 04000000", "0B000000 03000000",
        "11000000 06000000", "2A000000 06000000", "17000000 01000000", "01080000 01000000", "FFFFFFFF 63000000"}) {
    EXPECT_FALSE(lenient.head(hex(bytes))) << bytes;
  }
}

TEST(PacketsTest, UnknownTypesAreMessages) {
  const auto packet = hex("0C000000 63000000 01020304");
  ASSERT_TRUE(lenient.head(packet));
  const auto message = lenient.decode(packet);
  EXPECT_EQ(message->kind, Kind::unknown);
  EXPECT_EQ(message->params[0], 0x63u);
}

TEST(PacketsTest, DamageDecodesOrFails) {
  for (const auto* framing : {&lenient, &strict}) {
    for (const auto& packet : packets) {
      for_each_damage(packet, [&](const Bytes& damaged) {
        const auto head = framing->head(damaged);
        if (!head || head->need != 0 || head->size > damaged.size()) return;
        const auto message = framing->decode(View{damaged}.first(head->size));
        ASSERT_TRUE(message);
        ASSERT_EQ(message->wire.size(), head->size);
        ASSERT_LE(message->count, message->params.size());
      });
    }
  }
}

}  // namespace
}  // namespace stuntcam::ptp
