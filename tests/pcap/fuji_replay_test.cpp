// Live view of a capture in Fujifilm's dialect, which has a connection of its own.
#include <gtest/gtest.h>

#include "pcap/replay.h"
#include "ptp/fuji.h"
#include "tests/fake_clock.h"
#include "usb.h"

namespace stuntcam::pcap {
namespace {

using namespace test;

constexpr u16 open_capture = 0x101C;

Bytes encoded(ptp::Message message, const Bytes& wire = {}) {
  message.wire = wire;
  Bytes out;
  ptp::FujiFraming().encode(message, out);
  return out;
}

struct NoLine final : transport::Outlet {
  void event(const transport::EventOut&) override {}
  void close() override {}
};

class FujiReplay : public testing::Test {
 protected:
  // One picture before the camera was told to show anything, and three behind it, each 40 ms.
  FujiReplay() {
    const auto who = ptp::encode_fuji_identity({.guid = {1}, .name = "phone"}, ptp::fuji_request_name);
    const auto camera = ptp::encode_fuji_identity({.guid = {4}, .name = "X-T1"}, ptp::fuji_ack_name);
    add(command_.open());
    add(command_.send(false, encoded({.kind = ptp::Kind::init_command_request, .params = {ptp::fuji_protocol}}, who)));
    add(command_.send(true, encoded({.kind = ptp::Kind::init_command_ack, .params = {0}}, camera)));
    ask(0x1002, 1);
    add(live_view_.open());
    add(live_view_.send(true, picture('a')));
    ask(open_capture, 2);
    for (const u8 content : {u8{'b'}, u8{'c'}, u8{'d'}}) {
      time_ += 40;
      add(live_view_.send(true, picture(content)));
    }
  }
  void ask(u16 code, u32 id) {
    add(command_.send(false, container(1, code, id, words({1}))));
    add(command_.send(true, container(3, 0x2001, id)));
  }
  Bytes picture(u8 content) {
    ptp::Message head{.kind = ptp::Kind::data, .first = true, .last = true, .total = 2000, .size = 2000};
    head.transaction_id = frames_++;
    return encoded(head) + Bytes(2000, content);
  }
  void add(const Bytes& frame) { file_ = file_ + pcap_record(false, 1'700'000'000, time_ * 1'000'000, frame); }
  void add(const std::vector<Bytes>& frames) {
    for (const auto& frame : frames) add(frame);
  }

  std::unique_ptr<transport::Session> play(double speed = 1) {
    const TemporaryFile stored(file_);
    recorded_ = std::make_shared<const RecordedFile>(load_recording(stored.path()));
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

  Connection command_{1, 2, 55740}, live_view_{100, 200, 55742};
  Bytes file_ = pcap_head(false, 0xA1B23C4D);
  u32 time_ = 0, frames_ = 0;
  tests::FakeClock clock_;
  NoLine line_;
  std::shared_ptr<const RecordedFile> recorded_;
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
