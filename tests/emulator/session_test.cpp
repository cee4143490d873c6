// Sessions, transaction ids and the order of checks: docs/protocol.md §3.
#include "tests/emulator/play.h"

namespace stuntcam::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Ids = profiles::Quirks::TransactionIds;

TEST(Session, DeviceInfoNeedsNone) {
  Stage stage;
  Play client(stage.camera(), Play::WithoutSession{});
  EXPECT_EQ(client.ask(Op::GetDeviceInfo), Code::OK);
  EXPECT_EQ(client.decoded<ptp::DeviceInfo>().model, "T1");
}

TEST(Session, EverythingElseNeedsOne) {
  Stage stage;
  Play client(stage.camera(), Play::WithoutSession{});
  for (const auto code : stage.profile.device.operations) {
    if (code == 0x1001 || code == 0x1002) continue;
    EXPECT_EQ(client.ask(code), Code::SessionNotOpen) << std::hex << code;
  }
}

TEST(Session, AQuirkLiftsThatNeed) {
  Stage stage;
  stage.profile.quirks.operations_without_session = true;
  Play client(stage.camera(), Play::WithoutSession{});
  EXPECT_EQ(client.ask(Op::GetStorageIDs), Code::OK);
}

TEST(Session, AQuirkGivesRefusalsAnEmptyDataPhase) {
  for (const bool quirk : {false, true}) {
    Stage stage;
    stage.profile.quirks.data_when_refused = quirk;
    Play client(stage.camera());
    EXPECT_EQ(client.ask(Op::GetObjectInfo, {77}), Code::InvalidObjectHandle);
    EXPECT_EQ(client.had_data(), quirk);
    EXPECT_EQ(client.ask(Op::DeleteObject, {77}), Code::InvalidObjectHandle);
    EXPECT_FALSE(client.had_data()) << "asks for none";
  }
}

TEST(Session, IdZeroIsInvalid) {
  Stage stage;
  Play client(stage.camera(), Play::WithoutSession{});
  EXPECT_EQ(client.ask(Op::OpenSession, {0}), Code::InvalidParameter);
  EXPECT_EQ(client.ask(Op::OpenSession), Code::InvalidParameter);
  EXPECT_EQ(client.ask(Op::GetStorageIDs), Code::SessionNotOpen);
}

TEST(Session, AnyOtherIdWillDo) {
  Stage stage;
  for (const u32 id : {1u, 0x412u, 0xFFFFFFFFu}) Play client(stage.camera(), id);
}

TEST(Session, OpenTwiceNamesTheOpenOne) {
  Stage stage;
  Play client(stage.camera(), 0x412);
  EXPECT_EQ(client.ask(Op::OpenSession, {7}), Code::SessionAlreadyOpened);
  EXPECT_THAT(client.params(), ElementsAre(0x412u));
  EXPECT_EQ(client.ask(Op::OpenSession, {0}), Code::InvalidParameter);
}

TEST(Session, ClosedOneCanBeOpenedAgain) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::CloseSession), Code::OK);
  EXPECT_EQ(client.ask(Op::CloseSession), Code::SessionNotOpen);
  EXPECT_EQ(client.ask(Op::OpenSession, {2}), Code::OK);
}

TEST(Session, SeveralInitiatorsMayUseTheSameId) {
  Stage stage;
  Play one(stage.camera(), 1), two(stage.camera(), 1);
  EXPECT_EQ(one.ask(Op::CloseSession), Code::OK);
  EXPECT_EQ(two.ask(Op::GetStorageIDs), Code::OK);
}

TEST(Session, UnadvertisedIsNotSupportedEvenWithoutSession) {
  Stage stage;
  Play client(stage.camera(), Play::WithoutSession{});
  EXPECT_EQ(client.ask(0x9033), Code::OperationNotSupported);
}

TEST(Session, ImplementedButUnadvertisedIsNotSupported) {
  Stage stage;
  std::erase(stage.profile.device.operations, 0x1007);
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetObjectHandles, {all}), Code::OperationNotSupported);
}

TEST(Session, AdvertisedButUnknownIsNeverNotSupported) {
  Stage stage;
  stage.profile.device.operations.push_back(0x9FFF);
  Play client(stage.camera());
  EXPECT_EQ(client.ask(0x9FFF), Code::GeneralError);
  EXPECT_THAT(stage.camera().unimplemented(), ElementsAre(0x9FFF));
}

TEST(Session, AllStandardOperationsAreImplemented) {
  Stage stage;
  EXPECT_THAT(stage.camera().unimplemented(), IsEmpty());
}

TEST(Session, CannedAnswersComeFromTheProfile) {
  Stage stage;
  profiles::CannedOperation canned;
  canned.code = 0x9033;
  const Bytes data{0x74, 0xBF, 0xC0, 1, 2, 3};
  canned.data = profiles::Template{data};
  for (const auto each : {5, 6}) canned.response_params.push_back({.value = ptp::Value(ptp::DataType::uint32, each)});
  stage.profile.canned = {canned};
  Play client(stage.camera());
  EXPECT_EQ(client.ask(0x9033, {1, 2, 3, 4, 5}), Code::OK);
  EXPECT_EQ(client.data(), data);
  EXPECT_THAT(client.params(), ElementsAre(5u, 6u));
  EXPECT_THAT(stage.camera().unimplemented(), IsEmpty());
}

TEST(Session, CannedAnswerReadsTheDataItTakes) {
  Stage stage;
  profiles::CannedOperation canned;
  canned.code = 0x9034;
  canned.response = 0x2019;
  canned.takes_data = true;
  stage.profile.canned = {canned};
  Play client(stage.camera());
  EXPECT_EQ(client.ask(0x9034), Code::DeviceBusy);  // says that it sends none, as some clients do
  EXPECT_TRUE(client.drained());
}

TEST(Session, DataIsReadBeforeAnError) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.send(0x9ABC, {}, Bytes(5000)), Code::OperationNotSupported);
  EXPECT_TRUE(client.drained());
  EXPECT_EQ(client.send(Op::SetDevicePropValue, {0x5999}, bytes<u16>(1)), Code::DevicePropNotSupported);
  EXPECT_TRUE(client.drained());
  client.disconnect();
  Play stranger(stage.camera(), Play::WithoutSession{});
  EXPECT_EQ(stranger.send(Op::SendObjectInfo, {}, Bytes(60)), Code::SessionNotOpen);
  EXPECT_TRUE(stranger.drained());
}

TEST(Session, OperationThatTakesDataReadsItHoweverAnnounced) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::SetDevicePropValue, {0x5999}), Code::DevicePropNotSupported);
  EXPECT_TRUE(client.drained());
}

TEST(Session, SurplusParameterMustBeZero) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetStorageIDs, {0, 0, 0, 0, 0}), Code::OK);
  EXPECT_EQ(client.ask(Op::GetStorageIDs, {0, 0, 1}), Code::ParameterNotSupported);
  EXPECT_EQ(client.ask(Op::GetStorageInfo, {card, 1}), Code::ParameterNotSupported);
}

TEST(Session, SessionIsCheckedBeforeParameters) {
  Stage stage;
  Play client(stage.camera(), Play::WithoutSession{});
  EXPECT_EQ(client.ask(Op::GetStorageIDs, {1}), Code::SessionNotOpen);
}

TEST(TransactionIds, LenientTakesAnyButTheReservedOne) {
  Stage stage;
  Play client(stage.camera());
  for (const u32 id : {6u, 6u, 0u, 2022u, 0xFFFFFFFEu}) {
    client.transaction_id = id;
    EXPECT_EQ(client.ask(Op::GetStorageIDs), Code::OK) << id;
  }
  client.transaction_id = 0xFFFFFFFF;
  EXPECT_EQ(client.ask(Op::GetStorageIDs), Code::InvalidTransactionID);
}

TEST(TransactionIds, OffTakesAll) {
  Stage stage;
  stage.profile.quirks.transaction_ids = Ids::off;
  Play client(stage.camera());
  client.transaction_id = 0xFFFFFFFF;
  EXPECT_EQ(client.ask(Op::GetStorageIDs), Code::OK);
}

TEST(TransactionIds, StrictWantsTheNext) {
  Stage stage;
  stage.profile.quirks.transaction_ids = Ids::strict;
  Play client(stage.camera());  // 0
  EXPECT_EQ(client.ask(Op::GetStorageIDs), Code::OK);
  client.transaction_id = 7;
  EXPECT_EQ(client.ask(Op::GetStorageIDs), Code::InvalidTransactionID);
  client.transaction_id = 2;
  EXPECT_EQ(client.ask(Op::GetStorageIDs), Code::OK);
}

TEST(TransactionIds, StrictCountsWhatFailed) {
  Stage stage;
  stage.profile.quirks.transaction_ids = Ids::strict;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(0x9ABC), Code::OperationNotSupported);
  EXPECT_EQ(client.ask(Op::GetStorageInfo, {99}), Code::InvalidStorageId);
  EXPECT_EQ(client.ask(Op::GetStorageIDs), Code::OK);
}

TEST(TransactionIds, StrictWantsZeroOutsideASession) {
  Stage stage;
  stage.profile.quirks.transaction_ids = Ids::strict;
  Play client(stage.camera(), Play::WithoutSession{});
  client.transaction_id = 1;
  EXPECT_EQ(client.ask(Op::OpenSession, {1}), Code::InvalidTransactionID);
  client.transaction_id = 0;
  EXPECT_EQ(client.ask(Op::GetDeviceInfo), Code::OK);
  client.transaction_id = 0;
  EXPECT_EQ(client.ask(Op::OpenSession, {1}), Code::OK);
}

TEST(Events, ReachEveryOpenSession) {
  Stage stage;
  Play one(stage.camera()), two(stage.camera()), none(stage.camera(), Play::WithoutSession{});
  stage.camera().announce(Event::ObjectAdded, {5}, 9);
  EXPECT_THAT(one.events(), ElementsAre(event(Event::ObjectAdded, {5}, 9)));
  EXPECT_THAT(two.events(), ElementsAre(event(Event::ObjectAdded, {5}, 9)));
  EXPECT_THAT(none.events(), IsEmpty());
}

TEST(Events, UnadvertisedOnesAreNeverSent) {
  Stage stage;
  stage.profile.device.events = {0x4002};
  Play client(stage.camera());
  stage.camera().announce(Event::ObjectRemoved, {5});
  EXPECT_THAT(client.events(), IsEmpty());
}

TEST(Events, PolledOnesWaitInTheSession) {
  Stage stage;
  stage.profile.quirks.poll_events = true;
  stage.profile.quirks.push_events = false;
  Play one(stage.camera()), two(stage.camera());
  stage.camera().announce(Event::ObjectAdded, {5});
  EXPECT_THAT(one.events(), IsEmpty());
  EXPECT_THAT(one.session().queued_events(), ElementsAre(event(Event::ObjectAdded, {5})));
  one.session().queued_events().clear();
  EXPECT_THAT(two.session().queued_events(), ElementsAre(event(Event::ObjectAdded, {5})));
}

TEST(Events, AnOptionPushesThemAsWell) {
  Stage stage;
  stage.profile.quirks.poll_events = true;
  stage.profile.quirks.push_events = false;
  stage.options.push_events = true;
  Play client(stage.camera());
  stage.camera().announce(Event::ObjectAdded, {5});
  EXPECT_EQ(client.events().size(), 1u);
  EXPECT_EQ(client.session().queued_events().size(), 1u);
}

TEST(Events, QueueDropsTheOldest) {
  Stage stage;
  stage.profile.quirks.poll_events = true;
  Play client(stage.camera());
  for (u32 i = 0; i < emulator::max_queued_events + 3; ++i) stage.camera().announce(Event::ObjectAdded, {i});
  EXPECT_EQ(client.session().queued_events().size(), emulator::max_queued_events);
  EXPECT_EQ(client.session().queued_events().front(), event(Event::ObjectAdded, {3}));
}

TEST(Events, QueueEndsWithTheSession) {
  Stage stage;
  stage.profile.quirks.poll_events = true;
  Play client(stage.camera());
  stage.camera().announce(Event::ObjectAdded, {5});
  EXPECT_EQ(client.ask(Op::CloseSession), Code::OK);
  EXPECT_EQ(client.ask(Op::OpenSession, {1}), Code::OK);
  EXPECT_THAT(client.session().queued_events(), IsEmpty());
}

TEST(Events, OfACaptureCarryItsTransactionForItsSessionOnly) {
  Stage stage;
  Play one(stage.camera()), two(stage.camera());
  emulator::Release release;
  release.transaction_id = 3;
  release.by = &one.session();
  stage.camera().announce(Event::CaptureComplete, 3, release);
  EXPECT_THAT(one.events(), ElementsAre(event(Event::CaptureComplete, {3}, 3)));
  EXPECT_THAT(two.events(), ElementsAre(event(Event::CaptureComplete, {3})));
}

TEST(ResetDevice, EndsAllSessionsAndTellsTheOthers) {
  Stage stage;
  Play one(stage.camera()), two(stage.camera());
  EXPECT_EQ(one.send(Op::SetDevicePropValue, {0x5007}, bytes<u16>(560)), Code::OK);
  two.events();
  EXPECT_EQ(one.ask(Op::ResetDevice), Code::OK);
  EXPECT_THAT(one.events(), IsEmpty());
  EXPECT_THAT(two.events(), ElementsAre(event(Event::DeviceReset)));
  EXPECT_EQ(one.ask(Op::GetStorageIDs), Code::SessionNotOpen);
  EXPECT_EQ(two.ask(Op::GetStorageIDs), Code::SessionNotOpen);
  EXPECT_FALSE(one.closed());
  EXPECT_EQ(one.ask(Op::OpenSession, {1}), Code::OK);
  EXPECT_EQ(one.ask(Op::GetDevicePropValue, {0x5007}), Code::OK);
  EXPECT_EQ(one.data(), bytes<u16>(560));
}

TEST(PowerDown, EndsAllSessionsAndTheirConnections) {
  Stage stage;
  Play one(stage.camera()), two(stage.camera());
  EXPECT_EQ(one.ask(Op::PowerDown), Code::OK);
  EXPECT_TRUE(one.closed());
  EXPECT_TRUE(two.closed());
  EXPECT_THAT(stage.camera().sessions(), IsEmpty());
}

TEST(SelfTest, KnowsTheDefaultTestOnly) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::SelfTest), Code::OK);
  EXPECT_EQ(client.ask(Op::SelfTest, {0x8001}), Code::ParameterNotSupported);
}

}  // namespace
}  // namespace stuntcam::tests
