#include "ptp/container.h"

#include <gtest/gtest.h>

#include "bytes_testing.h"

namespace stuntcam::ptp {
namespace {

const ContainerFraming framing;

Message operation(u16 code, u32 transaction_id, std::initializer_list<u32> parameters) {
  Message message{.kind = Kind::operation_request, .code = code, .transaction_id = transaction_id};
  for (const auto parameter : parameters) message.params.at(message.count++) = parameter;
  return message;
}

Bytes encoded(const Message& message) {
  Bytes out;
  framing.encode(message, out);
  return out;
}

TEST(ContainerTest, KnownBytes) {
  EXPECT_EQ(encoded(operation(0x1002, 0, {1})), hex("10000000 0100 0210 00000000 01000000"));
  EXPECT_EQ(encoded({.kind = Kind::operation_response, .code = 0x2001, .transaction_id = 6}),
            hex("0C000000 0300 0120 06000000"));
  EXPECT_EQ(
      encoded({.kind = Kind::data, .first = true, .last = true, .code = 0x1009, .transaction_id = 7, .total = 100}),
      hex("70000000 0200 0910 07000000"));
  EXPECT_EQ(encoded({.kind = Kind::cancel, .transaction_id = 7}), Bytes{}) << "USB cancels on another way";
}

TEST(ContainerTest, OneDataContainerIsThePhase) {
  for (const u64 total : {u64{0}, u64{1}, u64{0xFFFFFFF2}}) {
    const auto bytes =
        encoded({.kind = Kind::data, .first = true, .last = true, .code = 0x1009, .transaction_id = 7, .total = total});
    const auto head = framing.head(bytes);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->size, 12u);
    EXPECT_EQ(head->payload, total);
    const auto message = framing.decode(bytes);
    ASSERT_TRUE(message);
    EXPECT_TRUE(message->first && message->last);
    EXPECT_EQ(message->total, total);
    EXPECT_EQ(message->size, total);
  }
}

TEST(ContainerTest, LengthsThatDoNotFitAreUnknown) {
  for (const u64 total : {unknown_size, u64{0xFFFFFFF3}, u64{1} << 33}) {
    const auto bytes =
        encoded({.kind = Kind::data, .first = true, .last = true, .code = 0x1009, .transaction_id = 7, .total = total});
    EXPECT_EQ(bytes, hex("FFFFFFFF 0200 0910 07000000"));
    EXPECT_EQ(framing.decode(bytes)->size, unknown_size);
  }
}

TEST(ContainerTest, BadContainersAreErrors) {
  EXPECT_EQ(framing.head(hex("0C0000"))->need, 12u);
  EXPECT_FALSE(framing.head(hex("0B000000 0100 0210 00000000")));
  EXPECT_FALSE(framing.head(hex("0C000000 0000 0210 00000000")));
  EXPECT_FALSE(framing.head(hex("0C000000 0500 0210 00000000")));
  EXPECT_FALSE(framing.head(hex("24000000 0100 0210 00000000"))) << "six parameters";
}

TEST(ContainerTest, DamageDecodesOrFails) {
  for (const auto& bytes :
       {encoded(operation(0x1007, 3, {0xFFFFFFFF, 0, 0xFFFFFFFF})), hex("10000000 0400 0240 FFFFFFFF 01000000")}) {
    for_each_damage(bytes, [](const Bytes& damaged) {
      const auto head = framing.head(damaged);
      if (!head || head->need != 0 || head->size > damaged.size()) return;
      const auto message = framing.decode(View{damaged}.first(head->size));
      ASSERT_TRUE(message);
      const auto again = framing.decode(encoded(*message));
      ASSERT_TRUE(again);
      ASSERT_EQ(again->kind, message->kind);
      ASSERT_EQ(again->code, message->code);
      ASSERT_EQ(again->transaction_id, message->transaction_id);
      ASSERT_EQ(again->params, message->params);
      ASSERT_EQ(again->size, message->size);
    });
  }
}

}  // namespace
}  // namespace stuntcam::ptp
