// TCP put together again: streams of known bytes, cut into segments, sent in any order, again, or not at all. Whatever
// arrives, each byte comes out once, in its place, or in a gap.
#include "pcap/streams.h"

#include <algorithm>
#include <array>
#include <vector>

#include "fuzz/targets/input.h"

namespace stuntcam::fuzz {
namespace {

using pcap::Origin;

// The byte of a side at an offset: no two neighbourhoods alike.
u8 pattern(bool side, u64 offset) { return static_cast<u8>((offset * 167 + (offset >> 8) * 13) ^ (side ? 0x5A : 0)); }

class Sink final : public pcap::StreamSink {
 public:
  void opened(u64 connection, const pcap::Endpoint&, const pcap::Endpoint&, bool, Origin) override {
    require(connection == ++opened_, "connections are numbered");
    places_ = {};
  }
  bool data(u64 connection, bool side, View bytes, Origin) override {
    require(connection <= opened_, "data belongs to a connection");
    require(!bytes.empty(), "data has bytes");
    check(side, bytes);
    places_[side] += bytes.size();
    return true;
  }
  void gap(u64, bool side, u64 size, Origin) override {
    require(size > 0, "a gap has a size");
    places_[side] += size;
  }
  void closed(u64 connection, bool, Origin) override { require(connection <= opened_, "a connection was opened"); }
  // Where the streams began is only known of connections that were opened.
  bool honest = false;

 private:
  void check(bool side, View bytes) const {
    if (!honest) return;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      require(bytes[i] == pattern(side, places_[side] + i), "every byte comes out in its place");
  }
  u64 opened_ = 0;
  std::array<u64, 2> places_{};
};

constexpr u32 first_sequence[] = {0xFFFFFF00, 1000};  // one that wraps

pcap::TcpPacket segment(bool side, u32 sequence, u8 flags, View payload) {
  pcap::TcpPacket packet;
  packet.segment.from.port = side ? 15740 : 50000;
  packet.segment.to.port = side ? 50000 : 15740;
  packet.segment.sequence = sequence;
  packet.segment.flags = flags;
  packet.segment.payload = payload;
  return packet;
}

// Pieces of the two known streams.
void known(Input& input) {
  Sink sink;
  sink.honest = true;
  pcap::Streams streams(sink, [](u64, const std::string&) {});
  u64 frame = 0;
  const auto add = [&](const pcap::TcpPacket& packet) { streams.add(packet, {++frame, static_cast<i64>(frame)}); };
  add(segment(false, first_sequence[0] - 1, pcap::Segment::syn, {}));
  add(segment(true, first_sequence[1] - 1, pcap::Segment::syn | pcap::Segment::ack, {}));
  Bytes payload;
  while (!input.empty()) {
    const u8 what = input.number<u8>();
    const bool side = (what & 1) != 0;
    const u32 offset = input.number<u16>(), size = input.number<u8>() * ((what & 2) != 0 ? 16u : 1u);
    payload.resize(size);
    for (u32 i = 0; i < size; ++i) payload[i] = pattern(side, u64{offset} + i);
    auto packet = segment(side, first_sequence[side] + offset, pcap::Segment::ack, payload);
    if ((what & 4) != 0) packet.missing = input.number<u8>();
    add(packet);
  }
  streams.finish();
}

// Anything at all.
void wild(Input& input) {
  Sink sink;
  pcap::Streams streams(sink, [](u64, const std::string& text) { require(!text.empty(), "a warning has words"); });
  u64 frame = 0;
  while (!input.empty()) {
    const bool side = input.flag();
    const u8 flags = input.number<u8>();
    const u32 sequence = input.number<u32>();
    const View payload = input.bytes(input.number<u8>());
    auto packet = segment(side, sequence, flags, payload);
    packet.segment.from.address[0] = packet.segment.to.address[0] = static_cast<u8>(flags >> 6);
    packet.missing = input.number<u8>() == 0xFF ? input.number<u32>() : 0;
    streams.add(packet, {++frame, 0});
  }
  streams.finish();
}

}  // namespace
}  // namespace stuntcam::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stuntcam::fuzz;
  Input input(data, size);
  if (input.flag())
    wild(input);
  else
    known(input);
  return 0;
}
