#include "pcap/walker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "capture.h"
#include "wire.h"

namespace stuntcam::pcap {
namespace {

using namespace test;

struct Counted final : WalkerSink {
  u64 heads = 0, payload_bytes = 0, skips = 0, skipped_bytes = 0, wire_bytes = 0;
  std::string text{};  // where heads begin
  bool tells = false;
  void head(bool, const ptp::Message&, View wire, Origin origin) override {
    ++heads;
    wire_bytes += wire.size();
    if (tells) text += std::to_string(origin.offset) + " ";
  }
  void payload(bool, View bytes, Origin) override { payload_bytes += bytes.size(); }
  void payload_missing(bool, u64, Origin) override {}
  void frame_ended(bool, Origin) override {}
  void skipped(bool, u64 bytes, Origin) override {
    skips += bytes > 0;
    skipped_bytes += bytes;
  }
  void lost(bool, const std::string&, Origin) override {}
};

void walk(Counted& sink, const Bytes& bytes, std::size_t piece) {
  PacketWalker walker(sink, false);
  Origin origin;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    origin.offset = at;
    walker.data(View(bytes).subspan(at, std::min(piece, bytes.size() - at)), origin);
  }
  walker.end(origin);
}

// Each loss within one segment costs what it skips, and neither stack nor a copy of all that follows.
TEST(Walker, FindsThePacketsAgainAsOftenAsTheyAreLost) {
  const auto probe = packet(13, {});
  const auto pattern = probe + probe + Bytes(8);
  constexpr std::size_t times = (16u << 20) / 24;
  Bytes bytes;
  bytes.reserve(times * pattern.size());
  for (std::size_t i = 0; i < times; ++i) bytes.insert(bytes.end(), pattern.begin(), pattern.end());
  for (const std::size_t piece : {bytes.size(), std::size_t{1448}}) {
    Counted sink;
    walk(sink, bytes, piece);
    EXPECT_EQ(sink.heads, 2 * times);
    EXPECT_EQ(sink.skips, times);
    EXPECT_EQ(sink.skipped_bytes, 8 * times);
  }
}

// Also a head that an earlier segment began.
TEST(Walker, GoesOnInsideTheHeadThatMadeNoSense) {
  const auto bytes = packet(13, {}) + Bytes{0, 0, 0, 0, 1} + packet(14, {}) + data(7, {1, 2, 3}) + packet(13, {});
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    Counted sink;
    sink.tells = true;
    walk(sink, bytes, piece);
    EXPECT_EQ(sink.text, "0 13 21 36 ") << piece;
    EXPECT_EQ(sink.skipped_bytes, 5u) << piece;
    EXPECT_EQ(sink.payload_bytes, 3u) << piece;
  }
}

// A gap that lies in one packet leaves the next one where the length says; a longer one leaves it to be found.
TEST(Walker, KnowsWhereAPacketWithAGapInItsHeadEnds) {
  const auto bytes = packet(1, Bytes(60, 3)) + packet(13, {}) + packet(14, {});
  for (std::size_t begin = 8; begin < 68; ++begin) {
    for (std::size_t end = begin + 1; end <= 76; end += end < 68 ? 1 : 8) {
      Counted sink;
      sink.tells = true;
      PacketWalker walker(sink, false);
      walker.data(View(bytes).first(begin), {});
      walker.gap(end - begin, {.offset = begin});
      walker.data(View(bytes).subspan(end), {.offset = end});
      walker.end({});
      EXPECT_EQ(sink.text, end <= 68 ? "68 76 " : "76 ") << begin << "-" << end;
      EXPECT_EQ(sink.skipped_bytes, bytes.size() - (end - begin) - (end <= 68 ? 16 : 8)) << begin << "-" << end;
    }
  }
}

}  // namespace
}  // namespace stuntcam::pcap
