// The device properties of a camera: docs/protocol.md §4.1.
#include "emulator/properties.h"

#include "tests/emulator/play.h"

namespace stuntcam::tests {
namespace {

using emulator::Properties;
using ptp::Value;
using testing::ElementsAre;
using testing::IsEmpty;
using enum ptp::DataType;

constexpr u16 f_number = 0x5007, battery = 0x5001, date_time = 0x5011, burst = 0x5018;

struct Listener {
  explicit Listener(Properties& properties) {
    properties.on_change([this](u16 code, const void* by) { heard.emplace_back(code, by); });
  }
  std::vector<std::pair<u16, const void*>> heard;
};

struct PropertiesTest : testing::Test {
  std::vector<profiles::Property> definitions = test_properties();
  Properties properties{definitions};
  Listener listener{properties};
  int me = 0;
};

TEST_F(PropertiesTest, BeginWithTheProfilesValues) {
  EXPECT_EQ(properties.get(f_number), Value(uint16, 400));
  EXPECT_EQ(properties.integer(f_number), 400);
  EXPECT_EQ(properties.integer(0x5999, 77), 77);
  EXPECT_EQ(properties.get(0x5999), std::nullopt);
}

TEST_F(PropertiesTest, SetChecksAccess) {
  EXPECT_EQ(properties.set(battery, Value(uint8, 50), &me), Code::AccessDenied);
  EXPECT_EQ(properties.set(0x5999, Value(uint8, 50), &me), Code::DevicePropNotSupported);
}

TEST_F(PropertiesTest, AccessCanBeTakenAndGiven) {
  properties.set_writable(f_number, false);
  EXPECT_EQ(properties.describe(f_number)->get_set, 0);
  EXPECT_EQ(properties.set(f_number, Value(uint16, 560), &me), Code::AccessDenied);
  properties.set_writable(battery, true);
  EXPECT_EQ(properties.set(battery, Value(uint8, 50), &me), Code::OK);
}

TEST_F(PropertiesTest, SetChecksType) {
  EXPECT_EQ(properties.set(f_number, Value(uint32, 560), &me), Code::InvalidDevicePropFormat);
}

TEST_F(PropertiesTest, SetChecksEnumeration) {
  EXPECT_EQ(properties.set(f_number, Value(uint16, 401), &me), Code::InvalidDevicePropValue);
  EXPECT_EQ(properties.set(f_number, Value(uint16, 560), &me), Code::OK);
  EXPECT_EQ(properties.integer(f_number), 560);
}

TEST_F(PropertiesTest, SetChecksRangeAndStep) {
  EXPECT_EQ(properties.set(burst, Value(uint16, 4), &me), Code::InvalidDevicePropValue);
  EXPECT_EQ(properties.set(burst, Value(uint16, 101), &me), Code::InvalidDevicePropValue);
  EXPECT_EQ(properties.set(burst, Value(uint16, 5), &me), Code::OK);
}

TEST_F(PropertiesTest, PresentValueCanAlwaysBeSet) {
  properties.change(f_number, Value(uint16, 333));  // as the profile of a real body may say: outside the form
  listener.heard.clear();
  EXPECT_EQ(properties.set(f_number, Value(uint16, 333), &me), Code::OK);
  EXPECT_THAT(listener.heard, IsEmpty());
}

TEST_F(PropertiesTest, ListenersHearOfRealChangesOnly) {
  EXPECT_EQ(properties.set(f_number, Value(uint16, 400), &me), Code::OK);
  EXPECT_EQ(properties.set(f_number, Value(uint16, 401), &me), Code::InvalidDevicePropValue);
  EXPECT_THAT(listener.heard, IsEmpty());
  EXPECT_EQ(properties.set(f_number, Value(uint16, 560), &me), Code::OK);
  properties.change(battery, i64{80});
  properties.change(battery, i64{80});
  const void* const nobody = nullptr;
  EXPECT_THAT(listener.heard,
              ElementsAre(std::pair(f_number, static_cast<const void*>(&me)), std::pair(battery, nobody)));
}

TEST_F(PropertiesTest, ResetGoesToTheFactoryDefault) {
  EXPECT_EQ(properties.reset(f_number, &me), Code::OK);
  EXPECT_EQ(properties.integer(f_number), 350);
  EXPECT_EQ(properties.reset(battery, &me), Code::AccessDenied);
  EXPECT_EQ(properties.reset(0x5999, &me), Code::DevicePropNotSupported);
}

TEST_F(PropertiesTest, ResetAllRestoresEverythingWritable) {
  properties.change(battery, i64{50});
  properties.change(burst, i64{5});
  properties.reset_all(&me);
  EXPECT_EQ(properties.integer(battery), 50);
  EXPECT_EQ(properties.integer(burst), 1);
  EXPECT_EQ(properties.integer(f_number), 350);
}

TEST_F(PropertiesTest, ComputedValueIsAskedFor) {
  i64 shots = 9;
  properties.compute(battery, [&] { return Value(uint8, shots); }, {});
  EXPECT_EQ(properties.integer(battery), 9);
  shots = 8;
  EXPECT_EQ(properties.describe(battery)->current, Value(uint8, 8));
  properties.change(battery, i64{3});  // nowhere to put it
  EXPECT_EQ(properties.integer(battery), 8);
  EXPECT_THAT(listener.heard, IsEmpty());
}

TEST_F(PropertiesTest, RequirementsGoBeyondTheForm) {
  properties.require(burst, [](const Value& value) { return value.integer() != 7; });
  EXPECT_EQ(properties.set(burst, Value(uint16, 7), &me), Code::InvalidDevicePropValue);
  EXPECT_EQ(properties.set(burst, Value(uint16, 9), &me), Code::OK);
}

TEST(DeviceProperties, DescriptorAndValueAgree) {
  Stage stage;
  Play client(stage.camera());
  for (const auto& each : stage.profile.properties) {
    EXPECT_EQ(client.ask(Op::GetDevicePropDesc, {each.code}), Code::OK);
    const auto desc = client.decoded<ptp::DevicePropDesc>();
    EXPECT_EQ(desc.code, each.code);
    EXPECT_EQ(desc.factory_default, each.factory_default);
    EXPECT_EQ(desc.get_set, each.writable ? 1 : 0);
    EXPECT_EQ(client.ask(Op::GetDevicePropValue, {each.code}), Code::OK);
    EXPECT_EQ(client.data(), desc.current.bytes());
  }
}

TEST(DeviceProperties, UnknownOnesAreNotSupported) {
  Stage stage;
  Play client(stage.camera());
  for (const u32 code : {0x5999u, 0x15007u, 0u}) {
    EXPECT_EQ(client.ask(Op::GetDevicePropDesc, {code}), Code::DevicePropNotSupported);
    EXPECT_EQ(client.ask(Op::GetDevicePropValue, {code}), Code::DevicePropNotSupported);
    EXPECT_EQ(client.send(Op::SetDevicePropValue, {code}, bytes<u16>(1)), Code::DevicePropNotSupported);
    EXPECT_EQ(client.ask(Op::ResetDevicePropValue, {code}), Code::DevicePropNotSupported);
  }
}

TEST(DeviceProperties, SetAnswersWhatIsWrong) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {battery}, bytes<u8>(1)), Code::AccessDenied);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {f_number}, bytes<u32>(560)), Code::InvalidDevicePropFormat);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {f_number}, {}), Code::InvalidDevicePropFormat);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {f_number}, Bytes(100000)), Code::InvalidDevicePropFormat);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {f_number}, bytes<u16>(401)), Code::InvalidDevicePropValue);
  client.lie = 5;
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {f_number}, bytes<u16>(560)), Code::IncompleteTransfer);
  EXPECT_EQ(stage.camera().properties().integer(f_number), 400);
}

TEST(DeviceProperties, SetTellsTheOthers) {
  Stage stage;
  Play one(stage.camera()), two(stage.camera());
  EXPECT_EQ(one.send(Op::SetDevicePropValue, {f_number}, bytes<u16>(560)), Code::OK);
  EXPECT_THAT(one.events(), IsEmpty());
  EXPECT_THAT(two.events(), ElementsAre(event(Event::DevicePropChanged, {f_number})));
}

TEST(DeviceProperties, AQuirkTellsTheSetterToo) {
  Stage stage;
  stage.profile.quirks.event_for_own_property_set = true;
  Play client(stage.camera());
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {f_number}, bytes<u16>(560)), Code::OK);
  EXPECT_THAT(client.events(), ElementsAre(event(Event::DevicePropChanged, {f_number})));
}

TEST(DeviceProperties, TheCamerasOwnChangesAreToldToAll) {
  Stage stage;
  Play client(stage.camera());
  stage.camera().properties().change(battery, i64{20});
  EXPECT_THAT(client.events(), ElementsAre(event(Event::DevicePropChanged, {battery})));
}

TEST(DeviceProperties, ResetOneAndAll) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::ResetDevicePropValue, {f_number}), Code::OK);
  EXPECT_EQ(stage.camera().properties().integer(f_number), 350);
  EXPECT_EQ(client.ask(Op::ResetDevicePropValue, {battery}), Code::AccessDenied);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {burst}, bytes<u16>(5)), Code::OK);
  EXPECT_EQ(client.ask(Op::ResetDevicePropValue, {all}), Code::OK);
  EXPECT_EQ(stage.camera().properties().integer(burst), 1);
}

TEST(RefusedProperties, AreListedAndAnswerWithTheirRefusal) {
  Stage stage;
  profiles::Property refused;
  refused.code = 0xD0F5;
  refused.refusal = static_cast<u16>(Code::AccessDenied);
  stage.profile.properties.push_back(refused);
  Play client(stage.camera());
  for (const Op operation : {Op::GetDevicePropDesc, Op::GetDevicePropValue, Op::ResetDevicePropValue}) {
    EXPECT_EQ(client.ask(operation, {refused.code}), Code::AccessDenied);
    EXPECT_FALSE(client.had_data());
  }
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {refused.code}, bytes<u16>(5)), Code::AccessDenied);
  EXPECT_EQ(client.ask(Op::ResetDevicePropValue, {all}), Code::OK);
  const auto& properties = stage.camera().properties();
  EXPECT_THAT(properties.codes(false), testing::Contains(refused.code));
  EXPECT_FALSE(properties.has(refused.code));
  EXPECT_EQ(properties.integer(refused.code, 7), 7);
  EXPECT_EQ(properties.refusal(f_number), std::nullopt);
}

// Of a property that is known otherwise, only the description is refused.
TEST(RefusedProperties, MayHaveAValue) {
  Stage stage;
  for (auto& property : stage.profile.properties)
    if (property.code == f_number) property.refusal = static_cast<u16>(Code::AccessDenied);
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetDevicePropDesc, {f_number}), Code::AccessDenied);
  EXPECT_EQ(client.ask(Op::GetDevicePropValue, {f_number}), Code::OK);
  EXPECT_EQ(client.data(), bytes<u16>(400));
}

TEST(DateTime, ShowsTheClockAndTicks) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetDevicePropValue, {date_time}), Code::OK);
  EXPECT_EQ(client.data(), bytes("20200913T122640"));
  stage.clock.advance(std::chrono::seconds(25));
  EXPECT_EQ(client.ask(Op::GetDevicePropValue, {date_time}), Code::OK);
  EXPECT_EQ(client.data(), bytes("20200913T122705"));
}

TEST(DateTime, CanBeSetAndGoesOnFromThere) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {date_time}, bytes("20301231T235958")), Code::OK);
  stage.clock.advance(std::chrono::seconds(3));
  EXPECT_EQ(client.ask(Op::GetDevicePropValue, {date_time}), Code::OK);
  EXPECT_EQ(client.data(), bytes("20310101T000001"));
  EXPECT_EQ(stage.camera().now().year, 2031);
}

TEST(DateTime, MustBeADate) {
  Stage stage;
  Play client(stage.camera());
  for (const auto* const text : {"", "yesterday", "20300231T000000"})
    EXPECT_EQ(client.send(Op::SetDevicePropValue, {date_time}, bytes(std::string_view(text))),
              Code::InvalidDevicePropValue);
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {date_time}, bytes("20301231T235958.5+0100")), Code::OK);
  EXPECT_EQ(client.ask(Op::GetDevicePropValue, {date_time}), Code::OK);
  EXPECT_EQ(client.data(), bytes("20301231T235958"));
}

}  // namespace
}  // namespace stuntcam::tests
