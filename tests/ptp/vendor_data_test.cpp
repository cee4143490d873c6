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

}  // namespace
}  // namespace stuntcam::ptp
