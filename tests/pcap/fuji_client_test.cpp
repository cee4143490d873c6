// A capture in Fujifilm's dialect asked again of a live camera.
#include <gmock/gmock.h>

#include "client_replay.h"
#include "fuji_talk.h"

namespace stuntcam::pcap {
namespace {

using namespace test;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr u16 open_session = 0x1002, close_session = 0x1003, capture = 0x100E, value = 0x1015, set_value = 0x1016,
              stop = 0x1018, start = 0x101C, movie = 0x9020, end_movie = 0x9021, capabilities = 0x902B;
constexpr u32 state = 0xD212, client_state = 0xDF01, release_mode = 0xD208;

// FilmSimulation, and FocusLock: 1 while the camera focuses.
Bytes told(u8 film, u8 lock) {
  return Fields{}.add(u16{2}).add(u16{0xD001}).add(u32{film}).add(u16{0xD209}).add(u32{lock}).bytes;
}

FujiTalk begun() {
  return FujiTalk().ask(open_session, {1}).give(set_value, {client_state}, {5, 0}).ask(start, {0, 0});
}

using FujiClient = ClientReplayStage;

TEST_F(FujiClient, TheSameCameraMakesNoDifference) {
  const auto talk = begun()
                        .ask(value, {state}, told(1, 0))
                        .ask(capture, {0, 0})
                        .event(0xC004)
                        .event(0xC001)
                        .picture('a')
                        .ask(movie)
                        .ask(end_movie, {6})
                        .ask(stop, {3})
                        .ask(close_session);
  replay(talk, talk);
  EXPECT_THAT(fields(), IsEmpty());
  EXPECT_THAT(outcomes(), Each(Outcome::same));
  EXPECT_EQ(steps_.size(), 9u);
  EXPECT_EQ(responder_->report().misses, 0u);
  EXPECT_EQ(responder_->report().unasked_transactions, 0u);
}

TEST_F(FujiClient, StateIsAskedForUntilWhatWasWaitedForHasCome) {
  const auto focusing = [](unsigned times) {
    auto talk = begun().ask(capture, {0, 0});
    for (unsigned i = 0; i < times; ++i) talk.ask(value, {state}, told(1, 1));
    return talk;
  };
  const auto recorded = focusing(2).ask(value, {state}, told(1, 2));
  for (const unsigned times : {0u, 1u, 5u}) {
    replay(recorded, focusing(times).ask(value, {state}, told(1, 2)));
    EXPECT_THAT(fields(), IsEmpty()) << times;
    EXPECT_THAT(outcomes(), ElementsAre(Outcome::same, Outcome::same, Outcome::same, Outcome::same, Outcome::skipped,
                                        Outcome::skipped, Outcome::same));
    steps_.clear();
  }
  replay(recorded, focusing(1));
  EXPECT_THAT(fields(), ElementsAre("GetDevicePropValue(CurrentState).FocusLock"));
  EXPECT_GE(steps_.back().seconds, 10) << "as long as a condition is waited for";
}

TEST_F(FujiClient, WhatNeverMovedIsNotWaitedFor) {
  const auto talk = [](u8 film) {
    return begun().ask(capture, {0, 0}).ask(value, {state}, told(film, 1)).ask(value, {state}, told(film, 2));
  };
  replay(talk(1), talk(3));
  EXPECT_THAT(fields(), ElementsAre("GetDevicePropValue(CurrentState).FilmSimulation"));
  EXPECT_LT(steps_.back().seconds, 1);
  steps_.clear();
  replay(talk(1), talk(3), {"FilmSimulation"});
  EXPECT_THAT(fields(), IsEmpty());
}

// The client came late enough to find the camera ready, which is asked at once now.
TEST_F(FujiClient, ACameraHasTheTimeThatItHad) {
  const auto late = [](u32 milliseconds) {
    return begun().give(set_value, {release_mode}, {0, 2}).pass(milliseconds).ask(value, {state}, told(1, 2));
  };
  const auto live = begun()
                        .give(set_value, {release_mode}, {0, 2})
                        .ask(value, {state}, told(1, 1))
                        .ask(value, {state}, told(1, 1))
                        .ask(value, {state}, told(1, 2));
  replay(late(500), live);
  EXPECT_THAT(fields(), IsEmpty());
  steps_.clear();
  replay(late(0), live);
  EXPECT_THAT(fields(), ElementsAre("GetDevicePropValue(CurrentState).FocusLock"));
}

TEST_F(FujiClient, EventsAreTheirTransactions) {
  const auto recorded =
      begun().ask(value, {state}, told(1, 1)).ask(value, {state}, told(1, 2)).ask(capture, {0, 0}).event(0xC004);
  const auto live = begun().ask(value, {state}, told(1, 2)).ask(capture, {0, 0}).event(0xC004);
  replay(recorded, live);
  EXPECT_THAT(fields(), IsEmpty()) << "the transaction that it names is another one now";
  steps_.clear();
  replay(recorded, begun().ask(value, {state}, told(1, 2)).ask(capture, {0, 0}));
  EXPECT_THAT(fields(), ElementsAre(HasSubstr("InitiateCapture(0x0, 0x0).events")));
}

TEST_F(FujiClient, PicturesAreExpectedWhereTheyCame) {
  const auto recorded = begun().picture('a').ask(close_session);
  replay(recorded, begun().picture('b').ask(close_session));
  EXPECT_THAT(fields(), IsEmpty()) << "whatever they show";
  steps_.clear();
  replay(recorded, begun().ask(close_session));
  EXPECT_THAT(fields(), ElementsAre("InitiateOpenCapture(0x0, 0x0).live view"));
}

TEST_F(FujiClient, DescriptionsAreNamedByTheirProperties) {
  const auto described = [](u8 current) {
    const Bytes one = ptp::encode(ptp::DevicePropDesc{.code = 0xD001,
                                                      .type = ptp::DataType::uint8,
                                                      .factory_default = {ptp::DataType::uint8, 1},
                                                      .current = {ptp::DataType::uint8, current}});
    return begun().ask(capabilities, {}, Fields{}.add(u32{1}).add(static_cast<u32>(one.size() + 4)).add(one).bytes);
  };
  replay(described(1), described(2));
  EXPECT_THAT(fields(), ElementsAre("GetCapabilities().FilmSimulation.CurrentValue"));
}

TEST_F(FujiClient, ACameraThatTurnsUsAwayIsNamed) {
  dialect_ = transport::dialect("fuji");
  std::vector<std::unique_ptr<Link>> cameras;
  const auto dial = [&] {
    auto [client, camera] = links();
    camera->put({.kind = ptp::Kind::init_fail, .params = {0x2019}});
    transport::spawn(
        io_, [](Link& link) -> Task<> { co_await link.flush(); }(*camera), [](const std::exception_ptr&) {});
    cameras.push_back(std::move(camera));
    return std::move(client);
  };
  ask(begun().file(), dial, dial, dial);
  ASSERT_TRUE(failure_);
  try {
    std::rethrow_exception(failure_);
  } catch (const std::exception& error) {
    EXPECT_THAT(error.what(), HasSubstr("turned us away: InitFail 0x2019"));
  }
}

}  // namespace
}  // namespace stuntcam::pcap
