// Looking at stores and objects, and fetching them: docs/protocol.md §4.1.
#include <set>

#include "tests/emulator/play.h"

namespace stuntcam::tests {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

constexpr u32 second_card = 0x00020001, empty_slot = 0x00030000, no_store = 0x00990001;

TEST(GetStorageIDs, ListsAllSlots) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetStorageIDs), Code::OK);
  EXPECT_THAT(client.handles(), ElementsAre(card, second_card, empty_slot));
}

TEST(GetStorageInfo, TellsOfTheStore) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetStorageInfo, {card}), Code::OK);
  const auto info = client.decoded<ptp::StorageInfo>();
  EXPECT_EQ(info.storage_type, 4);
  EXPECT_EQ(info.filesystem_type, 3);
  EXPECT_EQ(info.volume_label, "card");
  EXPECT_EQ(info.max_capacity, 1u << 20);
  EXPECT_LT(info.free_space_in_bytes, info.max_capacity);
  EXPECT_EQ(info.free_space_in_images, 0u);
}

// How large its pictures will be this camera does not know: they count as 8 MiB each.
TEST(GetStorageInfo, FreeSpaceInImagesIsReckonedWhereNobodyKnowsTheirSize) {
  Stage stage;
  stage.profile.storages.at(0).capacity = 100u << 20;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetStorageInfo, {card}), Code::OK);
  EXPECT_EQ(client.decoded<ptp::StorageInfo>().free_space_in_images, 12u);
}

TEST(GetStorageInfo, FreeSpaceInImagesIsTheProfilesWhereThatSaysOne) {
  Stage stage;
  stage.profile.storages.at(0).free_images = 77;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetStorageInfo, {card}), Code::OK);
  EXPECT_EQ(client.decoded<ptp::StorageInfo>().free_space_in_images, 77u);
}

TEST(GetStorageInfo, AnswersWhatIsWrong) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetStorageInfo, {no_store}), Code::InvalidStorageId);
  EXPECT_EQ(client.ask(Op::GetStorageInfo, {0}), Code::InvalidStorageId);
  EXPECT_EQ(client.ask(Op::GetStorageInfo, {empty_slot}), Code::StoreNotAvailable);
}

TEST(Filters, AllOnAllLevels) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetNumObjects, {all, 0, 0}), Code::OK);
  EXPECT_THAT(client.params(), ElementsAre(6u));  // two folders, three texts, a picture
  EXPECT_EQ(client.ask(Op::GetObjectHandles, {all, 0, 0}), Code::OK);
  const auto handles = client.handles();
  EXPECT_EQ(std::set(handles.begin(), handles.end()).size(), 6u);
  EXPECT_EQ(client.ask(Op::GetObjectHandles, {card}), Code::OK);
  EXPECT_THAT(client.handles(), ElementsAreArray(handles));
}

TEST(Filters, RootOnly) {
  Stage stage;
  Play client(stage.camera());
  const auto dcim = client.find("DCIM");
  EXPECT_EQ(client.ask(Op::GetObjectHandles, {card, 0, all}), Code::OK);
  EXPECT_THAT(client.handles(), ElementsAre(dcim));
}

TEST(Filters, ChildrenOfAFolder) {
  Stage stage;
  Play client(stage.camera());
  const auto dcim = client.find("DCIM"), folder = client.find("100TESTS");
  for (const u32 store : {card, all}) {
    EXPECT_EQ(client.ask(Op::GetObjectHandles, {store, 0, dcim}), Code::OK);
    EXPECT_THAT(client.handles(), ElementsAre(folder));
  }
  EXPECT_EQ(client.ask(Op::GetNumObjects, {card, 0, folder}), Code::OK);
  EXPECT_THAT(client.params(), ElementsAre(4u));
}

TEST(Filters, ByFormat) {
  Stage stage;
  Play client(stage.camera());
  const std::vector<std::pair<u32, u32>> expected{{0x3001, 2}, {0x3004, 3}, {0x3801, 1},
                                                  {all, 1},    {0x3009, 0}, {0xB101, 0}};
  for (const auto& [format, count] : expected) {
    EXPECT_EQ(client.ask(Op::GetNumObjects, {card, format, 0}), Code::OK);
    EXPECT_THAT(client.params(), ElementsAre(count)) << std::hex << format;
  }
}

TEST(Filters, ByFormatAndParent) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetObjectHandles, {card, 0x3004, all}), Code::OK);
  EXPECT_THAT(client.handles(), IsEmpty());
  EXPECT_EQ(client.data().size(), 4u);  // an empty array is not an empty data phase
}

TEST(Filters, AnswerWhatIsWrong) {
  Stage stage;
  Play client(stage.camera());
  const auto file = client.find("FILE0001.TXT"), folder = client.find("DCIM");
  for (const auto operation : {Op::GetNumObjects, Op::GetObjectHandles}) {
    EXPECT_EQ(client.ask(operation, {no_store, 0, 0}), Code::InvalidStorageId);
    EXPECT_EQ(client.ask(operation), Code::InvalidStorageId);
    EXPECT_EQ(client.ask(operation, {empty_slot, 0, 0}), Code::StoreNotAvailable);
    EXPECT_EQ(client.ask(operation, {card, 0x1009, 0}), Code::InvalidCodeFormat);
    EXPECT_EQ(client.ask(operation, {card, 0x13801, 0}), Code::InvalidCodeFormat);
    EXPECT_EQ(client.ask(operation, {card, 0, 0x777777}), Code::InvalidObjectHandle);
    EXPECT_EQ(client.ask(operation, {card, 0, file}), Code::InvalidParentObject);
    EXPECT_EQ(client.ask(operation, {second_card, 0, folder}), Code::InvalidParentObject);
  }
}

TEST(Filters, AllStoresSkipsTheEmptySlot) {
  Stage stage;
  stage.profile.storages = {stage.profile.storages[2]};
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetObjectHandles, {all, 0, 0}), Code::OK);
  EXPECT_THAT(client.handles(), IsEmpty());
}

TEST(GetObjectInfo, TellsOfTheObject) {
  Stage stage;
  Play client(stage.camera());
  const auto folder = client.find("100TESTS");
  const auto info = client.info(client.find("FILE0002.TXT"));
  EXPECT_EQ(info.storage_id, card);
  EXPECT_EQ(info.object_format, 0x3004);
  EXPECT_EQ(info.object_compressed_size, 1000u);
  EXPECT_EQ(info.parent_object, folder);
  EXPECT_EQ(info.capture_date.size(), 15u);
  EXPECT_EQ(client.info(client.find("DCIM")).parent_object, 0u);
  EXPECT_EQ(client.ask(Op::GetObjectInfo, {0x777777}), Code::InvalidObjectHandle);
  EXPECT_EQ(client.ask(Op::GetObjectInfo), Code::InvalidObjectHandle);
}

class Endless final : public emulator::Content {
 public:
  explicit Endless(u64 size) : size_(size) {}
  u64 size() const override { return size_; }
  emulator::Body slice(u64 offset, u64 size) const override { return transport::Generated{{}, offset, size}; }

 private:
  u64 size_;
};

struct Large : testing::Test {
  u32 put(u64 size) {
    emulator::Object object;
    object.handle = 0xFFFF0001;
    object.size = size;
    object.content = std::make_shared<Endless>(size);
    stage.camera().keep_in_memory(object);
    return object.handle;
  }
  // Where the body of an answer lies in the object; nothing is read.
  transport::Generated body(Op operation, std::vector<u32> params) {
    ptp::Message request;
    request.code = static_cast<u16>(operation);
    request.count = static_cast<u8>(params.size());
    std::ranges::copy(params, request.params.begin());
    auto answer = client->raw().request(request);
    reply = std::get<transport::Reply>(std::move(answer));
    EXPECT_EQ(static_cast<Code>(reply.code), Code::OK);
    return std::get<transport::Generated>(reply.body);
  }
  Stage stage;
  std::optional<Play> client{std::in_place, stage.camera()};
  transport::Reply reply;
};

TEST_F(Large, SizesBeyond4GiBAreAllOnes) {
  EXPECT_EQ(client->info(put(0xFFFFFFFE)).object_compressed_size, 0xFFFFFFFEu);
  EXPECT_EQ(client->info(put(0xFFFFFFFF)).object_compressed_size, 0xFFFFFFFFu);
  EXPECT_EQ(client->info(put(u64{1} << 32)).object_compressed_size, 0xFFFFFFFFu);
  EXPECT_EQ(client->info(put(u64{1} << 33)).object_compressed_size, 0xFFFFFFFFu);
}

TEST_F(Large, GetObjectIsOneSlice) { EXPECT_EQ(body(Op::GetObject, {put(u64{1} << 33)}).size, u64{1} << 33); }

TEST_F(Large, PartsBeyond4GiB) {
  const auto size = (u64{1} << 33) + 5;
  const auto part = body(Op::GetPartialObject64, {put(size), 1, 2, 100});
  EXPECT_EQ(part.offset, size - 4);
  EXPECT_EQ(part.size, 4u);
  EXPECT_EQ(reply.params[0], 4u);
}

TEST_F(Large, TheRestIsAsMuchAsTheResponseCanCount) {
  EXPECT_EQ(body(Op::GetPartialObject, {put(u64{1} << 33), 0, all}).size, 0xFFFFFFFFu);
  EXPECT_EQ(reply.params[0], 0xFFFFFFFFu);
}

TEST(GetObject, GivesItsBytes) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetObject, {client.find("FILE0001.TXT")}), Code::OK);
  EXPECT_EQ(client.data().size(), 1000u);
}

TEST(GetObject, AnEmptyFileIsAnEmptyDataPhase) {
  Stage stage;
  Play client(stage.camera());
  emulator::Object object;
  object.handle = 0xFFFF0001;
  object.content = std::make_shared<Endless>(0);
  stage.camera().keep_in_memory(object);
  EXPECT_EQ(client.ask(Op::GetObject, {0xFFFF0001}), Code::OK);
  EXPECT_TRUE(client.had_data());
  EXPECT_THAT(client.data(), IsEmpty());
}

TEST(GetObject, AnswersWhatIsWrong) {
  Stage stage;
  Play client(stage.camera());
  const auto file = client.find("FILE0001.TXT");
  EXPECT_EQ(client.ask(Op::GetObject, {0x777777}), Code::InvalidObjectHandle);
  EXPECT_EQ(client.ask(Op::GetObject, {client.find("DCIM")}), Code::InvalidObjectHandle);
  EXPECT_EQ(client.ask(Op::SetObjectProtection, {file, 0x8003}), Code::OK);
  EXPECT_EQ(client.ask(Op::GetObject, {file}), Code::AccessDenied);
}

class Vanished final : public emulator::Content {
 public:
  u64 size() const override { return 100; }
  emulator::Body slice(u64, u64) const override { throw std::system_error(ENOENT, std::generic_category()); }
};

TEST(GetObject, OfAFileThatVanishedIsIncomplete) {
  Stage stage;
  Play client(stage.camera());
  emulator::Object object;
  object.handle = 0xFFFF0001;
  object.content = std::make_shared<Vanished>();
  stage.camera().keep_in_memory(object);
  EXPECT_EQ(client.ask(Op::GetObject, {0xFFFF0001}), Code::IncompleteTransfer);
  EXPECT_EQ(client.ask(Op::GetPartialObject, {0xFFFF0001, 0, 5}), Code::IncompleteTransfer);
}

TEST(GetThumb, IsAWholeJpeg) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetThumb, {client.find("DSC_0001.JPG")}), Code::OK);
  ASSERT_GE(client.data().size(), 2u);
  EXPECT_EQ(client.data()[0], 0xFF);
  EXPECT_EQ(client.data()[1], 0xD8);
}

TEST(GetThumb, AnswersWhatIsWrong) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetThumb, {client.find("FILE0001.TXT")}), Code::NoThumbnailPresent);
  EXPECT_EQ(client.ask(Op::GetThumb, {client.find("DCIM")}), Code::NoThumbnailPresent);
  EXPECT_EQ(client.ask(Op::GetThumb, {0x777777}), Code::InvalidObjectHandle);
}

struct Partial : testing::Test {
  Stage stage;
  Play client{stage.camera()};
  u32 file = client.find("FILE0001.TXT");
};

TEST_F(Partial, IsAPartOfTheWhole) {
  EXPECT_EQ(client.ask(Op::GetObject, {file}), Code::OK);
  const auto whole = client.data();
  EXPECT_EQ(client.ask(Op::GetPartialObject, {file, 10, 20}), Code::OK);
  EXPECT_EQ(client.data(), Bytes(whole.begin() + 10, whole.begin() + 30));
  EXPECT_THAT(client.params(), ElementsAre(20u));
  EXPECT_EQ(client.ask(Op::GetPartialObject64, {file, 10, 0, 20}), Code::OK);
  EXPECT_EQ(client.data(), Bytes(whole.begin() + 10, whole.begin() + 30));
}

TEST_F(Partial, IsClippedAtTheEnd) {
  EXPECT_EQ(client.ask(Op::GetPartialObject, {file, 990, 20}), Code::OK);
  EXPECT_THAT(client.params(), ElementsAre(10u));
  EXPECT_EQ(client.ask(Op::GetPartialObject, {file, 100, all}), Code::OK);
  EXPECT_THAT(client.params(), ElementsAre(900u));
}

TEST_F(Partial, AtTheEndIsNothing) {
  EXPECT_EQ(client.ask(Op::GetPartialObject, {file, 1000, 20}), Code::OK);
  EXPECT_THAT(client.params(), ElementsAre(0u));
  EXPECT_TRUE(client.had_data());
  EXPECT_EQ(client.ask(Op::GetPartialObject, {file, 0, 0}), Code::OK);
  EXPECT_THAT(client.params(), ElementsAre(0u));
}

TEST_F(Partial, AnswersWhatIsWrong) {
  EXPECT_EQ(client.ask(Op::GetPartialObject, {file, 1001, 20}), Code::InvalidParameter);
  EXPECT_EQ(client.ask(Op::GetPartialObject64, {file, 0, 1, 20}), Code::InvalidParameter);
  EXPECT_EQ(client.ask(Op::GetPartialObject, {0x777777, 0, 20}), Code::InvalidObjectHandle);
  EXPECT_EQ(client.ask(Op::GetPartialObject, {client.find("DCIM"), 0, 20}), Code::InvalidObjectHandle);
}

}  // namespace
}  // namespace stuntcam::tests
