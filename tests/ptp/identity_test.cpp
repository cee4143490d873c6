// The init packets of clients, in the forms of docs/clients.md §1.
#include <gtest/gtest.h>

#include "bytes_testing.h"
#include "ptp/packets.h"
#include "ptp/text.h"

namespace stuntcam::ptp {
namespace {

const Bytes guid = hex("000102030405060708090A0B0C0D0E0F");

ReceivedIdentity received(std::string_view name_and_version) {
  auto body = guid;
  const auto rest = hex(name_and_version);
  body.insert(body.end(), rest.begin(), rest.end());
  const auto identity = decode_identity(body);
  EXPECT_TRUE(identity);
  return *identity;
}

TEST(IdentityTest, TheStandardForm) {
  const auto [identity, form] = received("76006D000000 00000100");
  EXPECT_EQ(identity.name, "vm");
  EXPECT_EQ(identity.version, 0x00010000u);
  EXPECT_EQ(to_string(identity.guid), "000102030405060708090a0b0c0d0e0f");
  EXPECT_TRUE(form.standard());
  EXPECT_EQ(encode_identity(identity).size(), 16 + 6 + 4u);
  EXPECT_EQ(decode_identity(encode_identity(identity))->identity, identity);
}

TEST(IdentityTest, NoVersion) {
  const auto [identity, form] = received("76006D000000");
  EXPECT_EQ(identity.name, "vm");
  EXPECT_TRUE(form.no_version);
}

TEST(IdentityTest, AsciiNameWithoutVersion) {
  const auto [identity, form] = received("686F7374 00");
  EXPECT_EQ(identity.name, "host");
  EXPECT_TRUE(form.ascii_name && form.no_version);
  EXPECT_FALSE(form.unterminated_name);
}

TEST(IdentityTest, ByteOrderMark) {
  const auto [identity, form] = received("FFFE 7000 7400 0000");
  EXPECT_EQ(identity.name, "pt");
  EXPECT_FALSE(form.ascii_name);
}

TEST(IdentityTest, NeitherTerminatorNorVersion) {
  const auto [identity, form] = received("7000 7400 7000 2000 6C00 6900");
  EXPECT_EQ(identity.name, "ptp li");
  EXPECT_TRUE(form.unterminated_name && form.no_version);
}

TEST(IdentityTest, APtpString) {
  const auto [identity, form] = received("04 7000 7400 7000 0000 01000000");
  EXPECT_EQ(identity.name, "ptp");
  EXPECT_TRUE(form.counted_name);
  EXPECT_EQ(identity.version, 1u);
}

TEST(IdentityTest, NothingButTheGuid) {
  const auto [identity, form] = received("");
  EXPECT_EQ(identity.name, "");
  EXPECT_TRUE(form.no_version);
  EXPECT_FALSE(decode_identity(View{guid}.first(15)));
}

TEST(IdentityTest, NamesAreAlwaysUtf8) {
  for_each_damage(hex("000102030405060708090A0B0C0D0E0F 7600E4006D000000 00000100"), [](const Bytes& damaged) {
    const auto identity = decode_identity(damaged);
    if (!identity) return;
    ASSERT_EQ(utf8_from_utf16(utf16_from_utf8(identity->identity.name)), identity->identity.name);
  });
  EXPECT_EQ(received("686FE4 00").identity.name, "ho\xEF\xBF\xBD") << "Latin-1";
}

}  // namespace
}  // namespace stuntcam::ptp
