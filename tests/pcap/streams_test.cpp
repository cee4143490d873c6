#include "pcap/streams.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "capture.h"

namespace stuntcam::pcap {
namespace {

using namespace test;

// Keeps what it is told: the bytes of each side, a gap as '?', and which frame brought each byte.
struct Kept final : StreamSink {
  struct Stream {
    std::string text;
    std::vector<u64> frames;
  };
  std::map<u64, std::array<Stream, 2>> streams;
  std::vector<std::string> events;
  bool wanted = true;

  void opened(u64 connection, const Endpoint& first, const Endpoint&, bool handshake, Origin) override {
    events.push_back("open " + std::to_string(connection) + (handshake ? " " : " midstream ") + to_string(first));
  }
  bool data(u64 connection, bool side, View bytes, Origin origin) override {
    auto& stream = streams[connection][side];
    stream.text.append(bytes.begin(), bytes.end());
    stream.frames.insert(stream.frames.end(), bytes.size(), origin.frame);
    order += side ? 'B' : 'A';
    return wanted;
  }
  void gap(u64 connection, bool side, u64 size, Origin) override {
    streams[connection][side].text += "?" + std::to_string(size) + "?";
  }
  void closed(u64 connection, bool reset, Origin) override {
    events.push_back((reset ? "reset " : "close ") + std::to_string(connection));
  }
  std::string order;
};

Bytes bytes(const std::string& text) { return {text.begin(), text.end()}; }

class StreamsTest : public ::testing::Test {
 protected:
  void add(const Bytes& frame) {
    const auto packet = layers_.tcp({++number_, 0, LinkType::ethernet, static_cast<u32>(frame.size()), frame});
    ASSERT_TRUE(packet.has_value());
    streams_.add(*packet, {number_, static_cast<i64>(number_)});
  }
  void open() {
    for (const auto& frame : wire_.open()) add(frame);
  }
  Bytes client(u32 offset, const std::string& text) {
    return wire_.segment(false, 1001 + offset, Segment::ack, bytes(text));
  }
  const std::string& text(bool side = false, u64 connection = 1) { return kept_.streams[connection][side].text; }

  Kept kept_;
  std::vector<std::string> warnings_;
  Warn warn_ = [this](u64, const std::string& what) { warnings_.push_back(what); };
  Layers layers_{warn_};
  Streams streams_{kept_, warn_};
  Connection wire_{1000, 5000};
  u64 number_ = 0;
};

TEST_F(StreamsTest, PutsAnyOrderBackTogether) {
  std::vector<int> order = {0, 1, 2, 3};
  do {
    Kept kept;
    Streams streams(kept, warn_);
    Connection wire(1000, 5000);
    const std::vector<std::string> parts = {"abc", "defg", "h", "ij"};
    const u32 offsets[] = {0, 3, 7, 8};
    std::vector<Bytes> frames = wire.open();
    for (const int index : order)
      frames.push_back(wire.segment(false, 1001 + offsets[index], Segment::ack, bytes(parts[index])));
    u64 number = 0;
    for (const auto& frame : frames) {
      ++number;
      streams.add(*layers_.tcp({number, 0, LinkType::ethernet, static_cast<u32>(frame.size()), frame}), {number, 0});
    }
    EXPECT_EQ(kept.streams[1][0].text, "abcdefghij");
    const auto came = std::ranges::find(order, 1) - order.begin();
    EXPECT_EQ(kept.streams[1][0].frames[5], static_cast<u64>(4 + came));  // 'f' knows its frame
  } while (std::ranges::next_permutation(order).found);
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(StreamsTest, TakesRetransmissionsOnce) {
  open();
  for (const auto& frame :
       {client(0, "abc"), client(0, "abc"), client(3, "def"), client(1, "bcdefgh"), client(7, ""), client(7, "X")})
    add(frame);  // the last: a probe that keeps the connection alive
  EXPECT_EQ(text(), "abcdefgh");
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(StreamsTest, TakesTheFirstOfConflictingCopies) {
  open();
  add(client(0, "abcd"));
  add(client(2, "XYef"));
  EXPECT_EQ(text(), "abcdef");
  EXPECT_EQ(warnings_.size(), 1u);
  add(client(10, "klmn"));  // both wait for the hole in front
  add(client(6, "ghijKLMN"));
  EXPECT_EQ(text(), "abcdefghijklmn");
}

TEST_F(StreamsTest, MarksWhatIsMissing) {
  open();
  add(client(0, "abc"));
  add(client(10, "klm"));
  EXPECT_EQ(text(), "abc");
  streams_.finish();
  EXPECT_EQ(text(), "abc?7?klm");
}

TEST_F(StreamsTest, HoldsAnswersBackUntilTheirQuestionIsThere) {
  open();
  add(client(3, "two"));
  add(wire_.send(true, bytes("answer")));
  add(client(0, "one"));
  EXPECT_EQ(text(), "onetwo");
  EXPECT_EQ(kept_.order, "AAB");
}

TEST_F(StreamsTest, WaitsForAMissingPieceWithinABound) {
  open();
  for (u32 i = 0; i <= max_waiting_segments; ++i) add(client(1 + i, "x"));
  EXPECT_EQ(text().substr(0, 5), "?1?xx");
}

TEST_F(StreamsTest, SequenceNumbersWrap) {
  wire_ = Connection(0xFFFFFFFD, 0xFFFFFFFF);
  open();
  add(wire_.segment(false, 2, Segment::ack, bytes("efgh")));
  add(wire_.segment(false, 0xFFFFFFFE, Segment::ack, bytes("abcd")));
  add(wire_.send(true, bytes("answer")));
  EXPECT_EQ(text(), "abcdefgh");
  EXPECT_EQ(text(true), "answer");
}

TEST_F(StreamsTest, BeginsInTheMiddle) {
  add(wire_.send(true, bytes("one")));
  add(wire_.send(false, bytes("two")));
  add(wire_.send(true, bytes("three")));
  EXPECT_EQ(text(false), "onethree");
  EXPECT_EQ(text(true), "two");
  EXPECT_EQ(kept_.events, (std::vector<std::string>{"open 1 midstream 10.0.0.2:15740"}));
}

TEST_F(StreamsTest, TellsOfBytesBeforeTheBeginning) {
  add(wire_.segment(false, 2000, Segment::ack, bytes("later")));
  add(wire_.segment(false, 1990, Segment::ack, bytes("earlier")));
  EXPECT_EQ(text(), "later");
  EXPECT_EQ(warnings_.size(), 1u);
}

TEST_F(StreamsTest, TellsConnectionsOnTheSamePortsApart) {
  open();
  add(wire_.send(false, bytes("first")));
  wire_ = Connection(90'000, 70'000);
  open();
  add(wire_.send(false, bytes("second")));
  EXPECT_EQ(text(false, 1), "first");
  EXPECT_EQ(text(false, 2), "second");
}

TEST_F(StreamsTest, EndsWithFinBothWaysOrReset) {
  open();
  add(wire_.send(false, bytes("x")));
  add(wire_.finish(false));
  add(wire_.send(true, bytes("y")));
  add(wire_.finish(true));
  add(wire_.segment(false, wire_.next(false), Segment::ack));
  wire_ = Connection(90'000, 70'000);
  open();
  add(wire_.segment(true, wire_.next(true), Segment::reset | Segment::ack));
  EXPECT_EQ(text(true), "y");
  EXPECT_EQ(kept_.events,
            (std::vector<std::string>{"open 1 10.0.0.1:50000", "close 1", "open 2 10.0.0.1:50000", "reset 2"}));
}

TEST_F(StreamsTest, MarksWhatTheSnapLengthCut) {
  open();
  auto frame = client(0, "abcdefgh");
  frame.resize(frame.size() - 5);
  add(frame);
  add(client(8, "ij"));
  EXPECT_EQ(text(), "abc?5?ij");
}

TEST_F(StreamsTest, FollowsABoundedNumberOfConnections) {
  open();
  add(client(0, "abc"));
  Segment scan{*parse_endpoint("10.0.0.9", 1), *parse_endpoint("10.0.0.2", 80), 1, 0, Segment::syn};
  for (std::size_t i = 0; i < max_followed; ++i) {
    scan.from.address[2] = static_cast<u8>(i >> 8);
    scan.from.port = static_cast<u16>(i % 256);
    streams_.add({scan, 0}, {100 + i, 0});
  }
  EXPECT_EQ(warnings_.size(), 1u);
  const auto closed = std::ranges::count_if(kept_.events, [](const auto& one) { return one.starts_with("close"); });
  EXPECT_EQ(closed, static_cast<std::ptrdiff_t>(max_followed / 2 + 1));
  EXPECT_EQ(text(), "abc");
}

TEST_F(StreamsTest, ForgetsWhatNobodyWants) {
  kept_.wanted = false;
  open();
  add(client(0, "abc"));
  add(client(3, "def"));
  EXPECT_EQ(text(), "abc");
}

}  // namespace
}  // namespace stuntcam::pcap
