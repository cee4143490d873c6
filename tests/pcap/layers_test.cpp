#include "pcap/layers.h"

#include <gtest/gtest.h>

#include "capture.h"

namespace stuntcam::pcap {
namespace {

using namespace test;

const Bytes payload = {1, 2, 3, 4, 5, 6, 7};

Bytes ethernet() { return Connection().segment(false, 77, Segment::ack, payload); }
Bytes ip() {
  const auto frame = ethernet();
  return {frame.begin() + 14, frame.end()};
}

class LayersTest : public ::testing::Test {
 protected:
  std::optional<TcpPacket> dig(LinkType type, const Bytes& bytes) {
    frame_ = bytes;
    return layers_.tcp({++number_, 0, type, static_cast<u32>(bytes.size()), frame_});
  }
  void expect_found(LinkType type, const Bytes& bytes) {
    const auto packet = dig(type, bytes);
    ASSERT_TRUE(packet.has_value()) << static_cast<int>(type);
    EXPECT_EQ(to_string(packet->segment.from), "10.0.0.1:50000");
    EXPECT_EQ(to_string(packet->segment.to), "10.0.0.2:15740");
    EXPECT_EQ(packet->segment.sequence, 77u);
    EXPECT_EQ(Bytes(packet->segment.payload.begin(), packet->segment.payload.end()), payload);
    EXPECT_EQ(packet->missing, 0u);
  }

  std::vector<std::string> warnings_;
  Layers layers_{[this](u64, const std::string& text) { warnings_.push_back(text); }};
  Bytes frame_;
  u64 number_ = 0;
};

TEST_F(LayersTest, FindsTcpUnderEveryLinkLayer) {
  const Bytes macs(12, 2), ip4 = {8, 0};
  expect_found(LinkType::ethernet, ethernet());
  expect_found(LinkType::ethernet, ethernet() + Bytes(6));  // padding
  expect_found(LinkType::ethernet, macs + Bytes{0x81, 0, 0, 5} + ip4 + ip());
  expect_found(LinkType::ethernet, macs + Bytes{0x88, 0xA8, 0, 5, 0x81, 0, 0, 6} + ip4 + ip());
  expect_found(LinkType::ethernet, macs + Bytes{0x88, 0x64, 0x11, 0, 0, 1, 0, 99, 0, 0x21} + ip());
  expect_found(LinkType::linux_sll, Bytes(14) + ip4 + ip());
  expect_found(LinkType::linux_sll2, ip4 + Bytes(18) + ip());
  expect_found(LinkType::null, Bytes{2, 0, 0, 0} + ip());
  expect_found(LinkType::loop, Bytes{0, 0, 0, 2} + ip());
  for (const auto type : {LinkType::raw, LinkType::raw_bsd, LinkType::raw_openbsd, LinkType::ipv4})
    expect_found(type, ip());
  const Bytes snap = {0xAA, 0xAA, 3, 0, 0, 0, 8, 0};
  expect_found(LinkType::ieee802_11, Bytes{0x08, 1} + Bytes(22) + snap + ip());
  expect_found(LinkType::ieee802_11, Bytes{0x88, 3} + Bytes(30) + snap + ip());  // four addresses, QoS
  expect_found(LinkType::radiotap, Bytes{0, 0, 8, 0, 0, 0, 0, 0, 0x88, 1} + Bytes(24) + snap + ip() + Bytes(4));
  EXPECT_TRUE(warnings_.empty());
}

// Head of a frame that says: what follows is an A-MSDU.
Bytes aggregate_head() { return Bytes{0x88, 1} + Bytes(22) + Bytes{0x80, 0}; }
Bytes subframe(const Bytes& msdu, bool last = false) {
  auto bytes = Bytes(12, 2) + Bytes{static_cast<u8>(msdu.size() >> 8), static_cast<u8>(msdu.size())} + msdu;
  if (!last) bytes.resize((bytes.size() + 3) / 4 * 4);
  return bytes;
}

TEST_F(LayersTest, ReadsEveryPacketOfAnAggregatedFrame) {
  const Bytes snap = {0xAA, 0xAA, 3, 0, 0, 0, 8, 0}, arp = {0xAA, 0xAA, 3, 0, 0, 0, 8, 6, 1, 2, 3};
  const auto one = snap + ip();
  const auto frame =
      aggregate_head() + subframe(arp) + subframe(one) + subframe(arp) + subframe(one) + subframe(one, true);
  expect_found(LinkType::ieee802_11, frame);
  for (int i = 0; i < 2; ++i) {
    const auto packet = layers_.more();
    ASSERT_TRUE(packet) << i;
    EXPECT_EQ(packet->segment.sequence, 77u);
    EXPECT_EQ(Bytes(packet->segment.payload.begin(), packet->segment.payload.end()), payload);
  }
  EXPECT_FALSE(layers_.more());
  expect_found(LinkType::ethernet, ethernet());
  EXPECT_FALSE(layers_.more());
}

TEST_F(LayersTest, AggregatedFramesThatAreCutGiveWhatIsThere) {
  const Bytes snap = {0xAA, 0xAA, 3, 0, 0, 0, 8, 0};
  const auto frame = aggregate_head() + subframe(snap + ip()) + subframe(snap + ip(), true);
  for (std::size_t size = 0; size < frame.size(); ++size) {
    std::size_t bytes = 0, missing = 0;
    for (auto packet =
             dig(LinkType::ieee802_11, Bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)));
         packet; packet = layers_.more()) {
      bytes += packet->segment.payload.size();
      missing += packet->missing;
    }
    EXPECT_EQ((bytes + missing) % payload.size(), 0u) << size;
  }
  // A length beyond the frame is the end of it.
  auto lying = aggregate_head() + subframe(snap + ip(), true);
  lying[aggregate_head().size() + 12] = 0xFF;
  expect_found(LinkType::ieee802_11, lying);
}

TEST_F(LayersTest, SaysWhatItCannotRead) {
  EXPECT_FALSE(dig(static_cast<LinkType>(147), ethernet()));
  EXPECT_FALSE(dig(static_cast<LinkType>(147), ethernet()));
  EXPECT_FALSE(dig(LinkType::ieee802_11, Bytes{0x08, 0x41} + Bytes(80)));
  ASSERT_EQ(warnings_.size(), 2u);  // each once
  EXPECT_NE(warnings_[0].find("147"), std::string::npos);
  EXPECT_NE(warnings_[1].find("encrypted"), std::string::npos);
}

TEST_F(LayersTest, TakesTheWholeFrameWhereOffloadLeftTheLengthOut) {
  auto packet = ip();
  packet[2] = packet[3] = 0;
  expect_found(LinkType::raw, packet);
}

TEST_F(LayersTest, CountsWhatTheSnapLengthCut) {
  auto packet = ip();
  packet.resize(packet.size() - 3);
  const auto found = dig(LinkType::raw, packet);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->segment.payload.size(), 4u);
  EXPECT_EQ(found->missing, 3u);
}

TEST_F(LayersTest, JoinsFragmentsInAnyOrder) {
  const auto whole = ip();
  const Bytes tcp(whole.begin() + 20, whole.end());  // 27 bytes
  const auto fragment = [&](std::size_t from, std::size_t to, bool more) {
    Bytes part(whole.begin(), whole.begin() + 20);
    part[3] = static_cast<u8>(20 + to - from);
    part[6] = more ? 0x20 : 0;
    part[7] = static_cast<u8>(from / 8);
    return part + Bytes(tcp.begin() + static_cast<std::ptrdiff_t>(from), tcp.begin() + static_cast<std::ptrdiff_t>(to));
  };
  EXPECT_FALSE(dig(LinkType::raw, fragment(24, 27, false)));
  EXPECT_FALSE(dig(LinkType::raw, fragment(0, 16, true)));
  EXPECT_FALSE(dig(LinkType::raw, fragment(0, 16, true)));  // twice
  expect_found(LinkType::raw, fragment(16, 24, true));
  layers_.finish();
  EXPECT_TRUE(warnings_.empty());
  EXPECT_FALSE(dig(LinkType::raw, fragment(0, 13, true)));
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_TRUE(warnings_[0].starts_with("IP fragments that can't be joined"));
  EXPECT_FALSE(dig(LinkType::raw, fragment(0, 16, true)));
  layers_.finish();
  ASSERT_EQ(warnings_.size(), 2u);
  EXPECT_EQ(warnings_[1], "IP fragments without the rest of their datagrams");
}

TEST_F(LayersTest, WalksThroughHeadersOfIpv6) {
  const auto end = *parse_endpoint("fe80::1", 50000);
  Bytes frame;
  encode({end, end, 77, 0, Segment::ack, payload}, false, frame);
  const Bytes tcp(frame.begin() + 54, frame.end());
  Bytes head(frame.begin(), frame.begin() + 54);
  head[14 + 5] = static_cast<u8>(tcp.size() + 8);
  head[14 + 6] = 0;  // hop by hop
  const auto options = dig(LinkType::ethernet, head + Bytes{6, 0, 1, 4, 0, 0, 0, 0} + tcp);
  ASSERT_TRUE(options);
  EXPECT_EQ(options->segment.payload.size(), payload.size());
  head[14 + 6] = 44;
  const auto fragment = dig(LinkType::ethernet, head + Bytes{6, 0, 0, 0, 0, 0, 0, 9} + tcp);
  ASSERT_TRUE(fragment);
  EXPECT_EQ(fragment->segment.payload.size(), payload.size());
  EXPECT_EQ(to_string(fragment->segment.from), "[fe80::1]:50000");
  EXPECT_TRUE(warnings_.empty());
  const Bytes cut(tcp.begin(), tcp.end() - 3);
  EXPECT_FALSE(dig(LinkType::ethernet, head + Bytes{6, 0, 0, 0, 0, 0, 0, 10} + cut));
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_EQ(warnings_[0], "fragments that the snap length cut are not joined");
}

TEST_F(LayersTest, SurvivesFramesOfEveryLength) {
  const std::vector<Bytes> frames = {ethernet(), Bytes(12, 2) + Bytes{0x81, 0, 0, 5, 0x88, 0x64} + ip(), ip()};
  for (const auto type : {0, 1, 12, 101, 105, 108, 113, 127, 228, 229, 276})
    for (const auto& frame : frames)
      for (std::size_t size = 0; size < frame.size(); ++size)
        dig(static_cast<LinkType>(type), {frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)});
}

}  // namespace
}  // namespace stuntcam::pcap
