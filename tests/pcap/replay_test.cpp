#include "pcap/replay.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "talk.h"
#include "tests/fake_clock.h"

namespace stuntcam::pcap {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::FakeClock;
using transport::Reply;

struct Line final : transport::Outlet {
  std::vector<transport::EventOut> events;
  bool closed = false;
  void event(const transport::EventOut& one) override { events.push_back(one); }
  void close() override { closed = true; }
};

class ReplayTest : public testing::Test {
 protected:
  void play(const Talk& talk, Match match = Match::ordered, double speed = 0) {
    options_.matching.match = match;
    options_.speed = speed;
    options_.log = [this](const std::string& line) { log_ += line + "\n"; };
    file_ = talk.file();
    options_.sessions = choose_sessions(*file_, {}).value();
    session_.reset();
    replay_ = std::make_unique<Replay>(file_, options_, clock_);
    connect();
  }
  void connect() { session_ = replay_->open({}, line_).value(); }
  // The response and the data, as text: "2001 abc".
  std::string ask(u16 code, std::initializer_list<u32> params = {}, std::optional<std::string> out = {}) {
    ptp::Message message;
    message.kind = ptp::Kind::operation_request;
    message.code = code;
    message.transaction_id = ++last_;
    message.data_phase = out ? 2 : 1;
    for (const auto value : params) message.params[message.count++] = value;
    auto answer = session_->request(message);
    if (auto* intake = std::get_if<std::unique_ptr<transport::Intake>>(&answer)) {
      if (out) {
        (*intake)->begin(out->size());
        (*intake)->write(Bytes(out->begin(), out->end()));
      }
      reply_ = (*intake)->finish(true);
    } else {
      reply_ = std::move(std::get<Reply>(answer));
    }
    return fmt::format("{:04x}{}", reply_.code, text(reply_.body));
  }
  static std::string text(const transport::Body& body) {
    if (const auto* slice = std::get_if<transport::FileSlice>(&body)) {
      std::string bytes(slice->size, ' ');
      slice->file->read(slice->offset, {reinterpret_cast<u8*>(bytes.data()), bytes.size()});
      return " " + bytes;
    }
    return std::holds_alternative<std::monostate>(body) ? "" : " ?";
  }
  std::vector<u32> told() {
    std::vector<u32> params;
    for (const auto& event : line_.events) params.push_back(event.params[0]);
    for (const auto& event : reply_.then) params.push_back(event.params[0]);
    line_.events.clear();
    return params;
  }

  FakeClock clock_;
  ReplayOptions options_;
  std::shared_ptr<const RecordedFile> file_;
  std::unique_ptr<Replay> replay_;
  Line line_;
  std::unique_ptr<transport::Session> session_;
  Reply reply_;
  std::string log_;
  u32 last_ = 500;
};

Bytes bytes(const std::string& text) { return {text.begin(), text.end()}; }

TEST_F(ReplayTest, AnswersByOperationAndParametersInTheOrderOfTheCapture) {
  play(Talk().ask(get_value, {1}, bytes("a")).ask(get_value, {2}, bytes("b")).ask(get_value, {1, 0}, bytes("c")));
  EXPECT_EQ(ask(get_value, {2}), "2001 b");
  EXPECT_EQ(ask(get_value, {1}), "2001 a");
  EXPECT_EQ(ask(get_value, {1}), "2001 c");
  EXPECT_EQ(ask(get_value, {1}), "2001 c");  // the last one repeats
  EXPECT_EQ(replay_->report().misses, 0u);
  EXPECT_EQ(replay_->report().repeated, 1u);
}

TEST_F(ReplayTest, CutsDataAsTheCameraDid) {
  play(Talk().ask_in_pieces(get_value, {{'a', 'b', 'c'}, {'d'}, {}}).ask_in_pieces(0x9101, {{'e', 'f'}}));
  EXPECT_EQ(ask(get_value), "2001 abcd");
  EXPECT_THAT(reply_.packets, ElementsAre(3, 1, 0));
  EXPECT_EQ(ask(0x9101), "2001 ef");
  EXPECT_THAT(reply_.packets, ElementsAre(2));
}

// Sony's RX100M7 says 293 bytes and sends 8.
TEST_F(ReplayTest, AnnouncesWhatTheCameraDid) {
  play(Talk().ask_announcing(293, get_value, {'d', 'a', 't', 'a'}).ask_announcing(unknown_size, get_event, {'e'}));
  EXPECT_EQ(ask(info).substr(0, 4), "2001");
  EXPECT_FALSE(reply_.announced);
  EXPECT_EQ(ask(get_value), "2001 data");
  EXPECT_EQ(reply_.announced, 293u);
  EXPECT_EQ(ask(get_event), "2001 e");
  EXPECT_EQ(reply_.announced, unknown_size);
}

TEST_F(ReplayTest, TellsDataToTheCameraApart) {
  play(Talk().give(set_value, {1}, bytes("on")).give(set_value, {1}, bytes("off"), 0x201C));
  EXPECT_EQ(ask(set_value, {1}, "off"), "201c");
  EXPECT_EQ(ask(set_value, {1}, "on"), "2001");
  EXPECT_EQ(ask(set_value, {1}, "xx"), "2002");
  EXPECT_THAT(log_, HasSubstr("SetDevicePropValue(0x1) with 2 bytes; answered GeneralError"));
  EXPECT_THAT(log_, HasSubstr("other data"));
}

TEST_F(ReplayTest, ReadsWhatWasTrueAfterTheSameChange) {
  const auto talk =
      Talk().ask(get_value, {1}, bytes("old")).give(set_value, {1}, bytes("x")).ask(get_value, {1}, bytes("new"));
  play(talk);
  EXPECT_EQ(ask(get_value, {1}), "2001 old");
  EXPECT_EQ(ask(get_value, {1}), "2001 old");  // however often
  EXPECT_EQ(ask(set_value, {1}, "x"), "2001");
  EXPECT_EQ(ask(get_value, {1}), "2001 new");
  EXPECT_EQ(ask(get_value, {1}), "2001 new");
}

TEST_F(ReplayTest, QueuedEventsComeOutOnceAndAfterTheirCause) {
  const auto talk = Talk()
                        .ask(get_event, {}, bytes("_"))
                        .ask(capture)
                        .ask(get_event, {}, bytes("_"))
                        .ask(get_event, {}, bytes("added"))
                        .ask(0x1008, {5}, bytes("name"))
                        .ask(get_event, {}, bytes("_"));
  play(talk);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask(get_event), "2001 _");  // not by count
  EXPECT_EQ(ask(capture), "2001");
  EXPECT_EQ(ask(0x1008, {5}), "2001 name");  // before it has polled
  EXPECT_EQ(ask(get_event), "2001 added");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask(get_event), "2001 _");
}

TEST_F(ReplayTest, QueuedEventsTakeAsLongAsRecorded) {
  play(Talk().ask(capture).ask(get_event, {}, bytes("_")).ask(get_event, {}, bytes("added")), Match::ordered, 1);
  using std::chrono::milliseconds;
  ask(capture);  // answered after a millisecond; the second GetEvent was asked four later
  clock_.advance(milliseconds(4));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask(get_event), "2001 _");
  clock_.advance(milliseconds(1));
  EXPECT_EQ(ask(get_event), "2001 added");
  EXPECT_EQ(ask(get_event), "2001 _");
}

TEST_F(ReplayTest, WaitingForABusyCameraEnds) {
  play(Talk().ask(capture, {}, {}, busy).ask(capture, {}, {}, busy).ask(capture).ask(0x90C8, {}, {}, busy).ask(0x90C8));
  EXPECT_EQ(ask(capture), "2019");
  EXPECT_EQ(ask(capture), "2019");
  EXPECT_EQ(ask(capture), "2001");
  EXPECT_EQ(ask(0x90C8), "2019");
  EXPECT_EQ(ask(0x90C8), "2001");
  EXPECT_EQ(ask(0x90C8), "2001");
}

TEST_F(ReplayTest, EventsFollowTheTransactionThatTheyFollowed) {
  Talk talk;
  talk.ask(capture).event(0x4002, 11).ask(get_value, {1}, bytes("a")).event(0x400D, 12);
  play(talk);
  EXPECT_THAT(told(), IsEmpty());
  ask(get_value, {2});
  EXPECT_THAT(told(), IsEmpty());
  ask(capture);
  ASSERT_EQ(reply_.then.size(), 1u);
  EXPECT_EQ(reply_.then[0].transaction_id, last_);  // of now, not as captured
  EXPECT_THAT(told(), ElementsAre(11));
  ask(get_value, {1});
  EXPECT_THAT(told(), ElementsAre(12));
  ask(get_value, {1});
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(ReplayTest, EventsAreNotLostWithAQuestionThatIsLeftOut) {
  Talk talk;
  talk.ask(capture).ask(get_value, {1}, bytes("a")).event(0x4002, 11).ask(get_value, {2}, bytes("b"));
  play(talk);
  ask(capture);
  ask(get_value, {2});
  EXPECT_THAT(told(), ElementsAre(11));
}

TEST_F(ReplayTest, TakesAsLongAsRecordedOrScaled) {
  Talk talk;
  talk.ask(get_value, {1}, bytes("a")).ask(capture).event(0x4002, 11);
  using std::chrono::milliseconds;
  play(talk, Match::ordered, 1);  // a frame each millisecond
  ask(get_value, {1});
  EXPECT_EQ(reply_.before_data, milliseconds(1));
  EXPECT_EQ(reply_.before_response, milliseconds(1));
  ask(capture);
  EXPECT_EQ(reply_.before_response, milliseconds(1));
  clock_.advance(milliseconds(1));
  EXPECT_THAT(told(), IsEmpty());
  clock_.advance(milliseconds(1));
  EXPECT_THAT(told(), ElementsAre(11));
  play(talk, Match::ordered, 10);
  ask(capture);
  EXPECT_EQ(reply_.before_response, milliseconds(10));
  options_.longest_wait = milliseconds(5);
  play(talk, Match::ordered, 10);
  ask(capture);
  EXPECT_EQ(reply_.before_response, milliseconds(5));
}

TEST_F(ReplayTest, StrictTakesTheNextRequestOnly) {
  const auto talk =
      Talk().ask(get_value, {1}, bytes("a")).ask(get_event, {}, bytes("_")).ask(get_value, {2}, bytes("b"));
  play(talk, Match::strict);
  EXPECT_EQ(ask(get_value, {2}), "2002");
  EXPECT_THAT(log_, HasSubstr("expected: GetDeviceInfo"));
  EXPECT_TRUE(ask(info).starts_with("2001"));
  EXPECT_EQ(ask(get_event), "2001 _");  // polls come when they come
  EXPECT_EQ(ask(get_value, {1}), "2001 a");
  EXPECT_EQ(ask(get_value, {2}), "2001 b");
  EXPECT_EQ(ask(get_event), "2001 _");
  session_.reset();
  EXPECT_EQ(replay_->report().misses, 1u);
  EXPECT_TRUE(replay_->report().unasked.empty());
  EXPECT_TRUE(replay_->report().differed());
}

TEST_F(ReplayTest, StrictDoesNotCountWhatKeepsACameraAwake) {
  Talk talk(11);
  talk.ask(0x911D).ask(get_value, {1}, bytes("a"));  // whose KeepDeviceOn this is
  play(talk, Match::strict);
  ask(info);
  EXPECT_EQ(ask(get_value, {1}), "2001 a");
  EXPECT_EQ(ask(0x911D), "2001");
  EXPECT_EQ(ask(0x911D), "2001");
  session_.reset();
  EXPECT_FALSE(replay_->report().differed());
  EXPECT_EQ(replay_->report().repeated, 0u);
}

TEST_F(ReplayTest, StrictMissesWhatIsNotAsked) {
  play(Talk().ask(get_value, {1}, bytes("a")), Match::strict);
  ask(info);
  session_.reset();
  EXPECT_THAT(replay_->report().unasked, ElementsAre("GetDevicePropValue(0x1), frame 14"));
  EXPECT_TRUE(replay_->report().differed());
}

TEST_F(ReplayTest, StrictMissesSessionsThatAreNotPlayed) {
  Talk second(10, 50100);
  second.ask(get_value, {2}, bytes("b"));
  Talk talk;
  play(talk.ask(get_value, {1}, bytes("a")).then(second), Match::strict);
  ask(info);
  EXPECT_EQ(ask(get_value, {1}), "2001 a");
  session_.reset();
  ASSERT_EQ(file_->sessions.size(), 2u);
  EXPECT_EQ(replay_->report().unasked_transactions, 2u);  // GetDeviceInfo of the second, too
  EXPECT_THAT(replay_->report().unasked.back(), HasSubstr("GetDevicePropValue(0x2), frame"));
  EXPECT_TRUE(replay_->report().differed());
  connect();
  ask(info);
  EXPECT_EQ(ask(get_value, {2}), "2001 b");
  session_.reset();
  EXPECT_FALSE(replay_->report().differed());
  const Replay unplayed(file_, options_, clock_);
  EXPECT_EQ(unplayed.report().unasked_transactions, 4u);
}

// Clients may come in another order than when they were recorded.
TEST_F(ReplayTest, AQuestionOfAnotherSessionIsAnsweredFromThere) {
  const auto both = [] {
    Talk second(10, 50100);
    second.ask(get_value, {2}, bytes("b")).event(0x4002, 11).ask(get_event, {1}, bytes("added")).ask(capture, {3});
    Talk first;
    return first.ask(get_value, {1}, bytes("a")).then(second);
  };
  play(both());
  EXPECT_EQ(ask(get_value, {2}), "2001 b");
  EXPECT_THAT(told(), IsEmpty());  // of its own events alone
  EXPECT_EQ(ask(get_value, {1}), "2001 a");
  EXPECT_EQ(replay_->report().out_of_order, 1u);
  EXPECT_EQ(replay_->report().misses, 0u);
  EXPECT_EQ(ask(capture, {3}), "2002");    // what changes something is not done a second time
  EXPECT_EQ(ask(get_event, {1}), "2002");  // and what is told once stays there
  EXPECT_EQ(replay_->report().misses, 2u);
  play(both(), Match::strict);
  ask(info);
  EXPECT_EQ(ask(get_value, {2}), "2002");
}

TEST_F(ReplayTest, NamesTheNearestRequests) {
  play(Talk().ask(0x1007, {1, 0, 7}, bytes("a")).ask(0x1007, {1, 0, 8}, bytes("b")).ask(0x1007, {3, 4, 5}, bytes("c")));
  EXPECT_EQ(ask(0x1007, {1, 0, 9}), "2002");
  EXPECT_EQ(ask(0x1FFF), "2005");
  ask(0x1FFF);
  const auto& missed = replay_->report().missed;
  ASSERT_EQ(missed.size(), 2u);
  EXPECT_THAT(missed[0].nearest[0], HasSubstr("parameter 3 is 0x7 there, 0x9 was asked"));
  EXPECT_EQ(missed[1].times, 2u);
  EXPECT_EQ(replay_->report().json()["missed"][1]["answer"], "OperationNotSupported");
  EXPECT_THAT(replay_->report().text(), HasSubstr("3 not in the capture"));
}

TEST_F(ReplayTest, OrderIsKeptUnlessLoose) {
  const auto talk = Talk().ask(capture, {1}).ask(capture, {2});
  play(talk);
  EXPECT_EQ(ask(capture, {2}), "2001");
  EXPECT_EQ(ask(capture, {1}), "2001");
  EXPECT_EQ(replay_->report().out_of_order, 1u);
}

TEST_F(ReplayTest, ClosesOnAMissIfToldTo) {
  options_.on_miss = OnMiss::close;
  play(Talk());
  ask(capture);
  EXPECT_TRUE(line_.closed);
}

TEST_F(ReplayTest, AnotherCameraAnswersWhatTheCaptureDoesNot) {
  const auto recorded = Talk().ask(get_value, {1}, bytes("other")).give(set_value, {1}, bytes("x")).file();
  ReplayOptions all;
  all.sessions = {0};
  play(Talk().ask(get_value, {2}, bytes("mine")));
  options_.on_miss = OnMiss::fallback;
  session_.reset();
  replay_ = std::make_unique<Replay>(file_, options_, clock_, std::make_unique<Replay>(recorded, all, clock_));
  connect();
  EXPECT_EQ(ask(get_value, {2}), "2001 mine");
  EXPECT_EQ(ask(get_value, {1}), "2001 other");
  EXPECT_EQ(ask(set_value, {1}, "x"), "2001");
  EXPECT_EQ(ask(set_value, {1}, "y"), "2002");
  EXPECT_EQ(replay_->report().misses, 3u);
}

TEST_F(ReplayTest, UsesNothingIncompleteUnlessAllowed) {
  const auto talk = Talk().ask(get_value, {1}, bytes("a")).unanswered(capture);
  play(talk);
  EXPECT_THAT(unusable(*file_, {0}), ElementsAre(HasSubstr("InitiateCapture(), frame 17: no response")));
  EXPECT_EQ(ask(capture), "2002");
  EXPECT_EQ(replay_->report().misses, 1u);
  options_.matching.allow_incomplete = true;
  play(talk);
  EXPECT_EQ(ask(capture), "2002");
  EXPECT_EQ(replay_->report().misses, 0u);
}

TEST_F(ReplayTest, IntroducesItselfAsCaptured) {
  play(Talk());
  EXPECT_EQ(replay_->introduction(), Body().add(Bytes(16, 9)).add(u16{'c'}).add(u16{0}).bytes);
  EXPECT_EQ(replay_->identity().name, "c");
}

TEST_F(ReplayTest, RefusesSessionsOfSeveralCameras) {
  RecordedFile file{.path = "trace"};
  file.sessions.resize(2);
  file.sessions[0].number = 1;
  file.sessions[1].number = 2;
  file.sessions[1].responder = "another";
  const auto chosen = choose_sessions(file, {});
  ASSERT_FALSE(chosen.has_value());
  EXPECT_THAT(chosen.error(), HasSubstr("2 cameras"));
  EXPECT_EQ(choose_sessions(file, 2).value(), std::vector<std::size_t>{1});
  EXPECT_THAT(choose_sessions(file, 3).error(), HasSubstr("no session 3"));
}

TEST_F(ReplayTest, TakesACameraOnTwoWaysForOne) {
  RecordedFile file{.path = "trace"};
  file.sessions.resize(3);
  file.sessions[0].dialect = "ptpip";
  file.sessions[1].dialect = "usb";
  file.sessions[1].responder = "usb 1.1";
  file.sessions[2].responder = "usb 1.1";  // who asked for no DeviceInfo
  for (auto* const one : {&file.sessions[0], &file.sessions[1]}) {
    one->model = "D5300";
    one->serial_number = "1";
  }
  EXPECT_EQ(choose_sessions(file, {}).value().size(), 3u);
  file.sessions[1].serial_number = "2";
  EXPECT_FALSE(choose_sessions(file, {}).has_value());
}

}  // namespace
}  // namespace stuntcam::pcap
