#include "pcap/replay_compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ptp/datasets.h"

namespace stuntcam::pcap {
namespace {

using ptp::Json;
using testing::ElementsAre;
using testing::IsEmpty;

ptp::Message request(ptp::OperationCode code, std::initializer_list<u32> params) {
  ptp::Message message;
  message.code = static_cast<u16>(code);
  for (const auto value : params) message.params[message.count++] = value;
  return message;
}
std::vector<std::string> fields(const Json& recorded, const Json& live, const std::string& subject = "Op()",
                                const std::vector<std::string>& masks = {}) {
  std::vector<std::string> names;
  for (const auto& each : compare(subject, recorded, live, Masks(masks))) names.push_back(each.field);
  return names;
}

TEST(Compare, NamesTheFieldsThatDiffer) {
  const Json one = {{"A", 1}, {"B", {{"C", 2}}}, {"List", {{{"D", 1}}, {{"D", 2}}}}};
  auto other = one;
  EXPECT_THAT(fields(one, other), IsEmpty());
  other["B"]["C"] = 3;
  other["List"][1]["D"] = 3;
  other["New"] = 1;
  EXPECT_THAT(fields(one, other), ElementsAre("Op().B.C", "Op().List[1].D", "Op().New"));
  other.erase("A");
  EXPECT_EQ(fields(one, other).size(), 4u);
}

TEST(Compare, TakesListsOfCodesAsSets) {
  EXPECT_THAT(fields({{"OperationsSupported", {1, 2}}}, {{"OperationsSupported", {2, 1}}}), IsEmpty());
  const auto differences =
      compare("Op()", {{"OperationsSupported", {1, 2}}}, {{"OperationsSupported", {2, 3}}}, Masks());
  ASSERT_EQ(differences.size(), 1u);
  EXPECT_EQ(differences[0].recorded, "[1]");
  EXPECT_EQ(differences[0].live, "[3]");
  EXPECT_EQ(fields({{"SupportedValues", {1, 2}}}, {{"SupportedValues", {2, 1}}}).size(), 1u);
}

TEST(Compare, LeavesOutWhatMayDiffer) {
  EXPECT_THAT(fields({{"SerialNumber", "1"}}, {{"SerialNumber", "2"}}), IsEmpty());
  EXPECT_THAT(fields({{"CurrentValue", 1}}, {{"CurrentValue", 2}}, "GetDevicePropDesc(BatteryLevel)"), IsEmpty());
  const Json one = {{"Filename", "a"}}, other = {{"Filename", "b"}};
  EXPECT_EQ(fields(one, other, "GetObjectInfo(0x1)").size(), 1u);
  EXPECT_THAT(fields(one, other, "GetObjectInfo(0x1)", {"Filename"}), IsEmpty());
  EXPECT_THAT(fields(one, other, "GetObjectInfo(0x1)", {"GetObjectInfo(*).F*"}), IsEmpty());
  EXPECT_THAT(fields(one, other, "GetDevicePropDesc(FNumber)", {"FNumber"}), IsEmpty());
  EXPECT_EQ(fields(one, other, "GetObjectInfo(0x1)", {"File", "GetObject(*)"}).size(), 1u);
  EXPECT_THAT(fields({{"FNumber", {{"Form", 1}}}}, {{"FNumber", {{"Form", 2}}}}, "Op()", {"FNumber"}), IsEmpty());
}

TEST(Identifiers, AreTranslatedWhereverTheyStand) {
  Identifiers ids;
  ids.handles = {{5, 50}, {0x10005, 0x20005}};
  ids.storages = {{0x10001, 0x20001}};
  using enum ptp::OperationCode;
  EXPECT_EQ(ids.translate(request(GetObject, {5})).params[0], 50u);
  EXPECT_EQ(ids.translate(request(GetObjectHandles, {0x10001, 5, 5})).params,
            (std::array<u32, 5>{0x20001, 5, 50, 0, 0}));
  EXPECT_EQ(ids.translate(request(GetDevicePropValue, {5})).params[0], 5u);
  const auto vendors = static_cast<ptp::OperationCode>(0x9123);
  EXPECT_EQ(ids.translate(request(vendors, {5, 0x10005})).params, (std::array<u32, 5>{5, 0x20005, 0, 0, 0}));
  ptp::ObjectInfo info;
  info.storage_id = 0x10001;
  info.parent_object = 5;
  const auto sent = ptp::decode<ptp::ObjectInfo>(ids.translate(request(SendObjectInfo, {}), ptp::encode(info)));
  EXPECT_EQ(sent->storage_id, 0x20001u);
  EXPECT_EQ(sent->parent_object, 50u);
  const auto told = ids.translate(request(GetObjectInfo, {5}), {{"StorageID", 0x10001}, {"ParentObject", 5}});
  EXPECT_EQ(told, (Json{{"StorageID", 0x20001}, {"ParentObject", 50}}));
  EXPECT_EQ(ids.translate(request(GetObjectHandles, {}), Json{5, 6}), (Json{50, 6}));
}

TEST(QueuedEvents, AreReadOnlyWhereTheyAreEvents) {
  const Bytes list = {2, 0, 2, 0x40, 5, 0, 0, 0, 0x0D, 0x40, 0, 0, 0, 0};
  const auto events = queued_events(list);
  ASSERT_TRUE(events && events->size() == 2);
  EXPECT_EQ((*events)[0].param, 5u);
  EXPECT_EQ((*events)[1].code, 0x400D);
  EXPECT_TRUE(queued_events(Bytes{0, 0})->empty());
  EXPECT_FALSE(queued_events(Bytes{1, 0, 2}));
  EXPECT_FALSE(queued_events(Bytes{1, 0, 2, 0x10, 0, 0, 0, 0}));
}

}  // namespace
}  // namespace stuntcam::pcap
