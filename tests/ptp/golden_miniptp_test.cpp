// What the program miniPtp printed of a Canon EOS R6.
#include <gtest/gtest.h>

#include <algorithm>

#include "bytes_testing.h"
#include "ptp/codes.h"
#include "ptp/datasets.h"

namespace stuntcam::ptp {
namespace {

constexpr u16 operations[] = {
    0x1001, 0x1002, 0x1003, 0x1004, 0x1005, 0x1006, 0x1007, 0x1008, 0x1009, 0x100A, 0x100B, 0x100C, 0x100D, 0x100F,
    0x1014, 0x1016, 0x101B, 0x902F, 0x9033, 0x9050, 0x9051, 0x905C, 0x905D, 0x9060, 0x9068, 0x9069, 0x906A, 0x906B,
    0x906C, 0x906D, 0x906E, 0x906F, 0x9077, 0x9078, 0x9079, 0x9101, 0x9102, 0x9103, 0x9104, 0x9105, 0x9106, 0x9107,
    0x9108, 0x9109, 0x910A, 0x910C, 0x910F, 0x9110, 0x9114, 0x9115, 0x9116, 0x9117, 0x9118, 0x911A, 0x911B, 0x911C,
    0x911D, 0x911E, 0x911F, 0x9122, 0x9123, 0x9124, 0x9127, 0x9128, 0x9129, 0x912B, 0x912C, 0x912D, 0x912E, 0x912F,
    0x9130, 0x9131, 0x9132, 0x9133, 0x9134, 0x9135, 0x9136, 0x9137, 0x9138, 0x9139, 0x913A, 0x913B, 0x913C, 0x913D,
    0x913E, 0x913F, 0x9140, 0x9141, 0x9143, 0x9144, 0x9145, 0x9146, 0x9148, 0x9149, 0x914A, 0x914B, 0x914D, 0x914F,
    0x9150, 0x9153, 0x9154, 0x9155, 0x9157, 0x9158, 0x9159, 0x915A, 0x915B, 0x915C, 0x915D, 0x9160, 0x9166, 0x916B,
    0x916C, 0x916D, 0x916E, 0x916F, 0x9170, 0x9171, 0x9172, 0x9173, 0x9174, 0x9177, 0x9178, 0x9179, 0x9180, 0x9181,
    0x9182, 0x9183, 0x9184, 0x9185, 0x9186, 0x9187, 0x9188, 0x9189, 0x918A, 0x91AE, 0x91AF, 0x91B9, 0x91BA, 0x91D3,
    0x91D4, 0x91D5, 0x91D7, 0x91D8, 0x91D9, 0x91DA, 0x91DB, 0x91DC, 0x91DD, 0x91DE, 0x91E1, 0x91E3, 0x91E6, 0x91E7,
    0x91E8, 0x91E9, 0x91EC, 0x91F0, 0x91F1,
};

template <class T>
void expect_round_trip(const T& data_set, const Bytes& bytes) {
  EXPECT_EQ(encode(data_set), bytes);
  EXPECT_EQ(decode<T>(bytes), data_set);
}

TEST(GoldenMiniPtpTest, OperationsSurviveAsCodes) {
  ASSERT_EQ(std::size(operations), 159u);
  const auto bytes = encode_array(std::span<const u16>{operations});
  EXPECT_EQ(bytes.size(), 4 + 2 * 159u);
  const auto decoded = decode_u16_array(bytes, "OperationsSupported");
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(std::ranges::equal(*decoded, operations));
}

TEST(GoldenMiniPtpTest, OperationsHaveTheNamesItPrints) {
  const std::pair<u16, std::string_view> printed[] = {
      {0x1001, "GetDeviceInfo"}, {0x100F, "FormatStore"},   {0x101B, "GetPartialObject"}, {0x9033, "GetMacAddress"},
      {0x9050, "EnableCommand"}, {0x9114, "SetRemoteMode"}, {0x9115, "SetEventMode"},     {0x9116, "GetEvent"}};
  for (const auto& [code, name] : printed) {
    EXPECT_EQ(parse_code<OperationCode>(name, Vendor::canon), OperationCode{code}) << name;
  }
  EXPECT_EQ(to_string(OperationCode{0x902F}, Vendor::canon), "0x902F");
}

TEST(GoldenMiniPtpTest, Properties) {
  using enum DataType;
  EnumerationForm levels;
  for (const int level : {100, 0, 75, 0, 50}) levels.values.emplace_back(uint8, i128{level});
  const DevicePropDesc battery{0x5001, uint8, 0, {uint8, i128{63}}, {uint8, i128{63}}, levels};
  expect_round_trip(battery, hex("0150 0200 00 3F 3F 02 0500 64 00 4B 00 32"));
  EXPECT_FALSE(allows(battery.form, battery.current)) << "the camera's own value is none of its list";

  expect_round_trip(DevicePropDesc{0xD303, uint8, 0, {uint8, i128{1}}, {uint8, i128{1}}, {}},
                    hex("03D3 0200 00 01 01 00"));
  const auto name = std::string{"0D 4300 6100 6E00 6F00 6E00 2000 4500 4F00 5300 2000 5200 3600 0000"};
  expect_round_trip(DevicePropDesc{0xD402, string, 0, Value{"Canon EOS R6"}, Value{"Canon EOS R6"}, {}},
                    hex("02D4 FFFF 00" + name + name + "00"));
  const DevicePropDesc partner{0xD406, string, 1, Value{"Unknown Initiator"}, Value{"Unknown Initiator"}, {}};
  expect_round_trip(partner, encode(partner));
  EXPECT_EQ(encode(partner).size(), 2 + 2 + 1 + 2 * (1 + 18 * 2) + 1u);
  expect_round_trip(DevicePropDesc{0xD407, uint32, 0, {uint32, i128{1}}, {uint32, i128{1}}, {}},
                    hex("07D4 0600 00 01000000 01000000 00"));
}

TEST(GoldenMiniPtpTest, Storages) {
  expect_round_trip(StorageInfo{4, 3, 0, 15923150848, 15554052096, 0xFFFFFFFF, "SD1", ""},
                    hex("0400 0300 0000 000018B503000000 0000189F03000000 FFFFFFFF 04 5300 4400 3100 0000 00"));
  expect_round_trip(StorageInfo{4, 3, 0, 0, 0, 0xFFFFFFFF, "SD2", ""},
                    hex("0400 0300 0000 0000000000000000 0000000000000000 FFFFFFFF 04 5300 4400 3200 0000 00"));
}

TEST(GoldenMiniPtpTest, Objects) {
  ObjectInfo folder{.storage_id = 0x00010001, .object_format = 0x3001, .filename = "DCIM"};
  expect_round_trip(folder, hex("01000100 0130 0000 00000000 0000 00000000 00000000 00000000"
                                "00000000 00000000 00000000 00000000 0000 00000000 00000000"
                                "05 4400 4300 4900 4D00 0000 00 00 00"));
  const ObjectInfo raw{.storage_id = 0x00010001,
                       .object_format = 0xB108,
                       .object_compressed_size = 21662294,
                       .parent_object = 0x51900000,
                       .filename = "2U4A3378.CR3"};
  const auto bytes = encode(raw);
  EXPECT_EQ(bytes.size(), 52 + (1 + 13 * 2) + 3u);
  EXPECT_EQ(decode<ObjectInfo>(bytes), raw);
  EXPECT_EQ(name(FormatCode{raw.object_format}, Vendor::canon), "CR3");
}

template <class T>
void expect_damage_decodes_or_fails(const T& data_set) {
  for_each_damage(encode(data_set), [](const Bytes& damaged) {
    const auto decoded = decode<T>(damaged);
    if (!decoded) return;
    const auto again = decode<T>(encode(*decoded));
    ASSERT_TRUE(again) << again.error().to_string();
    ASSERT_EQ(*again, *decoded);
  });
}

TEST(GoldenMiniPtpTest, DamagedDataSetsDecodeOrFail) {
  using enum DataType;
  EnumerationForm levels;
  for (const int level : {100, 0, 75, 0, 50}) levels.values.emplace_back(uint8, i128{level});
  expect_damage_decodes_or_fails(DevicePropDesc{0x5001, uint8, 0, {uint8, i128{63}}, {uint8, i128{63}}, levels});
  expect_damage_decodes_or_fails(DevicePropDesc{0xD402, string, 0, Value{"Canon EOS R6"}, Value{"Canon EOS R6"}, {}});
  expect_damage_decodes_or_fails(DevicePropDesc{0xD407, uint32, 0, {uint32, i128{1}}, {uint32, i128{1}}, {}});
  expect_damage_decodes_or_fails(StorageInfo{4, 3, 0, 15923150848, 15554052096, 0xFFFFFFFF, "SD1", ""});
  expect_damage_decodes_or_fails(ObjectInfo{.storage_id = 0x00010001,
                                            .object_format = 0xB108,
                                            .object_compressed_size = 21662294,
                                            .parent_object = 0x51900000,
                                            .filename = "2U4A3378.CR3"});
}

TEST(GoldenMiniPtpTest, DamagedListsOfOperationsDecodeOrFail) {
  for_each_damage(encode_array(std::span<const u16>{operations}), [](const Bytes& damaged) {
    const auto decoded = decode_u16_array(damaged, "OperationsSupported");
    if (!decoded) return;
    const auto again = encode_array(std::span<const u16>{*decoded});
    ASSERT_TRUE(damaged.size() >= again.size() && std::ranges::equal(again, View(damaged).first(again.size())));
  });
}

}  // namespace
}  // namespace stuntcam::ptp
