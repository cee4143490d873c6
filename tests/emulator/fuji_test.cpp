// A Fujifilm X-T1: what its property tables say, the two answers that were printed from one, and what it does in remote
// control (docs/cameras.md).
#include <fmt/format.h>

#include "emulator/vendors/fuji_codes.h"
#include "profiles/load.h"
#include "ptp/reader.h"
#include "tests/emulator/play.h"
#include "tests/emulator/x_t1_properties.h"

namespace stuntcam::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;
namespace fuji = emulator::fuji;
namespace op = fuji::operation;
namespace property = fuji::property;

Bytes hex(std::string_view text) {
  Bytes out;
  std::string digits;
  for (const char c : text)
    if (c != ' ' && c != '\n') digits += c;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    out.push_back(static_cast<u8>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  return out;
}

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

struct XT1 : Stage {
  explicit XT1(std::string preset = {}) {
    profile = profiles::load("fujifilm-x-t1").value();
    profile.timing.capture = 300ms;
    profile.timing.autofocus = 200ms;
    options.preset = std::move(preset);
  }
  void set(u16 code, std::string_view value) {
    options.set.emplace_back(code, profiles::parse_value(*profile.property(code), value).value());
  }
};

class FujiPlay : public Play {
 public:
  using Play::ask;
  using Play::Play;
  Code remote() {
    EXPECT_EQ(send(Op::SetDevicePropValue, {property::ClientState}, bytes<u16>(5)), Code::OK);
    EXPECT_EQ(ask(Op::GetDevicePropValue, {property::RemoteVersion}), Code::OK);
    EXPECT_EQ(data(), bytes<u32>(0x00020001));
    EXPECT_EQ(send(Op::SetDevicePropValue, {property::RemoteVersion}, data()), Code::OK);
    return ask(Op::InitiateOpenCapture, {0, 0});
  }
  Bytes get(u16 code) {
    EXPECT_EQ(ask(Op::GetDevicePropValue, {code}), Code::OK);
    EXPECT_TRUE(had_data());
    return data();
  }
  Code set(u16 code, const Bytes& value) { return send(Op::SetDevicePropValue, {code}, value); }
};

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

TEST(Fuji, OperationsOverWiFiAreAllThere) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetDeviceInfo), Code::OK);
  const auto info = client.decoded<ptp::DeviceInfo>();
  EXPECT_EQ(info.manufacturer, "FUJIFILM");
  EXPECT_EQ(info.model, "X-T1");
  EXPECT_EQ(info.device_version, "5.51");
  EXPECT_EQ(info.vendor_extension_desc, "fujifilm.co.jp: 1.0; ");
  for (const int code : {0x1002, 0x1003, 0x1008, 0x100A, 0x101B, 0x100E, 0x1014, 0x1015, 0x1016, 0x101C, 0x1018,
                         0x9020, 0x9021, 0x9022, 0x9026, 0x9027, 0x902B, 0x902C, 0x902D, 0x902E, 0x9030})
    EXPECT_NE(std::ranges::find(info.operations_supported, code), info.operations_supported.end()) << std::hex << code;
  EXPECT_THAT(stage.camera().unimplemented(), IsEmpty());
  EXPECT_THAT(info.events_supported, testing::UnorderedElementsAre(0xC001, 0xC004, 0x400D));
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

TEST(Fuji, RefusalsOfWhatAsksForDataHaveAnEmptyDataPhase) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetObjectInfo, {77}), Code::InvalidObjectHandle);
  EXPECT_TRUE(client.had_data());
  EXPECT_EQ(client.ask(op::GetCapturePreview), Code::DeviceBusy);
  EXPECT_TRUE(client.had_data());
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::DeviceBusy);
  EXPECT_FALSE(client.had_data());
}

TEST(Fuji, RemoteControlWantsItsSequence) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::InitiateOpenCapture), Code::DeviceBusy);
  EXPECT_EQ(client.set(property::ClientState, bytes<u16>(3)), Code::OK) << "taken, and of no use";
  EXPECT_EQ(client.ask(Op::InitiateOpenCapture), Code::DeviceBusy);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::DeviceBusy);
  EXPECT_EQ(client.session().frame(), nullptr);
  EXPECT_EQ(client.remote(), Code::OK);
  EXPECT_NE(client.session().frame(), nullptr);
  EXPECT_EQ(client.ask(Op::TerminateOpenCapture, {1}), Code::OK);
  EXPECT_EQ(client.session().frame(), nullptr);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::DeviceBusy);
}

TEST(Fuji, ANewClientWaitsForThePersonAndAnOldOneDoesNot) {
  XT1 stage;
  stage.options.confirm = 3s;
  const auto wait = [](FujiPlay& client) {
    ptp::Message request;
    request.code = static_cast<u16>(Op::SetDevicePropValue);
    request.count = 1;
    request.params[0] = property::ClientState;
    auto answer = client.raw().request(request);
    auto& intake = *std::get<std::unique_ptr<transport::Intake>>(answer);
    intake.begin(2);
    intake.write(bytes<u16>(5));
    const auto reply = intake.finish(true);
    EXPECT_EQ(reply.code, static_cast<u16>(Code::OK));
    return reply.before_response;
  };
  FujiPlay first(stage.camera());
  EXPECT_EQ(wait(first), 3s);
  EXPECT_EQ(first.remote(), Code::OK);
  first.disconnect();
  FujiPlay again(stage.camera());
  EXPECT_EQ(wait(again), 0s) << "its name is stored";
}

TEST(Fuji, OnlyTheClientThatItKnows) {
  XT1 stage;
  stage.options.only_client = "phone";
  struct Nobody final : transport::Outlet {
    void event(const EventOut&) override {}
    void close() override {}
  } outlet;
  ptp::Identity identity;
  identity.name = "stranger";
  EXPECT_FALSE(stage.camera().open(identity, outlet));
  identity.name = "phone";
  EXPECT_TRUE(stage.camera().open(identity, outlet));
}

TEST(Fuji, ACaptureIsToldInOrderAndEndsWithItsPreview) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.remote(), Code::OK);
  const u32 tid = client.transaction_id;
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0, 0}), Code::OK);
  EXPECT_THAT(client.events(), IsEmpty());
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0, 0}), Code::DeviceBusy);
  stage.clock.advance(1s);
  const auto told = client.events();
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(told[0], event(0xC004, {tid, 0, 0}, tid));
  EXPECT_EQ(told[1].code, 0xC001);
  const u32 size = told[1].params[1];
  EXPECT_EQ(told[1], event(0xC001, {tid, size, 0}, tid));
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0, 0}), Code::DeviceBusy) << "before the preview was fetched";
  EXPECT_EQ(client.ask(op::GetCapturePreview), Code::OK);
  EXPECT_EQ(client.data().size(), size);
  EXPECT_EQ(Bytes(client.data().begin(), client.data().begin() + 3), hex("FFD8FF"));
  EXPECT_THAT(client.events(), ElementsAre(event(0x400D, {tid, 0, 0}, tid)));
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0, 0}), Code::OK);
}

TEST(Fuji, APreviewThatNobodyFetchesIsGivenUp) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.remote(), Code::OK);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.clock.advance(20s);
  const auto told = client.events();
  ASSERT_THAT(told, SizeIs(3));
  EXPECT_EQ(told[2].code, 0x400D);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
}

TEST(Fuji, HalfPressedItFocusesOnly) {
  for (const bool out_of_focus : {false, true}) {
    XT1 stage;
    stage.profile.quirks.out_of_focus = out_of_focus;
    FujiPlay client(stage.camera());
    EXPECT_EQ(client.remote(), Code::OK);
    EXPECT_EQ(client.set(property::ReleaseMode, bytes<u16>(0x0200)), Code::OK);
    EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
    EXPECT_EQ(client.get(property::FocusLock), bytes<u16>(1));
    stage.clock.advance(5s);
    EXPECT_EQ(client.get(property::FocusLock), bytes<u16>(out_of_focus ? 3 : 2));
    EXPECT_THAT(client.events(), IsEmpty());
    EXPECT_EQ(client.ask(Op::GetObjectHandles, {all, 0, 0}), Code::OK);
    EXPECT_THAT(client.handles(), ElementsAre(1, 2, 3));
    EXPECT_EQ(client.set(property::ReleaseMode, bytes<u16>(0x0304)), Code::OK);
    EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
    stage.clock.advance(5s);
    EXPECT_EQ(client.ask(Op::GetObjectHandles, {all, 0, 0}), Code::OK);
    EXPECT_EQ(client.handles().size(), out_of_focus ? 3u : 4u);
  }
}

TEST(Fuji, QualityAndSizeMakeTheFiles) {
  XT1 stage;
  stage.set(property::ImageQuality, "5");
  stage.set(property::ImageAspectRatio, "3");
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.remote(), Code::OK);
  EXPECT_EQ(client.set(property::EnableCorrectFileSize, bytes<u16>(1)), Code::OK);
  const auto left = client.get(property::CapturesRemaining);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  stage.clock.advance(2s);
  EXPECT_THAT(client.events(), SizeIs(2)) << "one ObjectAdded for both files";
  EXPECT_EQ(client.ask(Op::GetObjectHandles, {all, 0, 0}), Code::OK);
  EXPECT_THAT(client.handles(), ElementsAre(1, 2, 3, 4, 5));
  const auto raw = client.info(4), jpeg = client.info(5);
  EXPECT_EQ(raw.filename, "DSCF0004.RAF");
  EXPECT_EQ(raw.object_format, 0xB103);
  EXPECT_EQ(jpeg.filename, "DSCF0004.JPG");
  EXPECT_EQ(jpeg.image_pix_width, 2496u);
  EXPECT_EQ(jpeg.image_pix_height, 1408u);
  EXPECT_NE(client.get(property::CapturesRemaining), left);
  EXPECT_EQ(client.ask(Op::GetObject, {5}), Code::OK);
  EXPECT_EQ(client.data().size(), jpeg.object_compressed_size);
}

TEST(Fuji, ObjectsHaveTwoSizesAndFieldsOfTheirOwn) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetObjectInfo, {1}), Code::OK);
  EXPECT_EQ(Bytes(client.data().begin() + 8, client.data().begin() + 26),
            hex("A0860100 00001000 00 A0860100 0000000000"));
  EXPECT_EQ(client.info(1).filename, "DSCF0001.JPG");
  EXPECT_EQ(client.info(1).parent_object, 0u);
  EXPECT_EQ(client.info(1).image_pix_width, 4896u);
  EXPECT_EQ(client.set(property::EnableCorrectFileSize, bytes<u16>(1)), Code::OK);
  EXPECT_EQ(client.info(1).object_compressed_size, 5u << 20);
  EXPECT_EQ(client.ask(Op::GetPartialObject, {1, 0x100000, 0x100000}), Code::OK);
  EXPECT_EQ(client.data().size(), 0x100000u);
  EXPECT_THAT(client.params(), IsEmpty());
  EXPECT_EQ(client.ask(Op::GetThumb, {1}), Code::OK);
  EXPECT_EQ(Bytes(client.data().begin(), client.data().begin() + 2), hex("FFD8"));
  for (const u32 nobody : {0u, 4u, all}) {
    EXPECT_EQ(client.ask(Op::GetObjectInfo, {nobody}), Code::InvalidObjectHandle);
    EXPECT_EQ(client.ask(Op::GetObject, {nobody}), Code::InvalidObjectHandle);
  }
  EXPECT_EQ(client.ask(Op::DeleteObject, {2}), Code::OK);
  EXPECT_EQ(client.ask(Op::GetObjectHandles, {all, 0, 0}), Code::OK);
  EXPECT_THAT(client.handles(), ElementsAre(1, 3)) << "a number stays with its object";
}

TEST(Fuji, ObjectsAreCountedForWhoeverViewsThem) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.get(property::ObjectCount), bytes<u32>(0));
  EXPECT_EQ(client.set(property::ClientState, bytes<u16>(2)), Code::OK);
  EXPECT_EQ(client.get(property::ObjectCount), bytes<u32>(3));
  EXPECT_EQ(client.get(property::ObjectCount2), bytes<u32>(3));
}

TEST(Fuji, FocusPointAndDials) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.remote(), Code::OK);
  EXPECT_EQ(client.ask(op::SetFocusPoint, {2, 6, 2, 3}), Code::OK);
  EXPECT_EQ(client.get(property::FocusPoint), bytes<u32>(0x03020602));
  EXPECT_EQ(client.get(property::FocusLock), bytes<u16>(1));
  EXPECT_EQ(client.ask(op::SetFocusPoint, {8, 6, 2, 3}), Code::InvalidParameter);
  EXPECT_EQ(client.ask(op::ReleaseFocusPoint), Code::OK);
  EXPECT_EQ(client.get(property::FocusLock), bytes<u16>(0));

  EXPECT_EQ(client.ask(op::StepExposureCompensation, {1}), Code::OK);
  EXPECT_EQ(client.get(property::ExposureBiasCompensation), bytes<i16>(333));
  for (int i = 0; i < 30; ++i) EXPECT_EQ(client.ask(op::StepExposureCompensation, {0}), Code::OK);
  EXPECT_EQ(client.get(property::ExposureBiasCompensation), bytes<i16>(-3000));
  EXPECT_EQ(client.ask(op::StepAperture, {1}), Code::OK);
  EXPECT_EQ(client.get(property::FNumber), bytes<u16>(350));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(client.ask(op::StepAperture, {1}), Code::OK);
  EXPECT_EQ(client.get(property::FNumber), bytes<u16>(1600)) << "none is no stop";
  EXPECT_EQ(client.ask(op::StepShutterSpeed, {1}), Code::OK);
  EXPECT_EQ(client.get(property::ShutterSpeed), bytes<u32>(0x80000000u + 80'000));
  EXPECT_EQ(client.ask(op::StepShutterSpeed, {0}), Code::OK);
  EXPECT_EQ(client.get(property::ShutterSpeed), bytes<u32>(0x80000000u + 60'000));
  for (const auto operation : {op::StepShutterSpeed, op::StepAperture, op::StepExposureCompensation})
    EXPECT_EQ(client.ask(operation, {2}), Code::InvalidParameter);
}

TEST(Fuji, MoviesEndByTheTransactionThatBeganThem) {
  XT1 stage;
  FujiPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::InitiateMovieCapture), Code::DeviceBusy);
  EXPECT_EQ(client.remote(), Code::OK);
  const u32 tid = client.transaction_id;
  EXPECT_EQ(client.ask(op::InitiateMovieCapture), Code::OK);
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::DeviceBusy);
  stage.clock.advance(10s);
  EXPECT_EQ(client.ask(op::TerminateMovieCapture, {tid + 77}), Code::InvalidTransactionID);
  EXPECT_EQ(client.ask(op::TerminateMovieCapture, {tid}), Code::OK);
  EXPECT_EQ(client.info(4).filename, "DSCF0004.MOV");
  EXPECT_EQ(client.get(property::MovieRemainingTime), bytes<u32>(0x68F - 10));
}

TEST(Fuji, TheCameraIsItsOwnersAgainAfterwards) {
  XT1 stage;
  {
    FujiPlay client(stage.camera());
    EXPECT_EQ(client.remote(), Code::OK);
    EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
    stage.clock.advance(1s);
    FujiPlay rival(stage.camera());
    EXPECT_EQ(rival.set(property::ClientState, bytes<u16>(5)), Code::OK);
    EXPECT_EQ(rival.ask(Op::InitiateOpenCapture), Code::DeviceBusy);
  }
  FujiPlay next(stage.camera());
  EXPECT_EQ(next.get(property::ClientState), bytes<u16>(0));
  EXPECT_EQ(next.remote(), Code::OK);
  EXPECT_EQ(next.ask(Op::InitiateCapture), Code::OK);
  stage.clock.advance(60s);
}

}  // namespace
}  // namespace stuntcam::tests
