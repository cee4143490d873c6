// A Fujifilm X-T1: what its property tables say, the two answers that were printed from one, and values that are set
// (docs/cameras.md).
#include "tests/emulator/fuji.h"

#include <fmt/format.h>

#include "ptp/reader.h"
#include "tests/emulator/x_t1_properties.h"

namespace stuntcam::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using testing::UnorderedElementsAreArray;
namespace op = fuji::operation;
namespace property = fuji::property;

// As the program ptp-ip printed them, behind the container's head.
const Bytes capabilities_902b =
    hex("08000000 16000000 12500400 01000000 00020300 00000200 04001400 00000C50 04000102 00098002 02000980 0A802400 "
        "00000550 04000102 00020002 0A000200 04000680 01800280 03800600 0A800B80 0C803600 00001050 03000100 00000002 "
        "130048F4 95F5E3F6 30F87DF9 CBFA18FC 65FDB3FE 00004D01 9B02E803 35058306 D0071D09 6B0AB80B 26000000 01D00400 "
        "01010002 00020B00 01000200 03000400 05000600 07000800 09000A00 0B007800 00002AD0 060001FF FFFFFF00 19008002 "
        "19009001 00802003 00804006 0080800C 00800019 00806400 0040C800 0000FA00 00004001 00009001 0000F401 00008002 "
        "00002003 0000E803 0000E204 00004006 0000D007 0000C409 0000800C 0000A00F 00008813 00000019 00000032 00400064 "
        "004000C8 00401400 000019D0 04000101 00010002 02000000 01001E00 00007CD1 06000100 00000004 04020301 00000000 "
        "07070910 01000000");
const Bytes state_d212 =
    hex("11000150 03000000 41D20A00 00000550 02000000 0A500180 00000C50 0A800000 0E500200 00001050 00000000 12500000 "
        "000001D0 02000000 18D00400 000028D0 00000000 2AD00019 00807CD1 04040203 09D20000 00001BD2 00000000 29D29705 "
        "00002AD2 8F060000");

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> out;
  for (auto at = text.find(by); at != std::string_view::npos; at = text.find(by)) {
    out.push_back(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  out.push_back(text);
  return out;
}

// As the table words a description.
std::string worded(const ptp::DevicePropDesc& desc) {
  const bool decimal = desc.type == ptp::DataType::int16;
  const auto number = [&](const ptp::Value& value) {
    const auto integer = static_cast<i64>(value.integer());
    return decimal ? fmt::format("{}", integer) : fmt::format("{:X}", integer);
  };
  std::string out = fmt::format("{}{}, {}, default {}, current {}", decimal ? "i" : "u", 8 * ptp::size_of(desc.type),
                                desc.get_set != 0 ? "RW" : "R", number(desc.factory_default), number(desc.current));
  if (const auto* range = std::get_if<ptp::RangeForm>(&desc.form))
    out += fmt::format(", range {}..{} step {}", number(range->minimum), number(range->maximum), number(range->step));
  if (const auto* list = std::get_if<ptp::EnumerationForm>(&desc.form)) {
    out += fmt::format(", enum({}):", list->values.size());
    for (const auto& value : list->values) out += " " + number(value);
  }
  return out;
}

TEST(Fuji, PropertiesAreThoseOfTheTable) {
  XT1 stage;
  FujiPlay client(stage.camera());
  std::size_t described = 0;
  for (const auto row : x_t1::properties) {
    const auto cells = split(row, '|');
    ASSERT_EQ(cells.size(), 3u) << row;
    const auto code = static_cast<u16>(std::stoul(std::string(cells[0]), nullptr, 16));
    if (code == property::CurrentState) continue;
    const auto value = client.get(code);
    if (cells[1].find("raw bytes") != std::string_view::npos) {
      EXPECT_EQ(value.size(), std::stoul(std::string(cells[1]))) << row;
    } else {
      u64 integer = 0;
      for (std::size_t i = 0; i < value.size(); ++i) integer |= u64{value[i]} << (8 * i);
      EXPECT_EQ(fmt::format("0x{:X} ({} bytes)", integer, value.size()), cells[1]) << row;
    }
    EXPECT_EQ(client.ask(Op::GetDevicePropDesc, {code}), Code::OK);
    EXPECT_TRUE(client.had_data() && client.data().empty()) << "nothing useful before GetCapabilities: " << row;
  }
  EXPECT_EQ(client.ask(op::GetCapabilities), Code::OK);
  for (const auto row : x_t1::properties) {
    const auto cells = split(row, '|');
    if (cells[2] == "not dumped") continue;
    ++described;
    const auto code = static_cast<u16>(std::stoul(std::string(cells[0]), nullptr, 16));
    EXPECT_EQ(client.ask(Op::GetDevicePropDesc, {code}), Code::OK);
    if (const auto malformed = cells[2].find("desc, "); malformed != std::string_view::npos) {
      EXPECT_EQ(client.data().size(), std::stoul(std::string(cells[2].substr(malformed + 6)))) << row;
      EXPECT_EQ(Bytes(client.data().begin(), client.data().begin() + 2), bytes(code));
    } else {
      EXPECT_EQ(worded(client.decoded<ptp::DevicePropDesc>()), cells[2]) << row;
    }
  }
  EXPECT_EQ(described, 23u);
}

std::vector<u16> without(std::vector<u16> codes, const std::vector<u16>& exempt) {
  for (const u16 code : exempt) EXPECT_EQ(std::erase(codes, code), 1u) << std::hex << code << " needs no exemption";
  return codes;
}

TEST(Fuji, DeviceInfoListsWhatIsKnownOfIt) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetDeviceInfo), Code::OK);
  const auto info = client.decoded<ptp::DeviceInfo>();
  EXPECT_EQ(info.manufacturer, "FUJIFILM");
  EXPECT_EQ(info.model, "X-T1");
  EXPECT_EQ(info.device_version, "5.51");
  EXPECT_EQ(info.vendor_extension_desc, "fujifilm.co.jp: 1.0; ");
  // gphoto2 wants a card with files: DeviceInfo, storages, listings, GetObject, DeleteObject.
  EXPECT_THAT(
      without(info.operations_supported, {0x1001, 0x1004, 0x1005, 0x1006, 0x1007, 0x1009, 0x100B}),
      UnorderedElementsAre(0x1002, 0x1003, 0x1008, 0x100A, 0x101B, 0x100E, 0x1014, 0x1015, 0x1016, 0x101C, 0x1018,
                           0x9020, 0x9021, 0x9022, 0x9026, 0x9027, 0x902B, 0x902C, 0x902D, 0x902E, 0x9030));
  EXPECT_THAT(stage.camera().unimplemented(), IsEmpty());
  EXPECT_THAT(info.events_supported, UnorderedElementsAre(0xC001, 0xC004, 0x400D));
  std::vector<u16> known;
  for (const auto row : x_t1::properties) known.push_back(static_cast<u16>(std::stoul(std::string(row), nullptr, 16)));
  // CurrentState is all of them in one, and raw text has no description that others could read.
  known = without(known, {0xD212, 0x5003, 0xD174, 0xD228, 0xD500});
  // gphoto2 sets RemotePriority and ReleaseMode; FocusLock is in CurrentState.
  EXPECT_THAT(without(info.device_properties_supported, {0xD207, 0xD208, 0xD209}), UnorderedElementsAreArray(known));
  // JPEG, raw files and movies: what it makes. No source has the lists.
  EXPECT_THAT(info.image_formats, UnorderedElementsAre(0x3801, 0xB103, 0x300D));
  EXPECT_THAT(info.capture_formats, ElementsAre(0x3801));
}

TEST(Fuji, TextIsARawField) {
  XT1 stage;
  FujiPlay client(stage.camera());
  const auto size = client.get(0x5003);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(size.data()), 20), std::string("L_4-3").append(15, '\0'));
  EXPECT_EQ(client.set(0x5003, bytes("L_3-2")), Code::AccessDenied);
}

TEST(Fuji, CapabilitiesAsPrinted) {
  XT1 stage("documented-902b");
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.ask(0x902B), Code::OK);
  EXPECT_EQ(client.data(), capabilities_902b);
}

TEST(Fuji, StateAsPrinted) {
  XT1 stage("documented-d212");
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.get(0xD212), state_d212);
  EXPECT_EQ(client.remote(), Code::OK);
  EXPECT_EQ(client.get(0xD212), state_d212);
}

// The other direction: what the printed answers say is what the camera has when it is told so.
TEST(Fuji, PrintedValuesCanBeSet) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.remote(), Code::OK);
  ptp::Reader reader{View(state_d212)};
  for (u16 left = reader.integer<u16>("count"); left > 0; --left) {
    const auto code = reader.integer<u16>("code");
    const auto value = bytes(reader.integer<u32>("value"));
    const auto* definition = stage.profile.property(code);
    ASSERT_NE(definition, nullptr) << code;
    if (definition->writable)
      EXPECT_EQ(client.set(code, value), Code::OK) << code;
    else
      stage.camera().properties().change(
          code, ptp::decode_value(View(value).first(ptp::size_of(definition->type)), definition->type).value());
  }
  EXPECT_TRUE(reader.ok() && reader.rest().empty());
  EXPECT_EQ(client.get(0xD212), state_d212);
}

TEST(Fuji, StateSaysWhatTheCameraIsReadyForUntilItIsControlled) {
  XT1 stage;
  FujiPlay client(stage.camera());
  const auto waiting = client.get(0xD212);
  EXPECT_EQ(Bytes(waiting.begin(), waiting.begin() + 8), hex("1200 00DF 06000000"));
  EXPECT_EQ(client.remote(), Code::OK);
  EXPECT_EQ(client.get(0xD212).size(), state_d212.size());
  // A negative value is not stretched over its 32 bits.
  EXPECT_EQ(client.set(property::ExposureBiasCompensation, bytes<i16>(-333)), Code::OK);
  const auto state = client.get(0xD212);
  EXPECT_NE(std::ranges::search(state, hex("1050 B3FE0000")).begin(), state.end());
}

TEST(Fuji, UnknownPropertiesAreEmptyAndFine) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::GetCapabilities), Code::OK);
  for (const u32 code : {0xD999u, 0x5002u, 0x12345u}) {
    for (const Op operation : {Op::GetDevicePropValue, Op::GetDevicePropDesc}) {
      EXPECT_EQ(client.ask(operation, {code}), Code::OK);
      EXPECT_TRUE(client.had_data() && client.data().empty());
    }
    EXPECT_EQ(client.send(Op::SetDevicePropValue, {code}, bytes<u16>(1)), Code::DevicePropNotSupported);
    EXPECT_TRUE(client.drained());
  }
}

TEST(Fuji, ARefusedPropertyIsMeantByItsCodeOnly) {
  XT1 stage;
  profiles::Property refused;
  refused.code = 0xD0F5;
  refused.refusal = static_cast<u16>(Code::AccessDenied);
  stage.profile.properties.push_back(refused);
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetDevicePropValue, {0xD0F5}), Code::AccessDenied);
  EXPECT_EQ(client.ask(Op::GetDevicePropValue, {0x1D0F5}), Code::OK);
  EXPECT_TRUE(client.had_data() && client.data().empty());
}

TEST(Fuji, ValuesMayBeLongerThanTheirType) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.remote(), Code::OK);
  EXPECT_EQ(client.set(property::FilmSimulation, hex("0B00000000000000000000000000000000000000")), Code::OK);
  EXPECT_EQ(client.get(property::FilmSimulation), bytes<u16>(11));
  EXPECT_EQ(client.set(property::FilmSimulation, bytes<u32>(3)), Code::OK);
  EXPECT_EQ(client.get(property::FilmSimulation), bytes<u16>(3));
  EXPECT_EQ(client.set(property::FilmSimulation, bytes<u8>(3)), Code::InvalidDevicePropFormat);
  EXPECT_EQ(client.set(property::FilmSimulation, {}), Code::InvalidDevicePropFormat);
  EXPECT_EQ(client.set(property::FilmSimulation, Bytes(2000)), Code::InvalidDevicePropFormat);
  EXPECT_EQ(client.set(property::FilmSimulation, bytes<u16>(99)), Code::InvalidDevicePropValue);
  EXPECT_EQ(client.set(property::BatteryLevel, bytes<u8>(3)), Code::AccessDenied);
  EXPECT_EQ(client.get(property::FilmSimulation), bytes<u16>(3));
}

// Learned over USB, a Fujifilm does as the standard says.
TEST(Fuji, OnlyItsDialectKeepsDescriptionsBack) {
  XT1 stage;
  FujiPlay over_wifi(stage.camera());
  EXPECT_EQ(over_wifi.ask(Op::GetDevicePropDesc, {0x5005}), Code::OK);
  EXPECT_THAT(over_wifi.data(), IsEmpty());
  XT1 other;
  other.profile.dialect = "ptpip";
  FujiPlay client(other.camera());
  EXPECT_EQ(client.ask(Op::GetDevicePropDesc, {0x5005}), Code::OK);
  EXPECT_EQ(client.decoded<ptp::DevicePropDesc>().code, 0x5005);
  EXPECT_EQ(client.ask(Op::GetDevicePropDesc, {0x5FFF}), Code::DevicePropNotSupported);
}

}  // namespace
}  // namespace stuntcam::tests
