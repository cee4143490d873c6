// What a Sequoia says it can do is what was published of one. Lists and tables here are typed from the reference, never
// taken from the profile.
#include <gmock/gmock.h>

#include <map>
#include <sstream>

#include "tests/emulator/parrot.h"

namespace stuntcam::tests {
namespace {

using ptp::DataType;

std::vector<u16> hex_list(const std::string& text) {
  std::istringstream in(text);
  std::vector<u16> out;
  for (std::string word; in >> word;) out.push_back(static_cast<u16>(std::stoul(word, nullptr, 16)));
  return out;
}

ptp::DeviceInfo device_info(SequoiaStage& stage) {
  SequoiaPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetDeviceInfo), Code::OK);
  return client.decoded<ptp::DeviceInfo>();
}

TEST(ParrotLists, DeviceInfo) {
  SequoiaStage stage;
  const auto info = device_info(stage);
  EXPECT_EQ(info.standard_version, 100);
  EXPECT_EQ(info.vendor_extension_id, 0x1Bu);
  EXPECT_EQ(info.vendor_extension_version, 100);
  EXPECT_EQ(info.vendor_extension_desc, "parrot.com: 1.0;");
  EXPECT_EQ(info.functional_mode, 0);
  EXPECT_EQ(info.manufacturer, "Parrot S.A.");
  EXPECT_EQ(info.model, "Sequoia");
  EXPECT_EQ(info.device_version, "1.2.0");
  EXPECT_THAT(info.serial_number, testing::MatchesRegex("PI[0-9A-Z]{10}00[0-9]{4}"));
  EXPECT_EQ(
      info.operations_supported,
      hex_list("1001 1002 1003 1004 1005 1006 1007 1008 1009 100A 100B 100E 100F 1013 1014 1015 1016 1017 1018 101B "
               "101C 9201 9202 9203 9204 9205 9206 9207 9208 9209 920A 9210 9211 9212 9213 9214 9215 9216"));
  EXPECT_EQ(info.events_supported, hex_list("4002 4003 4004 4005 4007 400A 400D C201 C202"));
  EXPECT_EQ(
      info.device_properties_supported,
      hex_list("5002 5003 5004 5005 5007 5008 5009 500A 500C 5011 5013 501A 501C 501B D212 D201 D202 D203 D204 D205 "
               "D206 D207 D208 D20A D215 D214 D216 D217 D218 D219"));
}

TEST(ParrotLists, DevicePropDescs) {
  // The manual's types; get/set, it says of all of them.
  const std::map<u16, DataType> types{
      {0x5002, DataType::uint16},          {0x5003, DataType::string},          {0x5004, DataType::uint8},
      {0x5005, DataType::uint16},          {0x5007, DataType::uint16},          {0x5008, DataType::uint32},
      {0x5009, DataType::uint16},          {0x500A, DataType::uint16},          {0x500C, DataType::uint16},
      {0x5011, DataType::string},          {0x5013, DataType::uint16},          {0x501A, DataType::uint16},
      {0x501B, DataType::uint32},          {0x501C, DataType::uint16},          {0xD201, DataType::uint32},
      {0xD202, DataType::uint32},          {0xD203, DataType::string},          {0xD204, DataType::uint32},
      {0xD205, DataType::uint32},          {0xD206, DataType::uint32},          {0xD207, DataType::string},
      {0xD208, DataType::string},          {0xD20A, DataType::string},          {0xD212, DataType::uint32},
      {0xD214, DataType::array_of_uint32}, {0xD215, DataType::array_of_uint16}, {0xD216, DataType::array_of_uint16},
      {0xD217, DataType::array_of_uint32}, {0xD218, DataType::array_of_uint32}, {0xD219, DataType::uint8},
  };
  SequoiaStage stage;
  const auto listed = device_info(stage).device_properties_supported;
  EXPECT_EQ(listed.size(), types.size());
  SequoiaPlay client(stage.camera());
  for (const auto& [code, type] : types) {
    EXPECT_EQ(client.ask(Op::GetDevicePropDesc, {code}), Code::OK) << std::hex << code;
    const auto desc = client.decoded<ptp::DevicePropDesc>();
    EXPECT_EQ(desc.type, type) << std::hex << code;
    EXPECT_EQ(desc.get_set, 1) << std::hex << code;
    EXPECT_EQ(client.ask(Op::GetDevicePropValue, {code}), Code::OK) << std::hex << code;
    if (code != 0x5011) {
      EXPECT_EQ(client.data(), desc.current.bytes()) << std::hex << code;
    }
  }
}

// The vendor's own tests of its cameras demand these of every property.
TEST(ParrotLists, PropertiesTakeTheirPresentValueAndCanBeReset) {
  SequoiaStage stage;
  const auto listed = device_info(stage).device_properties_supported;
  SequoiaPlay client(stage.camera());
  for (const u16 code : listed) {
    EXPECT_EQ(client.send(Op::SetDevicePropValue, {code}, client.get(code).bytes()), Code::OK) << std::hex << code;
    EXPECT_EQ(client.ask(Op::ResetDevicePropValue, {code}), Code::OK) << std::hex << code;
    EXPECT_EQ(client.ask(Op::GetDevicePropDesc, {code}), Code::OK);
    const auto desc = client.decoded<ptp::DevicePropDesc>();
    EXPECT_EQ(desc.current, desc.factory_default) << std::hex << code;
  }
}

TEST(ParrotLists, WhatIsAdvertisedIsAnswered) {
  SequoiaStage stage;
  EXPECT_THAT(stage.camera().unimplemented(), testing::IsEmpty());
  SequoiaPlay client(stage.camera());
  for (const u16 code : stage.profile.device.operations) {
    if (code == 0x1002 || code == 0x1003 || code == 0x1013) continue;
    EXPECT_NE(client.ask(code), Code::OperationNotSupported) << std::hex << code;
    stage.advance(5);
  }
  for (const u16 code : std::vector<u16>{0x9214, 0x9215, 0x9216})
    EXPECT_EQ(client.ask(code), Code::GeneralError) << std::hex << code;
}

TEST(ParrotLists, OnlyLaterFirmwareTakesGeotags) {
  SequoiaStage stage, later("later-firmware");
  SequoiaPlay client(stage.camera()), newer(later.camera());
  EXPECT_EQ(client.send(parrot::operation::SetGeotag, {}, Bytes(60)), Code::OperationNotSupported);
  EXPECT_EQ(newer.send(parrot::operation::SetGeotag, {}, Bytes(60)), Code::OK);
  EXPECT_THAT(device_info(later).operations_supported, testing::Contains(0x9400));
  EXPECT_NE(device_info(later).device_version, device_info(stage).device_version);
}

}  // namespace
}  // namespace stuntcam::tests
