#include "ptp/codes.h"

#include <gtest/gtest.h>

#include <set>

namespace stuntcam::ptp {
namespace {

constexpr Vendor vendors[] = {Vendor::none,   Vendor::microsoft, Vendor::nikon,   Vendor::canon, Vendor::fuji,
                              Vendor::parrot, Vendor::leica,     Vendor::olympus, Vendor::sony};

template <class Code>
class Codes : public ::testing::Test {};
using CodeTypes =
    ::testing::Types<OperationCode, ResponseCode, EventCode, FormatCode, PropertyCode, ObjectPropertyCode>;
TYPED_TEST_SUITE(Codes, CodeTypes);

TYPED_TEST(Codes, EveryCodeIsItsOwnTextUnderEveryVendor) {
  for (const auto vendor : vendors) {
    for (u32 number = 0; number <= 0xFFFF; ++number) {
      const auto code = static_cast<TypeParam>(number);
      if (name(code, vendor).empty() && number % 4099 != 0) continue;
      const auto text = to_string(code, vendor);
      ASSERT_EQ(parse_code<TypeParam>(text, vendor), code) << text << " of " << name(vendor);
      ASSERT_EQ(name(code, vendor).empty(), text.starts_with("0x")) << text;
    }
  }
}

TYPED_TEST(Codes, NamesAreUniqueUnderEveryVendor) {
  for (const auto vendor : vendors) {
    std::set<std::string_view> names;
    for (u32 number = 0; number <= 0xFFFF; ++number) {
      const auto known = name(static_cast<TypeParam>(number), vendor);
      ASSERT_TRUE(known.empty() || names.insert(known).second) << known << " of " << name(vendor);
    }
    EXPECT_FALSE(names.empty());
  }
}

TYPED_TEST(Codes, NumbersAreTakenInBothBases) {
  EXPECT_EQ(parse_code<TypeParam>("0x9123"), TypeParam{0x9123});
  EXPECT_EQ(parse_code<TypeParam>("0X9abc"), TypeParam{0x9ABC});
  EXPECT_EQ(parse_code<TypeParam>("37155"), TypeParam{37155});
  EXPECT_EQ(parse_code<TypeParam>("0"), TypeParam{0});
  for (const auto* text : {"", "0x", "0x10000", "65536", "-1", "12x", " 1", "0x12 ", "Nonsense", "0x-1"}) {
    EXPECT_EQ(parse_code<TypeParam>(text), std::nullopt) << text;
  }
}

TEST(CodesTest, NamesMeanTheirNumbers) {
  EXPECT_EQ(static_cast<u16>(OperationCode::GetDeviceInfo), 0x1001);
  EXPECT_EQ(static_cast<u16>(OperationCode::Skip), 0x9820);
  EXPECT_EQ(static_cast<u16>(ResponseCode::InvalidDataSet), 0x2023);
  EXPECT_EQ(static_cast<u16>(ResponseCode::MTP_Undefined), 0xA800);
  EXPECT_EQ(static_cast<u16>(EventCode::CaptureComplete), 0x400D);
  EXPECT_EQ(static_cast<u16>(FormatCode::EXIF_JPEG), 0x3801);
  EXPECT_EQ(static_cast<u16>(PropertyCode::ExposureTime), 0x500D);
  EXPECT_EQ(static_cast<u16>(ObjectPropertyCode::ObjectFileName), 0xDC07);
}

TEST(CodesTest, CaseDoesNotMatterInNames) {
  EXPECT_EQ(parse_code<OperationCode>("getdeviceinfo"), OperationCode::GetDeviceInfo);
  EXPECT_EQ(parse_code<ResponseCode>("ok"), ResponseCode::OK);
}

TEST(CodesTest, VendorCodesHaveNamesUnderTheirVendorOnly) {
  EXPECT_EQ(name(OperationCode{0x9201}, Vendor::nikon), "StartLiveView");
  EXPECT_EQ(name(OperationCode{0x9201}, Vendor::parrot), "GetSunshineValues");
  EXPECT_EQ(name(OperationCode{0x9201}, Vendor::microsoft), "WMPPD_ReportAddedDeletedItems");
  EXPECT_EQ(name(OperationCode{0x9201}, Vendor::canon), "");
  EXPECT_EQ(to_string(OperationCode{0x9201}, Vendor::none), "0x9201");
  EXPECT_EQ(parse_code<OperationCode>("StartLiveView", Vendor::canon), std::nullopt);
  EXPECT_EQ(name(OperationCode{0x1001}, Vendor::nikon), "GetDeviceInfo");
}

TEST(CodesTest, VendorPropertiesHideMtpOnes) {
  EXPECT_EQ(name(PropertyCode{0xD101}), "SecureTime");
  EXPECT_EQ(name(PropertyCode{0xD101}, Vendor::nikon), "ExternalDCIn");
  EXPECT_EQ(parse_code<PropertyCode>("FocusMode", Vendor::olympus), PropertyCode{0x500A});
  EXPECT_EQ(parse_code<PropertyCode>("OlympusFocusMode", Vendor::olympus), PropertyCode{0xD003});
}

TEST(CodesTest, OtherSpellingsAreUnderstood) {
  EXPECT_EQ(to_string(PropertyCode{0xD0E5}, Vendor::nikon), "LensApertureMin");
  EXPECT_EQ(parse_code<PropertyCode>("LensApatureMin", Vendor::nikon), PropertyCode{0xD0E5});
  EXPECT_EQ(parse_code<PropertyCode>("LensApatureMin", Vendor::canon), std::nullopt);
  EXPECT_EQ(parse_code<PropertyCode>("AfAtLiveView", Vendor::nikon), PropertyCode{0xD05D});
  EXPECT_EQ(parse_code<FormatCode>("3GP"), FormatCode::ThreeGP);
  EXPECT_EQ(parse_code<ResponseCode>("TransactionCancelled", Vendor::leica), ResponseCode::TransactionCanceled);
  EXPECT_EQ(parse_code<EventCode>("TransactionCancelled"), std::nullopt);
}

TEST(CodesTest, NearestNameFindsSlipsOnly) {
  EXPECT_EQ(nearest_name<OperationCode>("GetDeviceInf"), "GetDeviceInfo");
  EXPECT_EQ(nearest_name<OperationCode>("getdeviecinfo"), "GetDeviceInfo");
  EXPECT_EQ(nearest_name<PropertyCode>("ExposureTme"), "ExposureTime");
  EXPECT_EQ(nearest_name<OperationCode>("StartLiveVew", Vendor::nikon), "StartLiveView");
  EXPECT_EQ(nearest_name<OperationCode>("StartLiveVew", Vendor::canon), "");
  EXPECT_EQ(nearest_name<OperationCode>("Banana"), "");
  EXPECT_EQ(nearest_name<OperationCode>(""), "");
}

TEST(CodesTest, VendorsByName) {
  for (const auto each : vendors) EXPECT_EQ(vendor(name(each)), each);
  EXPECT_EQ(vendor("Nikon"), Vendor::nikon);
  EXPECT_EQ(vendor("kodak"), std::nullopt);
  EXPECT_EQ(name(static_cast<Vendor>(200)), "");
}

TEST(CodesTest, VendorsByDeviceInfo) {
  EXPECT_EQ(vendor_of(6, "Nikon Corporation"), Vendor::nikon);
  EXPECT_EQ(vendor_of(0xFFFFFFFF, "NIKON"), Vendor::nikon);
  EXPECT_EQ(vendor_of(0xA, ""), Vendor::nikon);
  EXPECT_EQ(vendor_of(6, "Canon.Inc"), Vendor::canon);
  EXPECT_EQ(vendor_of(0xB, "Canon.Inc"), Vendor::canon);
  EXPECT_EQ(vendor_of(6, "FUJIFILM"), Vendor::fuji);
  EXPECT_EQ(vendor_of(0x1B, "Parrot S.A."), Vendor::parrot);
  EXPECT_EQ(vendor_of(0, "LEICA"), Vendor::leica);
  EXPECT_EQ(vendor_of(0, "OMSYSTEM"), Vendor::olympus);
  EXPECT_EQ(vendor_of(6, "OLYMPUS"), Vendor::olympus);
  EXPECT_EQ(vendor_of(0x11, "Sony Corporation"), Vendor::sony);
  EXPECT_EQ(vendor_of(6, "Acme"), Vendor::microsoft);
  EXPECT_EQ(vendor_of(0, "Acme"), Vendor::none);
}

TEST(CodesTest, OperationsSayWhichWayDataFlows) {
  EXPECT_EQ(data_direction(OperationCode::OpenSession), DataDirection::none);
  EXPECT_EQ(data_direction(OperationCode::GetObject), DataDirection::to_initiator);
  EXPECT_EQ(data_direction(OperationCode::SendObject), DataDirection::to_responder);
  EXPECT_EQ(data_direction(OperationCode::SendPartialObject), DataDirection::to_responder);
  EXPECT_EQ(data_direction(OperationCode{0x9203}, Vendor::nikon), DataDirection::to_initiator);
  EXPECT_EQ(data_direction(OperationCode{0x90C9}, Vendor::nikon), DataDirection::to_responder);
  EXPECT_EQ(data_direction(OperationCode{0x9207}, Vendor::nikon), DataDirection::none);
  EXPECT_EQ(data_direction(OperationCode{0x9207}, Vendor::parrot), DataDirection::to_initiator);
  EXPECT_EQ(data_direction(OperationCode{0x9203}), DataDirection::unknown);
  EXPECT_EQ(data_direction(OperationCode{0x9999}, Vendor::nikon), DataDirection::unknown);
}

}  // namespace
}  // namespace stuntcam::ptp
