// What a host of a Canon hears.
#include "tests/emulator/canon.h"

namespace stuntcam::tests {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
namespace op = canon::operation;
namespace property = canon::property;

const Record* value_of(const std::vector<Record>& records, u16 code) {
  const auto found = std::ranges::find_if(records, [code](const Record& record) {
    return record.type == canon::event::PropValueChanged && record.word(0) == code;
  });
  return found == records.end() ? nullptr : &*found;
}
std::vector<Record> lists_of(const std::vector<Record>& records, u16 code) {
  std::vector<Record> lists;
  for (const Record& record : records)
    if (record.type == canon::event::AvailListChanged && record.word(0) == code) lists.push_back(record);
  return lists;
}

TEST(CanonEvents, NothingBeforeEventModeIsOn) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  EXPECT_THAT(client.poll(), IsEmpty());
  EXPECT_EQ(client.set(property::IsoSpeed, 0x50), Code::OK);
  EXPECT_THAT(client.poll(), IsEmpty());
}

TEST(CanonEvents, FirstTheWholeState) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  const auto records = client.take_over();
  const auto* const iso = value_of(records, property::IsoSpeed);
  ASSERT_NE(iso, nullptr);
  EXPECT_EQ(iso->payload, words({0xD103, 0}));
  const auto lists = lists_of(records, property::IsoSpeed);
  ASSERT_THAT(lists, SizeIs(1));
  EXPECT_EQ(lists[0].word(2), 32u);
  EXPECT_EQ(records.front().payload, words({0xD116, 0x80000453})) << "the order of the dump";
  EXPECT_EQ(value_of(records, property::Artist), nullptr) << "is told when asked for";
  EXPECT_THAT(lists_of(records, property::Artist), SizeIs(1));
  for (const u16 code : stage.camera().properties().codes(true)) EXPECT_THAT(lists_of(records, code), SizeIs(1));
  EXPECT_THAT(client.poll(), IsEmpty());
}

TEST(CanonEvents, ThenWhatChangesAlsoByItself) {
  CanonStage stage;
  CanonPlay client(stage.camera()), other(stage.camera());
  client.take_over();
  other.take_over();
  EXPECT_EQ(client.set(property::IsoSpeed, 0x50), Code::OK);
  for (auto* const each : {&client, &other}) {
    const auto records = each->poll();
    ASSERT_THAT(records, SizeIs(1));
    EXPECT_EQ(records[0].type, canon::event::PropValueChanged);
    EXPECT_EQ(records[0].payload, words({0xD103, 0x50}));
  }
  EXPECT_EQ(client.set(property::IsoSpeed, 0x50), Code::OK);
  EXPECT_THAT(client.poll(), IsEmpty()) << "nothing changed";
}

TEST(CanonEvents, EventModeOffForgets) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  client.take_over();
  EXPECT_EQ(client.set(property::IsoSpeed, 0x50), Code::OK);
  EXPECT_EQ(client.ask(op::SetEventMode, {0}), Code::OK);
  EXPECT_THAT(client.poll(), IsEmpty());
  EXPECT_EQ(client.ask(op::SetEventMode, {1}), Code::OK);
  EXPECT_THAT(client.poll(), SizeIs(testing::Gt(100u)));
}

TEST(CanonEvents, WhoNeverFetchesLosesTheOldest) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  client.take_over();
  constexpr int changes = 3000;
  for (int i = 0; i < changes; ++i) stage.camera().properties().change(property::IsoSpeed, i % 2 == 0 ? 0x48 : 0x50);
  const auto records = client.poll();
  EXPECT_THAT(records, SizeIs(1024));
  EXPECT_EQ(records.back().payload, words({0xD103, 0x50}));
}

TEST(CanonEvents, TellsWhatIsAskedFor) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  client.take_over();
  for (const u16 code : {u16{0xD115}, property::Artist, property::Copyright, property::SerialNumber})
    EXPECT_EQ(client.ask(op::RequestDevicePropValue, {code}), Code::OK);
  const auto records = client.poll();
  ASSERT_THAT(records, SizeIs(4));
  EXPECT_THAT(records[0].payload, SizeIs(4 + 1));
  EXPECT_THAT(records[1].payload, SizeIs(4 + 64));
  EXPECT_THAT(records[2].payload, SizeIs(4 + 64));
  EXPECT_THAT(records[3].payload, SizeIs(4 + 13));  // twelve digits, as the dump of the R6 has it
  EXPECT_EQ(client.ask(op::RequestDevicePropValue, {0xD1AE}), Code::GeneralError);
  EXPECT_EQ(client.ask(op::RequestDevicePropValue, {0x1D115}), Code::GeneralError);
}

// The same layout as the 60D's 452 bytes.
TEST(CanonEvents, DeviceInfoEx) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  EXPECT_EQ(client.ask(op::GetDeviceInfoEx), Code::OK);
  ptp::Reader reader(client.data());
  EXPECT_EQ(reader.integer<u32>("size"), client.data().size());
  std::vector<std::vector<u32>> lists(3);
  for (auto& list : lists) {
    list.resize(reader.count("list", 4));
    for (u32& value : list) value = reader.integer<u32>("value");
  }
  EXPECT_TRUE(reader.ok() && reader.rest().empty());
  EXPECT_THAT(lists[0], testing::AllOf(Contains(0xC181u), Contains(0xC189u), Not(Contains(0x4003u))));
  EXPECT_THAT(lists[1], testing::AllOf(Contains(0xD103u), Contains(0xD1D0u), Not(Contains(0x5001u))));
  EXPECT_THAT(lists[2], ElementsAre(0u, 1u, 2u, 4u));
}

TEST(CanonEvents, ObjectsThatOthersChange) {
  CanonStage stage;
  CanonPlay client(stage.camera()), other(stage.camera());
  client.take_over();
  const u32 handle = 0x5190D321;
  EXPECT_EQ(other.ask(Op::DeleteObject, {handle}), Code::OK);
  const auto records = client.poll();
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].type, canon::event::ObjectRemoved);
  EXPECT_EQ(records[0].payload, words({handle}));
}

TEST(CanonEvents, ASessionThatEndsIsForgotten) {
  CanonStage stage;
  CanonPlay client(stage.camera());
  client.take_over();
  EXPECT_EQ(client.ask(Op::CloseSession), Code::OK);
  EXPECT_EQ(client.ask(Op::OpenSession, {2}), Code::OK);
  EXPECT_THAT(client.poll(), IsEmpty());
  EXPECT_THAT(client.take_over(), SizeIs(testing::Gt(100u)));
}

}  // namespace
}  // namespace stuntcam::tests
