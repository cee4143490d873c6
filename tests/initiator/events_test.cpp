// Events, sent and queued, and probes.
#include "tests/initiator/script.h"

namespace stuntcam::tests {
namespace {

using initiator::Event;
using namespace std::chrono_literals;

std::function<bool(const Event&)> is(u16 code) {
  return [code](const Event& event) { return event.code == code; };
}
bool any(const Event&) { return true; }

TEST(Events, APredicateTakesItsOwnAndLeavesTheOthers) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        const auto added = co_await session.await_event(is(0x4002), 10s);
        EXPECT_TRUE(added && added->params[0] == 2);
        const auto first = co_await session.await_event(any, 10s);
        EXPECT_TRUE(first && first->code == 0x4006 && first->params[0] == 1);
        EXPECT_EQ(script.clock.now(), 0s);
      },
      [](Peer& peer) -> Task<> {
        co_await peer.event(0x4006, 1);
        co_await peer.event(0x4002, 2);
      });
}

TEST(Events, ADeadline) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        const auto none = co_await session.await_event(is(0x4002), 3s);
        EXPECT_FALSE(none);
        EXPECT_EQ(script.clock.now(), 3s);
        EXPECT_TRUE(session.connection().usable());
      },
      [](Peer&) -> Task<> { co_return; });
}

TEST(Events, TheEndOfTheirConnection) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        auto wait = [&session]() -> Task<> { co_await session.await_event(any, 3s); };
        co_await expect_trouble(wait(), Trouble::closed, "event connection");
      },
      [](Peer& peer) -> Task<> {
        peer.events->close();
        co_return;
      });
}

TEST(Events, AFloodIsBounded) {
  Script script;
  constexpr u32 flood = initiator::max_waiting_events + 1000;
  script.talk(
      [&](Session& session) -> Task<> {
        co_await session.await_event(is(0x4008), 3s);
        const auto oldest = co_await session.await_event(any, 0s);
        EXPECT_TRUE(oldest && oldest->params[0] == 1001) << (oldest ? oldest->params[0] : 0);
      },
      [](Peer& peer) -> Task<> {
        for (u32 i = 0; i < flood; ++i) co_await peer.event(0x4006, i);
        co_await peer.event(0x4008, 0);
      });
}

TEST(Events, QueuedOnesArePolled) {
  Script script;
  script.session.poll_operation = 0x9123;
  script.talk(
      [&](Session& session) -> Task<> {
        const auto event = co_await session.await_event(is(0x4002), 10s);
        EXPECT_TRUE(event && event->params[0] == 0x11223344);
        EXPECT_EQ(script.clock.now(), 200ms);
      },
      [](Peer& peer) -> Task<> {
        Bytes none{0, 0};
        co_await peer.answer(static_cast<OperationCode>(0x9123), std::move(none));
        Bytes two{2, 0, 0x06, 0x40, 1, 0, 0, 0, 0x02, 0x40, 0x44, 0x33, 0x22, 0x11};
        co_await peer.answer(static_cast<OperationCode>(0x9123), std::move(two));
      });
}

TEST(Events, AQueueThatLies) {
  Script script;
  script.session.poll_operation = 0x9123;
  script.talk(
      [&](Session& session) -> Task<> {
        auto wait = [&session]() -> Task<> { co_await session.await_event(any, 3s); };
        co_await expect_trouble(wait(), Trouble::violation, "the queued events: EventCode at byte 2");
      },
      [](Peer& peer) -> Task<> {
        Bytes lie{0xFF, 0xFF};
        co_await peer.answer(static_cast<OperationCode>(0x9123), std::move(lie));
      });
}

TEST(Events, OnTheWrongConnectionStillCount) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        const u32 count = co_await session.num_objects();
        EXPECT_EQ(count, 3u);
        const auto event = co_await session.await_event(any, 0s);
        EXPECT_TRUE(event && event->code == 0x4002);
      },
      [](Peer& peer) -> Task<> {
        co_await peer.request(OperationCode::GetNumObjects);
        Message event;
        event.kind = Kind::event;
        event.code = 0x4002;
        co_await peer.put(event);
        co_await peer.respond(1, ResponseCode::OK, 3);
      });
  EXPECT_EQ(script.remarks.size(), 1u);
}

TEST(Probes, AreAnsweredDuringATransaction) {
  Script script;
  script.talk([&](Session& session) -> Task<> { co_await session.initiate_capture(); },
              [](Peer& peer) -> Task<> {
                co_await peer.request(OperationCode::InitiateCapture);
                Message probe;
                probe.kind = Kind::probe_request;
                co_await peer.put(probe, peer.events.get());
                co_await peer.expect(Kind::probe_response, peer.events.get());
                co_await peer.respond(1);
              });
}

TEST(Probes, WhoAsksAndDoesNotReadIsNotAnsweredForEver) {
  Script script;
  constexpr u32 flood = 50'000, capacity = (256 << 10) / 8;  // what the link takes without being read
  script.talk(
      [&](Session& session) -> Task<> {
        co_await session.await_event(any, 10s);
        const bool alive = co_await session.connection().events().probe(10s);
        EXPECT_TRUE(alive);
      },
      [](Peer& peer) -> Task<> {
        Message probe;
        probe.kind = Kind::probe_request;
        for (u32 i = 0; i < flood; ++i) co_await peer.put(probe, peer.events.get());
        co_await peer.event(0x4002, 1);
        u32 answers = 0;
        for (;; ++answers) {
          const auto message = co_await peer.events->receive();
          if (!message || message->kind != Kind::probe_response) break;
        }
        EXPECT_GT(answers, 0u);
        EXPECT_LE(answers, capacity + 2 * initiator::max_waiting_answers);
        Message answer;
        answer.kind = Kind::probe_response;
        co_await peer.put(answer, peer.events.get());
      });
}

TEST(Probes, OursAreAnsweredOrNot) {
  Script script;
  script.talk(
      [&](Session& session) -> Task<> {
        const bool alive = co_await session.connection().events().probe(10s);
        EXPECT_TRUE(alive);
        const bool dead = co_await session.connection().events().probe(10s);
        EXPECT_FALSE(dead);
        EXPECT_GE(script.clock.now(), 10s);
      },
      [](Peer& peer) -> Task<> {
        co_await peer.expect(Kind::probe_request, peer.events.get());
        Message answer;
        answer.kind = Kind::probe_response;
        co_await peer.put(answer, peer.events.get());
      });
}

}  // namespace
}  // namespace stuntcam::tests
