// SendObjectPropList: docs/protocol.md §4.2.
#include "tests/emulator/play.h"

namespace stuntcam::tests {
namespace {

using ptp::ObjectPropElement;
using ptp::Value;
using testing::ElementsAre;
using Property = ptp::ObjectPropertyCode;

ObjectPropElement element(Property code, Value value, u32 handle = 0) {
  return {handle, static_cast<u16>(code), std::move(value)};
}

Bytes list(std::vector<ObjectPropElement> elements) { return ptp::encode(ptp::ObjectPropList{std::move(elements)}); }

struct UploadListTest : testing::Test {
  UploadListTest() { stage.profile.device.operations.push_back(static_cast<u16>(Op::SendObjectPropList)); }
  void begin() { client.emplace(stage.camera()); }
  Code announce(const Bytes& data, std::vector<u32> params = {card, all, 0x3000, 0, 4}) {
    return client->send(Op::SendObjectPropList, std::move(params), data);
  }
  Bytes good = list(
      {element(Property::ObjectFileName, Value("NEW.BIN")), element(Property::DateModified, Value("20200102T030405"))});
  Stage stage;
  std::optional<Play> client;
};

TEST_F(UploadListTest, AnnouncesWhatSendObjectBrings) {
  begin();
  EXPECT_EQ(announce(good), Code::OK);
  const auto answer = client->params();
  EXPECT_THAT(answer, ElementsAre(card, all, testing::Gt(0u), 0u));
  EXPECT_EQ(client->send(Op::SendObject, {}, {1, 2, 3, 4}), Code::OK);
  const auto info = client->info(answer.at(2));
  EXPECT_EQ(info.filename, "NEW.BIN");
  EXPECT_EQ(info.modification_date, "20200102T030405");
  EXPECT_EQ(client->ask(Op::GetObject, {answer.at(2)}), Code::OK);
  EXPECT_THAT(client->data(), ElementsAre(1, 2, 3, 4));
}

TEST_F(UploadListTest, NamesThePropertyThatIsWrong) {
  begin();
  const auto name = element(Property::ObjectFileName, Value("A.BIN"));
  const std::vector<std::pair<ObjectPropElement, Code>> wrong{
      {element(Property::Artist, Value("A")), Code::Invalid_ObjectPropCode},
      {element(Property::DateModified, Value(ptp::DataType::uint32, 5)), Code::Invalid_ObjectProp_Format},
      {element(Property::DateModified, Value("today")), Code::Invalid_ObjectProp_Value},
      {element(Property::ObjectFileName, Value("../A")), Code::Invalid_ObjectProp_Value},
      {element(Property::ObjectFileName, Value("A"), 7), Code::Invalid_Dataset}};
  for (const auto& [each, code] : wrong) {
    EXPECT_EQ(announce(list({name, each})), code);
    EXPECT_THAT(client->params(), ElementsAre(0u, 0u, 0u, 1u));
  }
  EXPECT_EQ(client->send(Op::SendObject, {}, {1, 2, 3, 4}), Code::NoValidObjectInfo);
}

TEST_F(UploadListTest, AnswersWhatIsWrong) {
  begin();
  EXPECT_EQ(announce(list({})), Code::Invalid_Dataset);
  EXPECT_EQ(announce(Bytes{9, 0, 0, 0}), Code::Invalid_Dataset);
  EXPECT_EQ(announce(good, {card, all, 0x3009, 0, 4}), Code::InvalidObjectFormatCode);
  EXPECT_EQ(announce(good, {0x00990001, all, 0x3000, 0, 4}), Code::InvalidStorageId);
  EXPECT_EQ(announce(good, {0, all, 0x3000, 0, 4}), Code::SpecificationOfDestinationUnsupported);
  EXPECT_EQ(announce(good, {card, client->find("FILE0001.TXT"), 0x3000, 0, 4}), Code::InvalidParentObject);
  EXPECT_EQ(announce(good, {card, all, 0x3000, 1, 0}), Code::StoreFull);
  EXPECT_EQ(announce(good, {card, all, 0x3000, 0, (1u << 20) - 10}), Code::StoreFull);
}

TEST_F(UploadListTest, FoldersAreCompleteAtOnce) {
  begin();
  EXPECT_EQ(announce(good, {card, all, 0x3001, 0, 0}), Code::OK);
  EXPECT_EQ(client->info(client->params().at(2)).object_format, 0x3001);
}

TEST_F(UploadListTest, NotToAReadOnlyStore) {
  stage.profile.storages[0].access_capability = 1;
  begin();
  EXPECT_EQ(announce(good), Code::StoreReadOnly);
}

}  // namespace
}  // namespace stuntcam::tests
