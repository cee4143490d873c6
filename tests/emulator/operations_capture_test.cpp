// InitiateCapture and the open captures: docs/protocol.md §4.1.
#include "tests/emulator/play.h"

namespace stuntcam::tests {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::Field;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using transport::EventOut;
using namespace std::chrono_literals;

std::vector<u16> codes(const std::vector<EventOut>& events) {
  std::vector<u16> codes;
  for (const auto& each : events) codes.push_back(each.code);
  return codes;
}
constexpr auto code(Event event) { return static_cast<u16>(event); }

TEST(InitiateCapture, AnswersBeforeThePictureIsThere) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::InitiateCapture), Code::OK);
  EXPECT_THAT(client.events(), IsEmpty());
  stage.clock.advance(5s);
  const auto events = client.events();
  ASSERT_GE(events.size(), 2u);
  EXPECT_EQ(events.back(), event(Event::CaptureComplete, {1}, 1));
  EXPECT_EQ(events[events.size() - 2].code, code(Event::ObjectAdded));
  EXPECT_EQ(events[events.size() - 2].transaction_id, 1u);
  EXPECT_EQ(client.info(events[events.size() - 2].params[0]).storage_id, card);
}

TEST(InitiateCapture, IsBusyUntilDone) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0, 0}), Code::OK);
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0, 0}), Code::DeviceBusy);
  EXPECT_EQ(client.ask(Op::FormatStore, {card}), Code::DeviceBusy);
  EXPECT_EQ(client.ask(Op::PowerDown), Code::DeviceBusy);
  EXPECT_EQ(client.ask(Op::GetStorageIDs), Code::OK);
  stage.clock.advance(5s);
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0, 0}), Code::OK);
}

TEST(InitiateCapture, ChecksStoreAndFormat) {
  Stage stage;
  Play client(stage.camera());
  for (const auto operation : {Op::InitiateCapture, Op::InitiateOpenCapture}) {
    EXPECT_EQ(client.ask(operation, {0x00990001, 0}), Code::InvalidStorageId);
    EXPECT_EQ(client.ask(operation, {0x00030000, 0}), Code::StoreNotAvailable);
    EXPECT_EQ(client.ask(operation, {card, 0x1234}), Code::InvalidCodeFormat);
    EXPECT_EQ(client.ask(operation, {card, 0x380D}), Code::InvalidObjectFormatCode);
  }
}

TEST(InitiateCapture, GoesToTheStoreThatWasNamed) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::InitiateCapture, {0x00020001, 0x3801}), Code::OK);
  stage.clock.advance(5s);
  EXPECT_EQ(client.ask(Op::GetObjectHandles, {0x00020001, 0x3801, 0}), Code::OK);
  EXPECT_THAT(client.handles(), SizeIs(1));
}

TEST(OpenCapture, EndsWhenTerminatedWithoutCaptureComplete) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::InitiateOpenCapture), Code::OK);
  stage.clock.advance(1s);
  EXPECT_EQ(client.ask(Op::TerminateOpenCapture, {99}), Code::InvalidTransactionID);
  EXPECT_EQ(client.ask(Op::TerminateOpenCapture, {1}), Code::OK);
  stage.clock.advance(5s);
  const auto events = client.events();
  EXPECT_THAT(codes(events), AllOf(Contains(code(Event::ObjectAdded)), Not(Contains(code(Event::CaptureComplete)))));
  EXPECT_THAT(events, Each(Field(&EventOut::transaction_id, 1u)));
}

TEST(OpenCapture, CannotBeEndedByAnother) {
  Stage stage;
  Play one(stage.camera()), two(stage.camera());
  EXPECT_EQ(one.ask(Op::InitiateOpenCapture), Code::OK);
  EXPECT_EQ(two.ask(Op::TerminateOpenCapture, {1}), Code::InvalidTransactionID);
  EXPECT_EQ(one.ask(Op::TerminateOpenCapture, {1}), Code::OK);
}

TEST(OpenCapture, NothingToTerminate) {
  Stage stage;
  Play client(stage.camera());
  EXPECT_EQ(client.ask(Op::TerminateOpenCapture, {0}), Code::InvalidTransactionID);
}

}  // namespace
}  // namespace stuntcam::tests
