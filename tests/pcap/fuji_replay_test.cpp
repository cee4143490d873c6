// Live view of a capture in Fujifilm's dialect, which has a connection of its own.
#include <gtest/gtest.h>

#include "fuji_talk.h"
#include "pcap/replay.h"
#include "tests/fake_clock.h"

namespace stuntcam::pcap {
namespace {

using namespace test;

constexpr u16 open_capture = 0x101C;

struct NoLine final : transport::Outlet {
  void event(const transport::EventOut&) override {}
  void close() override {}
};

class FujiReplay : public testing::Test {
 protected:
  // One picture before the camera was told to show anything, and three behind it, each 40 ms.
  static std::shared_ptr<const RecordedFile> recorded() {
    FujiTalk talk;
    talk.ask(0x1002, {1}).picture('a').ask(open_capture, {1});
    for (const u8 content : {u8{'b'}, u8{'c'}, u8{'d'}}) talk.pass(39).picture(content);
    return talk.file();
  }

  std::unique_ptr<transport::Session> play(double speed = 1) {
    ReplayOptions options;
    options.speed = speed;
    options.sessions = choose_sessions(*recorded_, {}).value();
    replay_ = std::make_unique<Replay>(recorded_, options, clock_);
    return replay_->open({}, line_).value();
  }
  static char shown(transport::Session& session) {
    const auto frame = session.frame();
    return frame && frame->size() == 2000 ? static_cast<char>(frame->front()) : '-';
  }
  static void request(transport::Session& session, u16 code) {
    ptp::Message message;
    message.kind = ptp::Kind::operation_request;
    message.code = code;
    message.count = 1;
    message.params[0] = 1;
    session.request(message);
  }

  tests::FakeClock clock_;
  NoLine line_;
  std::shared_ptr<const RecordedFile> recorded_ = recorded();
  std::unique_ptr<Replay> replay_;
};

TEST_F(FujiReplay, PicturesComeAfterWhatCausedThem) {
  const auto session = play();
  EXPECT_EQ(shown(*session), '-') << "no session is open";
  request(*session, 0x1002);
  EXPECT_EQ(shown(*session), 'a');
  EXPECT_EQ(shown(*session), 'a');
  request(*session, open_capture);
  for (const char expected : {'b', 'c', 'd', 'd'}) EXPECT_EQ(shown(*session), expected);
  EXPECT_EQ(recorded_->sessions.at(0).frames.size(), 4u);
}

TEST_F(FujiReplay, PicturesComeAtTheirInterval) {
  EXPECT_EQ(play()->frame_interval(), std::chrono::milliseconds(40));
  EXPECT_EQ(play(2)->frame_interval(), std::chrono::milliseconds(80));
  EXPECT_EQ(play(0)->frame_interval(), std::chrono::milliseconds(10));
}

}  // namespace
}  // namespace stuntcam::pcap
