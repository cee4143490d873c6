#include "ptp/value.h"

#include <gtest/gtest.h>

#include "bytes_testing.h"

namespace stuntcam::ptp {
namespace {

std::vector<DataType> all_types() {
  std::vector<DataType> types;
  for (u32 code = 0; code <= 0xFFFF; ++code) {
    if (known(static_cast<DataType>(code))) types.push_back(static_cast<DataType>(code));
  }
  return types;
}

bool is_integer(DataType type) { return !is_array(type) && type != DataType::string; }

i128 highest(DataType type) {
  const auto bits = static_cast<int>(size_of(type)) * 8 - (is_signed(type) ? 1 : 0);
  return static_cast<i128>(bits == 128 ? ~u128{0} : (u128{1} << bits) - 1);
}
i128 lowest(DataType type) { return is_signed(type) ? -highest(type) - 1 : 0; }

TEST(ValueTest, ThereAre21Types) {
  EXPECT_EQ(all_types().size(), 21u);
  EXPECT_FALSE(known(DataType::undefined));
  EXPECT_FALSE(known(DataType{0x4000}));
  EXPECT_FALSE(known(DataType{0x000B}));
}

TEST(ValueTest, TypesHaveNames) {
  for (const auto type : all_types()) EXPECT_EQ(data_type(name(type)), type) << name(type);
  EXPECT_EQ(name(DataType::array_of_uint128), "array_of_uint128");
  EXPECT_EQ(data_type(""), std::nullopt);
  EXPECT_EQ(data_type("float"), std::nullopt);
  EXPECT_EQ(name(DataType::undefined), "");
}

TEST(ValueTest, TypesHaveSizesAndSigns) {
  EXPECT_EQ(size_of(DataType::int8), 1u);
  EXPECT_EQ(size_of(DataType::uint16), 2u);
  EXPECT_EQ(size_of(DataType::array_of_int32), 4u);
  EXPECT_EQ(size_of(DataType::uint64), 8u);
  EXPECT_EQ(size_of(DataType::uint128), 16u);
  EXPECT_EQ(size_of(DataType::string), 0u);
  EXPECT_TRUE(is_signed(DataType::int16));
  EXPECT_TRUE(is_signed(DataType::array_of_int128));
  EXPECT_FALSE(is_signed(DataType::uint8));
  EXPECT_FALSE(is_signed(DataType::string));
}

TEST(ValueTest, IntegersRoundTripAtTheirLimits) {
  for (const auto type : all_types()) {
    if (!is_integer(type)) continue;
    for (const auto integer : {i128{0}, i128{1}, lowest(type), highest(type), highest(type) / 3}) {
      const Value value{type, integer};
      EXPECT_EQ(value.integer(), integer) << name(type);
      EXPECT_EQ(value.bytes().size(), size_of(type));
      EXPECT_EQ(decode_value(value.bytes(), type), value);
    }
  }
}

TEST(ValueTest, IntegersAreCutToTheirWidth) {
  EXPECT_EQ(Value(DataType::uint8, i128{0x1FF}).integer(), 0xFF);
  EXPECT_EQ(Value(DataType::int8, i128{0x1FF}).integer(), -1);
  EXPECT_EQ(Value(DataType::uint16, i128{-1}).integer(), 0xFFFF);
  EXPECT_EQ(Value(DataType::int16, i128{0xFEB3}).integer(), -333);
  EXPECT_EQ(Value(DataType::uint32, i128{-1}).bits(), 0xFFFFFFFFu);
  EXPECT_EQ(Value(DataType::array_of_int8, std::vector<i128>{0x180}).array().at(0), -128);
}

TEST(ValueTest, ArraysRoundTrip) {
  for (const auto type : all_types()) {
    if (!is_array(type)) continue;
    const auto element = element_of(type);
    for (const auto& array :
         {std::vector<i128>{}, std::vector<i128>{lowest(element), 0, highest(element)}, std::vector<i128>(1000, 7)}) {
      const Value value{type, array};
      EXPECT_EQ(value.bytes().size(), 4 + array.size() * size_of(type)) << name(type);
      EXPECT_EQ(decode_value(value.bytes(), type), value) << name(type);
    }
  }
}

TEST(ValueTest, KnownBytes) {
  EXPECT_EQ(Value(DataType::int16, i128{-333}).bytes(), hex("B3FE"));
  EXPECT_EQ(Value(DataType::array_of_uint16, std::vector<i128>{1, 2}).bytes(), hex("02000000 0100 0200"));
  EXPECT_EQ(Value("ABC").bytes(), hex("04 4100 4200 4300 0000"));
  EXPECT_EQ(Value(DataType::uint128, (i128{1} << 64) + 2).bytes(), hex("0200000000000000 0100000000000000"));
  EXPECT_EQ(Value().bytes(), Bytes{});
}

TEST(ValueTest, ZeroIsAnEmptyValueOfTheType) {
  for (const auto type : all_types()) {
    const auto zero = Value::zero(type);
    EXPECT_EQ(zero.type(), type);
    EXPECT_EQ(decode_value(zero.bytes(), type), zero) << name(type);
    EXPECT_EQ(zero.integer(), 0);
    EXPECT_TRUE(zero.array().empty());
    EXPECT_EQ(zero.text(), "");
  }
  EXPECT_EQ(Value::zero(DataType::undefined), Value());
}

TEST(ValueTest, NumbersInTypesThatHaveNoneAreNothing) {
  EXPECT_EQ(Value(DataType::string, i128{5}).bytes(), hex("00"));
  EXPECT_EQ(Value(DataType::undefined, i128{5}).bytes(), Bytes{});
  EXPECT_EQ(Value(DataType::string, std::vector<i128>{5}).integer(), 0);
}

TEST(ValueTest, TheWholePayloadMustBeTheValue) {
  EXPECT_EQ(decode_value(hex("0102"), DataType::uint32).error().to_string(), "Value at byte 0: cut short");
  EXPECT_EQ(decode_value(hex("0102"), DataType::uint8, "ISO").error().to_string(),
            "ISO at byte 1: has surplus bytes behind it");
  EXPECT_FALSE(decode_value(hex("FFFFFFFF 01"), DataType::array_of_uint8));
  EXPECT_FALSE(decode_value(hex("01"), DataType::undefined));
  EXPECT_FALSE(decode_value(hex("01"), DataType{0x1234}));
  EXPECT_FALSE(decode_value({}, DataType::string));
}

TEST(ValueTest, DamagedValuesDecodeOrFail) {
  const std::pair<DataType, Bytes> vectors[] = {
      {DataType::string, hex("06 3DD8 F7DC 4100 0000 4200 0000")},
      {DataType::array_of_uint16, hex("03000000 0100 0200 0300")},
      {DataType::array_of_int128, Value(DataType::array_of_int128, std::vector<i128>{-1, 5}).bytes()},
      {DataType::int32, hex("B3FEFFFF")},
  };
  for (const auto& [type, bytes] : vectors) {
    for_each_damage(bytes, [as = type](const Bytes& damaged) {
      const auto value = decode_value(damaged, as);
      if (value) {
        EXPECT_EQ(decode_value(value->bytes(), as), *value);
      }
    });
  }
}

TEST(ValueTest, Text) {
  EXPECT_EQ(Value(DataType::uint16, i128{6400}).to_string(), "6400");
  EXPECT_EQ(Value(DataType::int16, i128{-333}).to_string(), "-333");
  EXPECT_EQ(Value(DataType::uint64, i128{-1}).to_string(), "18446744073709551615");
  EXPECT_EQ(Value(DataType::uint128, i128{-1}).to_string(), "0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF");
  EXPECT_EQ(Value(DataType::uint128, i128{1} << 64).to_string(), "0x10000000000000000");
  EXPECT_EQ(Value(DataType::int128, i128{-5}).to_string(), "-5");
  EXPECT_EQ(Value(DataType::array_of_int8, std::vector<i128>{1, -2}).to_string(), "[1, -2]");
  EXPECT_EQ(Value(DataType::array_of_int8, std::vector<i128>{}).to_string(), "[]");
  EXPECT_EQ(Value("say \"hi\"\\\n\x1B").to_string(), R"("say \"hi\"\\\x0A\x1B")");
  EXPECT_EQ(Value("\xC2\x9BK\xC2\x80 \xC3\xA9\xC2\xA0").to_string(), "\"\\x9BK\\x80 \xC3\xA9\xC2\xA0\"");
  EXPECT_EQ(Value().to_string(), "");
}

TEST(ValueTest, ComparedByTheSignOfTheType) {
  EXPECT_EQ(compare({DataType::int8, i128{-1}}, {DataType::int8, i128{1}}), -1);
  EXPECT_EQ(compare({DataType::uint8, i128{-1}}, {DataType::uint8, i128{1}}), 1);
  EXPECT_EQ(compare({DataType::uint128, i128{-1}}, {DataType::uint128, i128{1}}), 1);
  EXPECT_EQ(compare({DataType::int128, i128{-1}}, {DataType::int128, i128{1}}), -1);
  EXPECT_EQ(compare({DataType::uint32, i128{7}}, {DataType::uint32, i128{7}}), 0);
}

}  // namespace
}  // namespace stuntcam::ptp
