// Vendors' data sets by their lists of fields.
#include "ptp/vendor_data.h"

#include <gtest/gtest.h>

#include "ptp/writer.h"

namespace stuntcam::ptp {
namespace {

template <class... T>
Bytes bytes(T... values) {
  Bytes out;
  Writer writer(out);
  (writer.integer(values), ...);
  return out;
}

constexpr OperationCode angles{0x9203}, mask{0x9209}, geotag{0x9400};

TEST(VendorData, NamesItsFields) {
  const auto read = vendor_data_set(Vendor::parrot, angles, bytes(u32{3}, i32{-5}, i32{6}, i32{7}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->dump(), R"({"Yaw":-5,"Pitch":6,"Roll":7})");
  EXPECT_EQ(vendor_data_set(Vendor::parrot, mask, bytes(u32{0xFFFFFFFF}))->dump(), R"({"StatusMask":4294967295})");
}

TEST(VendorData, FieldsOfSeveralTypes) {
  const auto read = vendor_data_set(Vendor::parrot, geotag,
                                    bytes(u32{1}, i64{-2}, i32{-3}, i32{4}, i32{5}, u32{6}, u32{7}, u32{8}, i32{9},
                                          i32{10}, i32{11}, i32{12}, i32{13}, i32{-14}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->at("Timestamp"), -2);
  EXPECT_EQ(read->at("Latitude"), -3);
  EXPECT_EQ(read->at("Yaw"), -14);
  EXPECT_EQ(read->size(), 14u);
}

TEST(VendorData, NothingIsKnownOfOthers) {
  EXPECT_TRUE(vendor_data_set(Vendor::nikon, angles, bytes(u32{0}))->is_null());
  EXPECT_TRUE(vendor_data_set(Vendor::parrot, OperationCode{0x9213}, bytes(u32{0}))->is_null());
}

TEST(VendorData, OtherDataAreAnError) {
  EXPECT_FALSE(vendor_data_set(Vendor::parrot, angles, {}));
  EXPECT_FALSE(vendor_data_set(Vendor::parrot, angles, bytes(u32{3}, i32{1}, i32{2})));
  EXPECT_FALSE(vendor_data_set(Vendor::parrot, angles, bytes(u32{2}, i32{1}, i32{2}, i32{3})));
  EXPECT_FALSE(vendor_data_set(Vendor::parrot, angles, bytes(u32{3}, i32{1}, i32{2}, i32{3}, u8{4})));
}

// As many as the count says, by the names of their properties.
TEST(VendorData, ValuesOfSeveralProperties) {
  constexpr PropertyCode state{0xD212};
  const auto read = vendor_value(Vendor::fuji, state, bytes(u16{2}, u16{0x5001}, u32{3}, u16{0xD209}, u32{1}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->dump(), R"({"BatteryLevel":3,"FocusLock":1})");
  EXPECT_FALSE(vendor_value(Vendor::fuji, state, bytes(u16{2}, u16{0x5001}, u32{3})));
  EXPECT_FALSE(vendor_value(Vendor::fuji, state, bytes(u16{1}, u16{0x5001}, u32{3}, u8{0})));
  EXPECT_FALSE(vendor_value(Vendor::fuji, state, bytes(u16{2}, u16{0x5001}, u32{3}, u16{0x5001}, u32{3}))) << "twice";
  EXPECT_FALSE(vendor_value(Vendor::fuji, state, bytes(u16{0xFFFF})));
  EXPECT_TRUE(vendor_value(Vendor::nikon, state, bytes(u16{0}))->is_null());
}

TEST(VendorData, DescriptionsOfSeveralProperties) {
  constexpr OperationCode capabilities{0x902B};
  const Bytes one = encode(DevicePropDesc{.code = 0xD001,
                                          .type = DataType::uint8,
                                          .factory_default = Value(DataType::uint8, 1),
                                          .current = Value(DataType::uint8, 2)});
  const auto listed = [&](u32 count, u32 length) {
    Bytes list = bytes(count, length);
    list.insert(list.end(), one.begin(), one.end());
    return list;
  };
  const auto whole = static_cast<u32>(one.size() + 4);
  const auto read = vendor_data_set(Vendor::fuji, capabilities, listed(1, whole));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->at("FilmSimulation").at("CurrentValue"), 2);
  for (const u32 length : {u32{0}, u32{3}, u32{5}, whole - 1, whole + 1, u32{0xFFFFFFFF}})
    EXPECT_FALSE(vendor_data_set(Vendor::fuji, capabilities, listed(1, length))) << length;
  EXPECT_FALSE(vendor_data_set(Vendor::fuji, capabilities, listed(2, whole)));
}

}  // namespace
}  // namespace stuntcam::ptp
