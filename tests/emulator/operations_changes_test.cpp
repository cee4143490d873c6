// Deleting, protecting, moving, copying and formatting: docs/protocol.md §4.1.
#include "tests/emulator/play.h"

namespace stuntcam::tests {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr u32 second_card = 0x00020001, empty_slot = 0x00030000, no_store = 0x00990001;

struct Changes : testing::Test {
  // Two initiators, once the stage is set.
  void begin() {
    client.emplace(stage.camera());
    other.emplace(stage.camera());
  }
  u32 count(u32 store = card) {
    EXPECT_EQ(client->ask(Op::GetNumObjects, {store, 0, 0}), Code::OK);
    return client->params().at(0);
  }
  Stage stage;
  std::optional<Play> client, other;
};

struct DeleteObject : Changes {};

TEST_F(DeleteObject, OneFile) {
  begin();
  const auto file = client->find("FILE0001.TXT");
  EXPECT_EQ(client->ask(Op::DeleteObject, {file}), Code::OK);
  EXPECT_EQ(client->ask(Op::GetObjectInfo, {file}), Code::InvalidObjectHandle);
  EXPECT_EQ(count(), 5u);
  EXPECT_THAT(other->events(), ElementsAre(event(Event::ObjectRemoved, {file})));
  EXPECT_THAT(client->events(), IsEmpty());
}

TEST_F(DeleteObject, AQuirkTellsWhoDeleted) {
  stage.profile.quirks.event_for_own_delete = true;
  begin();
  const auto file = client->find("FILE0001.TXT");
  EXPECT_EQ(client->ask(Op::DeleteObject, {file, 0}), Code::OK);
  EXPECT_THAT(client->events(), ElementsAre(event(Event::ObjectRemoved, {file})));
}

TEST_F(DeleteObject, AFolderWithAllInIt) {
  begin();
  EXPECT_EQ(client->ask(Op::DeleteObject, {client->find("DCIM")}), Code::OK);
  EXPECT_EQ(count(), 0u);
  EXPECT_THAT(other->events(), SizeIs(6));
}

TEST_F(DeleteObject, Everything) {
  begin();
  EXPECT_EQ(client->ask(Op::DeleteObject, {all, 0}), Code::OK);
  EXPECT_EQ(count(all), 0u);
}

TEST_F(DeleteObject, EverythingOfAFormat) {
  begin();
  EXPECT_EQ(client->ask(Op::DeleteObject, {all, 0x3004}), Code::OK);
  EXPECT_EQ(count(), 3u);
  EXPECT_NE(client->find("DSC_0001.JPG"), 0u);
}

TEST_F(DeleteObject, AllImages) {
  begin();
  EXPECT_EQ(client->ask(Op::DeleteObject, {all, all}), Code::OK);
  EXPECT_EQ(count(), 5u);
  EXPECT_EQ(client->find("DSC_0001.JPG"), 0u);
}

TEST_F(DeleteObject, AProtectedOneIsNot) {
  begin();
  const auto file = client->find("FILE0001.TXT");
  EXPECT_EQ(client->ask(Op::SetObjectProtection, {file, 1}), Code::OK);
  EXPECT_EQ(client->ask(Op::DeleteObject, {file}), Code::ObjectWriteProtected);
  EXPECT_EQ(count(), 6u);
}

TEST_F(DeleteObject, ProtectedAmongManyIsPartial) {
  begin();
  const auto file = client->find("FILE0001.TXT");
  EXPECT_EQ(client->ask(Op::SetObjectProtection, {file, 1}), Code::OK);
  EXPECT_EQ(client->ask(Op::DeleteObject, {all, 0x3004}), Code::PartialDeletion);
  EXPECT_EQ(count(), 4u);
  EXPECT_EQ(client->ask(Op::DeleteObject, {client->find("DCIM")}), Code::PartialDeletion);
  EXPECT_EQ(count(), 3u);  // the file and the folders above it
  EXPECT_EQ(client->ask(Op::DeleteObject, {all, 0}), Code::ObjectWriteProtected);
}

TEST_F(DeleteObject, AccessDecides) {
  stage.profile.storages[0].access_capability = 1;
  begin();
  EXPECT_EQ(client->ask(Op::DeleteObject, {client->find("FILE0001.TXT")}), Code::StoreReadOnly);
  EXPECT_EQ(client->ask(Op::DeleteObject, {all}), Code::StoreReadOnly);
}

TEST_F(DeleteObject, ReadOnlyWithDeletionAllowsIt) {
  stage.profile.storages[0].access_capability = 2;
  begin();
  EXPECT_EQ(client->ask(Op::DeleteObject, {client->find("FILE0001.TXT")}), Code::OK);
}

TEST_F(DeleteObject, AnswersWhatIsWrong) {
  begin();
  EXPECT_EQ(client->ask(Op::DeleteObject, {0x777777}), Code::InvalidObjectHandle);
  EXPECT_EQ(client->ask(Op::DeleteObject, {client->find("FILE0001.TXT"), 0x3801}),
            Code::SpecificationByFormatUnsupported);
  EXPECT_EQ(client->ask(Op::DeleteObject, {all, 0x1009}), Code::InvalidCodeFormat);
}

TEST_F(DeleteObject, WithoutAnyCard) {
  stage.profile.storages = {stage.profile.storages[2]};
  begin();
  EXPECT_EQ(client->ask(Op::DeleteObject, {all}), Code::StoreNotAvailable);
}

struct SetObjectProtection : Changes {};

TEST_F(SetObjectProtection, IsSeenAndTold) {
  begin();
  const auto file = client->find("FILE0001.TXT");
  for (const auto status : {u16{1}, u16{0x8002}, u16{0x8003}, u16{0}}) {
    EXPECT_EQ(client->ask(Op::SetObjectProtection, {file, status}), Code::OK);
    EXPECT_EQ(client->info(file).protection_status, status);
    EXPECT_THAT(other->events(), ElementsAre(event(Event::ObjectInfoChanged, {file})));
  }
  EXPECT_THAT(client->events(), IsEmpty());
}

TEST_F(SetObjectProtection, AnswersWhatIsWrong) {
  begin();
  EXPECT_EQ(client->ask(Op::SetObjectProtection, {client->find("FILE0001.TXT"), 2}), Code::InvalidParameter);
  EXPECT_EQ(client->ask(Op::SetObjectProtection, {0x777777, 1}), Code::InvalidObjectHandle);
}

TEST_F(SetObjectProtection, NotOnAReadOnlyStore) {
  stage.profile.storages[0].access_capability = 1;
  begin();
  EXPECT_EQ(client->ask(Op::SetObjectProtection, {client->find("FILE0001.TXT"), 1}), Code::StoreReadOnly);
}

struct MoveObject : Changes {};

TEST_F(MoveObject, KeepsItsHandle) {
  begin();
  const auto file = client->find("FILE0001.TXT"), dcim = client->find("DCIM");
  EXPECT_EQ(client->ask(Op::MoveObject, {file, card, dcim}), Code::OK);
  EXPECT_EQ(client->info(file).parent_object, dcim);
  EXPECT_THAT(other->events(), ElementsAre(event(Event::ObjectInfoChanged, {file})));
}

TEST_F(MoveObject, TheRootIsParentZero) {
  begin();
  const auto folder = client->find("100TESTS");
  EXPECT_EQ(client->ask(Op::MoveObject, {folder, card, 0}), Code::OK);
  EXPECT_EQ(client->info(folder).parent_object, 0u);
  EXPECT_EQ(client->ask(Op::GetNumObjects, {card, 0, folder}), Code::OK);
  EXPECT_THAT(client->params(), ElementsAre(4u));
}

TEST_F(MoveObject, ToAnotherStoreWithAllBelow) {
  begin();
  const auto folder = client->find("100TESTS"), file = client->find("FILE0001.TXT");
  EXPECT_EQ(client->ask(Op::GetObject, {file}), Code::OK);
  const auto before = client->data();
  EXPECT_EQ(client->ask(Op::MoveObject, {folder, second_card, 0}), Code::OK);
  EXPECT_EQ(count(card), 1u);
  EXPECT_EQ(count(second_card), 5u);
  EXPECT_EQ(client->info(file).storage_id, second_card);
  EXPECT_EQ(client->info(file).parent_object, folder);
  EXPECT_EQ(client->ask(Op::GetObject, {file}), Code::OK);
  EXPECT_EQ(client->data(), before);
}

TEST_F(MoveObject, NotIntoItself) {
  begin();
  EXPECT_EQ(client->ask(Op::MoveObject, {client->find("DCIM"), card, client->find("DCIM")}), Code::InvalidParentObject);
  EXPECT_EQ(client->ask(Op::MoveObject, {client->find("DCIM"), card, client->find("100TESTS")}),
            Code::InvalidParentObject);
}

TEST_F(Changes, MoveAndCopyAnswerWhatIsWrong) {
  stage.profile.storages[1].access_capability = 2;
  begin();
  const auto file = client->find("FILE0001.TXT"), second = client->find("FILE0002.TXT");
  for (const auto operation : {Op::MoveObject, Op::CopyObject}) {
    EXPECT_EQ(client->ask(operation, {0x777777, card, 0}), Code::InvalidObjectHandle);
    EXPECT_EQ(client->ask(operation, {file, no_store, 0}), Code::InvalidStorageId);
    EXPECT_EQ(client->ask(operation, {file, empty_slot, 0}), Code::StoreNotAvailable);
    EXPECT_EQ(client->ask(operation, {file, card, second}), Code::InvalidParentObject);
    EXPECT_EQ(client->ask(operation, {file, card, 0x777777}), Code::InvalidParentObject);
    EXPECT_EQ(client->ask(operation, {file, second_card, 0}), Code::StoreReadOnly);
  }
}

struct CopyObject : Changes {};

TEST_F(CopyObject, HasANewHandle) {
  begin();
  const auto file = client->find("FILE0001.TXT");
  EXPECT_EQ(client->ask(Op::CopyObject, {file, card, 0}), Code::OK);
  ASSERT_THAT(client->params(), SizeIs(1));
  const auto copy = client->params()[0];
  EXPECT_NE(copy, file);
  EXPECT_EQ(client->info(copy).filename, "FILE0001.TXT");
  EXPECT_EQ(client->info(copy).parent_object, 0u);
  EXPECT_THAT(other->events(), ElementsAre(event(Event::ObjectAdded, {copy})));
  EXPECT_EQ(client->ask(Op::GetObject, {file}), Code::OK);
  const auto original = client->data();
  EXPECT_EQ(client->ask(Op::GetObject, {copy}), Code::OK);
  EXPECT_EQ(client->data(), original);
}

TEST_F(CopyObject, AFolderWithAllInIt) {
  begin();
  EXPECT_EQ(client->ask(Op::CopyObject, {client->find("DCIM"), second_card, 0}), Code::OK);
  EXPECT_EQ(count(card), 6u);
  EXPECT_EQ(count(second_card), 6u);
  EXPECT_THAT(other->events(), SizeIs(6));
}

TEST_F(CopyObject, LeavesNothingWhenTheStoreIsFull) {
  stage.profile.storages[1].capacity = 2500;
  begin();
  EXPECT_EQ(client->ask(Op::CopyObject, {client->find("DCIM"), second_card, 0}), Code::StoreFull);
  EXPECT_EQ(count(second_card), 0u);
  EXPECT_THAT(other->events(), IsEmpty());
}

struct FormatStore : Changes {};

TEST_F(FormatStore, DestroysAllObjects) {
  begin();
  EXPECT_EQ(client->ask(Op::FormatStore, {card}), Code::OK);
  EXPECT_EQ(count(), 0u);
  EXPECT_THAT(other->events(), ElementsAre(event(Event::StorageInfoChanged, {card})));
}

TEST_F(FormatStore, KnowsItsOwnFilesystemOnly) {
  begin();
  EXPECT_EQ(client->ask(Op::FormatStore, {card, 1}), Code::InvalidParameter);
  EXPECT_EQ(count(), 6u);
  EXPECT_EQ(client->ask(Op::FormatStore, {card, 3}), Code::OK);
}

TEST_F(FormatStore, AnswersWhatIsWrong) {
  stage.profile.storages[1].access_capability = 1;
  begin();
  EXPECT_EQ(client->ask(Op::FormatStore, {no_store}), Code::InvalidStorageId);
  EXPECT_EQ(client->ask(Op::FormatStore, {empty_slot}), Code::StoreNotAvailable);
  EXPECT_EQ(client->ask(Op::FormatStore, {second_card}), Code::StoreReadOnly);
}

}  // namespace
}  // namespace stuntcam::tests
