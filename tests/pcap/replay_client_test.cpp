// A capture of PTP/IP asked again of a live camera.
#include <gmock/gmock.h>

#include "client_replay.h"
#include "talk.h"

namespace stuntcam::pcap {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Bytes u32_list(std::initializer_list<u32> values) {
  Body body;
  body.add(static_cast<u32>(values.size()));
  for (const u32 value : values) body.add(value);
  return body;
}

Bytes object(const std::string& name, u32 size) {
  ptp::ObjectInfo info;
  info.storage_id = 0x10001;
  info.object_format = 0x3801;
  info.object_compressed_size = size;
  info.filename = name;
  return ptp::encode(info);
}

using ClientReplayTest = ClientReplayStage;

TEST_F(ClientReplayTest, TheSameCameraMakesNoDifference) {
  const auto talk =
      Talk().ask(get_value, {0x5005}, Bytes{50}).give(set_value, {0x5005}, {60}).ask(get_value, {0x5005}, Bytes{60});
  replay(talk, talk);
  EXPECT_THAT(outcomes(), ElementsAre(Outcome::same, Outcome::same, Outcome::same, Outcome::same));
  EXPECT_EQ(different_, 0u);
  EXPECT_EQ(responder_->report().misses, 0u);
  EXPECT_EQ(responder_->report().unasked_transactions, 0u);
}

TEST_F(ClientReplayTest, NamesWhatDiffersUnlessItIsMasked) {
  const auto recorded = Talk().ask(get_value, {0x5005}, Bytes{50}).ask(get_value, {0x5002}, Bytes{1});
  const auto live = Talk().ask(get_value, {0x5005}, Bytes{50}).ask(get_value, {0x5002}, Bytes{2});
  replay(recorded, live);
  EXPECT_THAT(outcomes(), ElementsAre(Outcome::same, Outcome::same, Outcome::different));
  ASSERT_EQ(fields().size(), 1u);
  EXPECT_THAT(fields()[0], HasSubstr("GetDevicePropValue"));
  EXPECT_EQ(different_, 1u);
  steps_.clear();
  replay(recorded, live, {"GetDevicePropValue(*)*"});
  EXPECT_EQ(different_, 0u);
}

TEST_F(ClientReplayTest, ResponsesAndDataPhasesAreCompared) {
  replay(Talk().ask(get_value, {0x5005}, Bytes{50}).ask(0x9101),
         Talk().ask(get_value, {0x5005}, {}, 0x200A).ask(0x9101, {}, {}, 0x2005));
  ASSERT_EQ(steps_.size(), 3u);
  ASSERT_EQ(steps_[1].differences.size(), 2u);
  EXPECT_THAT(steps_[1].differences[0].live, HasSubstr("DevicePropNotSupported"));
  EXPECT_EQ(steps_[1].differences[1].live, "none");
  EXPECT_THAT(steps_[2].differences.at(0).live, HasSubstr("OperationNotSupported"));
}

TEST_F(ClientReplayTest, HandlesAreFoundByNameAndSize) {
  const auto recorded = Talk()
                            .ask(0x1007, {0xFFFFFFFF}, u32_list({0x11, 0x12}))
                            .ask(0x1008, {0x11}, object("A.JPG", 5))
                            .ask(0x1008, {0x12}, object("B.JPG", 6))
                            .ask(0x1009, {0x12}, Bytes{1, 2, 3});
  const auto live = Talk()
                        .ask(0x1007, {0xFFFFFFFF}, u32_list({0x71, 0x72}))
                        .ask(0x1008, {0x71}, object("B.JPG", 6))
                        .ask(0x1008, {0x72}, object("A.JPG", 5))
                        .ask(0x1009, {0x71}, Bytes{1, 2, 3});
  replay(recorded, live);
  EXPECT_THAT(fields(), IsEmpty());
  EXPECT_EQ(responder_->report().misses, 0u);
}

TEST_F(ClientReplayTest, ABusyCameraIsAskedUntilItIsNot) {
  const auto seldom = Talk().ask(capture).ask(0x90C8, {}, {}, busy).ask(0x90C8).ask(get_value, {1}, Bytes{1});
  const auto often = Talk()
                         .ask(capture)
                         .ask(0x90C8, {}, {}, busy)
                         .ask(0x90C8, {}, {}, busy)
                         .ask(0x90C8, {}, {}, busy)
                         .ask(0x90C8)
                         .ask(get_value, {1}, Bytes{1});
  replay(seldom, often);
  EXPECT_EQ(different_, 0u);
  EXPECT_EQ(steps_.at(2).outcome, Outcome::skipped);
  EXPECT_THAT(steps_[2].why, HasSubstr("busy"));
  steps_.clear();
  replay(often, seldom);
  EXPECT_EQ(different_, 0u);
}

TEST_F(ClientReplayTest, EventsAreWaitedFor) {
  const auto recorded = Talk().ask(capture).event(0x4002, 0x123456).ask(get_value, {1}, Bytes{1});
  replay(recorded, Talk().ask(capture).event(0x4002, 0x654321).ask(get_value, {1}, Bytes{1}));
  EXPECT_EQ(different_, 0u) << "a picture taken now has another handle";
  steps_.clear();
  replay(recorded, Talk().ask(capture).ask(get_value, {1}, Bytes{1}));
  ASSERT_THAT(fields(), ElementsAre(HasSubstr(".events")));
  EXPECT_EQ(steps_.at(1).differences[0].live, "did not come");
  EXPECT_GE(steps_[1].seconds, 10) << "as long as a condition is waited for";
}

TEST_F(ClientReplayTest, WhatAClientWaitedForIsWhatCounts) {
  const auto recorded = Talk().ask(capture).ask(get_value, {1}, Bytes{1}).ask(get_value, {1}, Bytes{1});
  const auto live = Talk().ask(capture).ask(get_value, {1}, Bytes{1});
  replay(Talk(recorded).ask(get_value, {1}, Bytes{2}), Talk(live).ask(get_value, {1}, Bytes{2}));
  EXPECT_EQ(different_, 0u);
  ASSERT_EQ(steps_.size(), 5u);
  EXPECT_EQ(steps_[2].outcome, Outcome::skipped);
  EXPECT_THAT(steps_[2].why, HasSubstr("asked again"));
  EXPECT_EQ(steps_[4].outcome, Outcome::same);
  steps_.clear();
  replay(Talk(recorded).ask(get_value, {1}, Bytes{2}), live);
  EXPECT_THAT(fields(), ElementsAre(HasSubstr("GetDevicePropValue")));
  EXPECT_GE(steps_[4].seconds, 10) << "as long as a condition is waited for";
}

TEST_F(ClientReplayTest, ObjectsThatNoEventNamedAreFoundInTheListing) {
  const auto made = [](u32 handle) {
    return Talk()
        .ask(0x1007, {0xFFFFFFFF}, u32_list({0x11}))
        .ask(capture)
        .ask(0x1007, {0xFFFFFFFF}, u32_list({0x11, handle}))
        .ask(0x1008, {handle}, object("NEW.JPG", handle))
        .ask(0x1009, {handle}, Bytes{static_cast<u8>(handle)});
  };
  replay(made(0x12), made(0x25));
  EXPECT_THAT(fields(), IsEmpty()) << "neither is what is in it compared";
  EXPECT_EQ(steps_.size(), 6u);
  // Of names and sizes of what is there already, 0x11 is asked now, and 0x25.
  EXPECT_EQ(responder_->report().unasked_transactions, 0u);
}

TEST_F(ClientReplayTest, WhatWasNotCapturedWholeIsSkipped) {
  replay(Talk().unanswered(0x9101).ask(get_value, {1}, Bytes{1}), Talk().ask(get_value, {1}, Bytes{1}));
  EXPECT_THAT(outcomes(), ElementsAre(Outcome::same, Outcome::skipped, Outcome::same));
}

TEST_F(ClientReplayTest, ACameraThatSaysNothingIsGivenUp) {
  std::vector<std::unique_ptr<Link>> cameras;
  const auto dial = [&] {
    auto [client, camera] = links();
    cameras.push_back(std::move(camera));
    return std::move(client);
  };
  ask(Talk().file(), dial, dial, dial);
  EXPECT_TRUE(failure_);
  EXPECT_THAT(steps_, IsEmpty());
  EXPECT_EQ(clock_.now(), std::chrono::seconds(30));
}

TEST_F(ClientReplayTest, ACameraThatTurnsUsAwayIsNamed) {
  std::vector<std::unique_ptr<Link>> cameras;
  const auto dial = [&] {
    auto [client, camera] = links();
    ptp::Message no;
    no.kind = ptp::Kind::init_fail;
    no.params[0] = 2;
    camera->put(no);
    transport::spawn(
        io_, [](Link& link) -> Task<> { co_await link.flush(); }(*camera), [](const std::exception_ptr&) {});
    cameras.push_back(std::move(camera));
    return std::move(client);
  };
  ask(Talk().file(), dial, dial, dial);
  ASSERT_TRUE(failure_);
  try {
    std::rethrow_exception(failure_);
  } catch (const std::exception& error) {
    EXPECT_THAT(error.what(), HasSubstr("turned us away: InitFail 2"));
  }
}

}  // namespace
}  // namespace stuntcam::pcap
