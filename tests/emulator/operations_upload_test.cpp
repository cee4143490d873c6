// SendObjectInfo and SendObject: docs/protocol.md §4.1.
#include "tests/emulator/play.h"

namespace stuntcam::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr u32 empty_slot = 0x00030000, no_store = 0x00990001;

Bytes object_info(std::string name, u32 size, u16 format = 0x3000) {
  ptp::ObjectInfo info;
  info.filename = std::move(name);
  info.object_format = format;
  info.object_compressed_size = size;
  info.modification_date = "20200102T030405";
  return ptp::encode(info);
}

Bytes pattern(std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<u8>(i * 7 + i / 251);
  return out;
}

struct UploadTest : testing::Test {
  void begin() {
    client.emplace(stage.camera());
    other.emplace(stage.camera());
  }
  // The promised handle.
  u32 announce(u32 size, u32 store = card, u32 parent = all) {
    EXPECT_EQ(client->send(Op::SendObjectInfo, {store, parent}, object_info("NEW.BIN", size)), Code::OK);
    return client->params().size() == 3 ? client->params()[2] : 0;
  }
  u64 free_bytes() {
    EXPECT_EQ(client->ask(Op::GetStorageInfo, {card}), Code::OK);
    return client->decoded<ptp::StorageInfo>().free_space_in_bytes;
  }
  Stage stage;
  std::optional<Play> client, other;
};

TEST_F(UploadTest, ArrivesWhole) {
  begin();
  const auto handle = announce(5000);
  EXPECT_EQ(client->send(Op::SendObject, {}, pattern(5000)), Code::OK);
  EXPECT_THAT(client->params(), IsEmpty());
  const auto info = client->info(handle);
  EXPECT_EQ(info.filename, "NEW.BIN");
  EXPECT_EQ(info.object_compressed_size, 5000u);
  EXPECT_EQ(info.modification_date, "20200102T030405");
  EXPECT_EQ(client->ask(Op::GetObject, {handle}), Code::OK);
  EXPECT_EQ(client->data(), pattern(5000));
}

TEST_F(UploadTest, IsToldToTheOthersWhenItIsThere) {
  begin();
  const auto handle = announce(10);
  EXPECT_EQ(other->ask(Op::GetObjectInfo, {handle}), Code::InvalidObjectHandle);
  EXPECT_THAT(other->events(), IsEmpty());
  EXPECT_EQ(client->send(Op::SendObject, {}, pattern(10)), Code::OK);
  EXPECT_THAT(other->events(), ElementsAre(event(Event::ObjectAdded, {handle})));
  EXPECT_THAT(client->events(), IsEmpty());
}

TEST_F(UploadTest, AnswerNamesStoreParentAndHandle) {
  begin();
  EXPECT_EQ(client->send(Op::SendObjectInfo, {card, all}, object_info("A.BIN", 1)), Code::OK);
  ASSERT_THAT(client->params(), SizeIs(3));
  EXPECT_EQ(client->params()[0], card);
  EXPECT_EQ(client->params()[1], all);
  const auto folder = client->find("100TESTS");
  EXPECT_EQ(client->send(Op::SendObjectInfo, {card, folder}, object_info("A.BIN", 1)), Code::OK);
  EXPECT_EQ(client->params()[1], folder);
}

TEST_F(UploadTest, TheCameraChooses) {
  begin();
  const auto folder = client->find("100TESTS");
  EXPECT_EQ(client->send(Op::SendObjectInfo, {}, object_info("A.JPG", 1, 0x3801)), Code::OK);
  EXPECT_EQ(client->params()[0], card);
  EXPECT_EQ(client->params()[1], folder);
  EXPECT_EQ(client->send(Op::SendObjectInfo, {card, 0}, object_info("A.TXT", 1, 0x3004)), Code::OK);
  EXPECT_EQ(client->params()[1], all);
}

TEST_F(UploadTest, FoldersAreCompleteAtOnce) {
  begin();
  EXPECT_EQ(client->send(Op::SendObjectInfo, {card, all}, object_info("NEW", 0, 0x3001)), Code::OK);
  const auto handle = client->params().at(2);
  EXPECT_EQ(client->info(handle).object_format, 0x3001);
  EXPECT_THAT(other->events(), ElementsAre(event(Event::ObjectAdded, {handle})));
  EXPECT_EQ(client->send(Op::SendObject, {}, {}), Code::NoValidObjectInfo);
}

TEST_F(UploadTest, AnEmptyFile) {
  begin();
  const auto handle = announce(0);
  EXPECT_EQ(client->send(Op::SendObject, {}, {}), Code::OK);
  EXPECT_EQ(client->info(handle).object_compressed_size, 0u);
}

TEST_F(UploadTest, SizeUnknownBeforehand) {
  begin();
  const auto handle = announce(0xFFFFFFFF);
  client->unknown_total = true;
  EXPECT_EQ(client->send(Op::SendObject, {}, pattern(3000)), Code::OK);
  EXPECT_EQ(client->info(handle).object_compressed_size, 3000u);
}

TEST_F(UploadTest, WithoutObjectInfo) {
  begin();
  EXPECT_EQ(client->send(Op::SendObject, {}, pattern(10)), Code::NoValidObjectInfo);
  EXPECT_TRUE(client->drained());
}

TEST_F(UploadTest, ASuccessConsumesThePromise) {
  begin();
  announce(10);
  EXPECT_EQ(client->send(Op::SendObject, {}, pattern(10)), Code::OK);
  EXPECT_EQ(client->send(Op::SendObject, {}, pattern(10)), Code::NoValidObjectInfo);
}

TEST_F(UploadTest, AFailureKeepsIt) {
  begin();
  const auto handle = announce(10);
  EXPECT_EQ(client->send(Op::SendObject, {}, pattern(9)), Code::IncompleteTransfer);
  EXPECT_EQ(client->send(Op::SendObject, {}, pattern(11)), Code::IncompleteTransfer);
  client->lie = 4;
  EXPECT_EQ(client->send(Op::SendObject, {}, pattern(10)), Code::IncompleteTransfer);
  client->lie = 0;
  EXPECT_EQ(client->ask(Op::GetObjectInfo, {handle}), Code::InvalidObjectHandle);
  EXPECT_EQ(client->send(Op::SendObject, {}, pattern(10)), Code::OK);
  EXPECT_EQ(client->ask(Op::GetObject, {handle}), Code::OK);
  EXPECT_EQ(client->data(), pattern(10));
}

TEST_F(UploadTest, ACancelKeepsItToo) {
  begin();
  const auto handle = announce(10);
  {
    ptp::Message request;
    request.code = static_cast<u16>(Op::SendObject);
    request.data_phase = 2;
    const auto answer = client->raw().request(request);
    const auto& intake = std::get<std::unique_ptr<transport::Intake>>(answer);
    intake->begin(10);
    intake->write(Bytes(4));
  }
  EXPECT_EQ(client->send(Op::SendObject, {}, pattern(10)), Code::OK);
  EXPECT_EQ(client->ask(Op::GetObject, {handle}), Code::OK);
  EXPECT_EQ(client->data(), pattern(10));
}

TEST_F(UploadTest, ANewPromiseFreesTheOldOnesSpace) {
  begin();
  const auto before = free_bytes();
  announce(600'000);
  EXPECT_EQ(free_bytes(), before - 600'000);
  announce(600'000);
  EXPECT_EQ(free_bytes(), before - 600'000);
  EXPECT_EQ(client->ask(Op::CloseSession), Code::OK);
  EXPECT_EQ(client->ask(Op::OpenSession, {1}), Code::OK);
  EXPECT_EQ(free_bytes(), before);
}

TEST_F(UploadTest, PromisesAreTheSessionsOwn) {
  begin();
  announce(10);
  EXPECT_EQ(other->send(Op::SendObject, {}, pattern(10)), Code::NoValidObjectInfo);
  EXPECT_EQ(client->send(Op::SendObject, {}, pattern(10)), Code::OK);
}

TEST_F(UploadTest, LeavesWithItsInitiator) {
  begin();
  const auto before = free_bytes();
  announce(1000);
  client->disconnect();
  client.emplace(stage.camera());
  EXPECT_EQ(free_bytes(), before);
  EXPECT_EQ(client->find("NEW.BIN"), 0u);
}

TEST_F(UploadTest, FullWhenAnnounced) {
  begin();
  EXPECT_EQ(client->send(Op::SendObjectInfo, {card, all}, object_info("A.BIN", 2'000'000)), Code::StoreFull);
}

TEST_F(UploadTest, FullOnTheWay) {
  begin();
  announce(0xFFFFFFFF);
  client->unknown_total = true;
  EXPECT_EQ(client->send(Op::SendObject, {}, pattern(2'000'000)), Code::StoreFull);
  EXPECT_THAT(other->events(), ElementsAre(event(Event::StoreFull, {card})));
}

TEST_F(UploadTest, DestinationsThatAreWrong) {
  begin();
  const auto info = object_info("A.BIN", 1);
  const auto file = client->find("FILE0001.TXT"), folder = client->find("DCIM");
  EXPECT_EQ(client->send(Op::SendObjectInfo, {no_store, 0}, info), Code::InvalidStorageId);
  EXPECT_EQ(client->send(Op::SendObjectInfo, {empty_slot, 0}, info), Code::StoreNotAvailable);
  EXPECT_EQ(client->send(Op::SendObjectInfo, {card, file}, info), Code::InvalidParentObject);
  EXPECT_EQ(client->send(Op::SendObjectInfo, {card, 0x777777}, info), Code::InvalidObjectHandle);
  EXPECT_EQ(client->send(Op::SendObjectInfo, {0x00020001, folder}, info), Code::InvalidParentObject);
  EXPECT_EQ(client->send(Op::SendObjectInfo, {0, folder}, info), Code::SpecificationOfDestinationUnsupported);
}

TEST_F(UploadTest, FormatsThatAreNotListed) {
  begin();
  EXPECT_EQ(client->send(Op::SendObjectInfo, {card, all}, object_info("A.MP3", 1, 0x3009)),
            Code::InvalidObjectFormatCode);
}

TEST_F(UploadTest, DataSetsThatAreWrong) {
  begin();
  auto info = object_info("A.BIN", 1);
  info.resize(40);
  EXPECT_EQ(client->send(Op::SendObjectInfo, {card, all}, info), Code::InvalidDataSet);
  EXPECT_EQ(client->send(Op::SendObjectInfo, {card, all}, Bytes(100'000)), Code::InvalidDataSet);
  for (const auto* const name : {"", ".", "..", "../A", "a/b"})
    EXPECT_EQ(client->send(Op::SendObjectInfo, {card, all}, object_info(name, 1)), Code::InvalidDataSet) << name;
  EXPECT_EQ(client->send(Op::SendObject, {}, pattern(1)), Code::NoValidObjectInfo);
}

TEST_F(UploadTest, ReadOnlyStores) {
  for (const auto access : {u16{1}, u16{2}}) {
    Stage readonly;
    readonly.profile.storages[0].access_capability = access;
    Play initiator(readonly.camera());
    EXPECT_EQ(initiator.send(Op::SendObjectInfo, {card, all}, object_info("A.BIN", 1)), Code::StoreReadOnly);
  }
}

TEST_F(UploadTest, AQuirkUploadsToThemAllTheSame) {
  stage.profile.storages[0].access_capability = 2;
  stage.profile.quirks.upload_to_read_only_store = true;
  begin();
  announce(10);
  EXPECT_EQ(client->send(Op::SendObject, {}, pattern(10)), Code::OK);
}

struct EditTest : testing::Test {
  Code write(u32 offset, const Bytes& data) {
    return client.send(Op::SendPartialObject, {file, offset, 0, static_cast<u32>(data.size())}, data);
  }
  Bytes content(Play& play) {
    EXPECT_EQ(play.ask(Op::GetObject, {file}), Code::OK);
    return play.data();
  }
  Stage stage;
  Play client{stage.camera()}, other{stage.camera()};
  u32 file = client.find("FILE0001.TXT");
};

TEST_F(EditTest, IsSeenAtItsEnd) {
  const auto before = content(client);
  EXPECT_EQ(client.ask(Op::BeginEditObject, {file}), Code::OK);
  EXPECT_EQ(write(990, pattern(30)), Code::OK);
  EXPECT_EQ(content(other), before);
  EXPECT_EQ(client.ask(Op::EndEditObject, {file}), Code::OK);
  auto after = before;
  after.resize(990);
  const auto added = pattern(30);
  after.insert(after.end(), added.begin(), added.end());
  EXPECT_EQ(content(other), after);
  EXPECT_EQ(other.info(file).object_compressed_size, 1020u);
  EXPECT_THAT(other.events(), ElementsAre(event(Event::ObjectInfoChanged, {file})));
}

TEST_F(EditTest, Truncates) {
  EXPECT_EQ(client.ask(Op::BeginEditObject, {file}), Code::OK);
  EXPECT_EQ(client.ask(Op::TruncateObject, {file, 7, 0}), Code::OK);
  EXPECT_EQ(client.ask(Op::EndEditObject, {file}), Code::OK);
  EXPECT_EQ(content(client).size(), 7u);
}

TEST_F(EditTest, OnlyBetweenBeginAndEnd) {
  EXPECT_EQ(write(0, pattern(3)), Code::GeneralError);
  EXPECT_TRUE(client.drained());
  EXPECT_EQ(client.ask(Op::TruncateObject, {file, 7, 0}), Code::GeneralError);
  EXPECT_EQ(client.ask(Op::EndEditObject, {file}), Code::GeneralError);
  EXPECT_EQ(client.ask(Op::BeginEditObject, {file}), Code::OK);
  EXPECT_EQ(client.ask(Op::BeginEditObject, {file}), Code::GeneralError);
}

TEST_F(EditTest, IsForgottenWithItsSession) {
  const auto before = content(client);
  EXPECT_EQ(client.ask(Op::BeginEditObject, {file}), Code::OK);
  EXPECT_EQ(write(0, pattern(3)), Code::OK);
  EXPECT_EQ(client.ask(Op::CloseSession), Code::OK);
  EXPECT_EQ(content(other), before);
}

TEST_F(EditTest, AnswersWhatIsWrong) {
  EXPECT_EQ(client.ask(Op::BeginEditObject, {0x777777}), Code::InvalidObjectHandle);
  EXPECT_EQ(client.ask(Op::BeginEditObject, {client.find("DCIM")}), Code::InvalidObjectHandle);
  EXPECT_EQ(client.ask(Op::BeginEditObject, {file}), Code::OK);
  EXPECT_EQ(write(1001, pattern(3)), Code::InvalidParameter);
  EXPECT_EQ(client.send(Op::SendPartialObject, {file, 0, 0, 5}, pattern(4)), Code::IncompleteTransfer);
  EXPECT_EQ(client.send(Op::SendPartialObject, {file, 0, 0, 5}, pattern(6)), Code::IncompleteTransfer);
  const auto second = client.find("FILE0002.TXT");
  EXPECT_EQ(client.ask(Op::SetObjectProtection, {second, 1}), Code::OK);
  EXPECT_EQ(client.ask(Op::BeginEditObject, {second}), Code::ObjectWriteProtected);
}

}  // namespace
}  // namespace stuntcam::tests
