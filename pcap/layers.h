// From a captured frame down to TCP: link layers, IPv4 and IPv6, fragments. Checksums are not looked at: a capture
// taken on the sending machine has wrong ones.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>

#include "pcap/capture_file.h"
#include "pcap/segment.h"

namespace stuntcam::pcap {

// Datagrams whose fragments are waited for at once; beyond, the oldest is given up. Bounds memory at 64 × 64 KiB.
inline constexpr std::size_t max_fragmented = 64;
// Headers in front of TCP that are walked through: VLAN tags, PPPoE, IPv6 extensions. Real ones have three at most.
inline constexpr int max_headers = 16;

struct TcpPacket {
  Segment segment;  // payload: what was captured of it
  u32 missing = 0;  // bytes at the end of the payload that were on the wire and not captured
};

class Layers {
 public:
  explicit Layers(Warn warn) : warn_(std::move(warn)) {}
  // nullopt: not TCP, or a fragment of a datagram that is not whole yet. The payload lives until the next call.
  std::optional<TcpPacket> tcp(const Frame&);
  // The next one of the same frame, while it lives: Wi-Fi puts several into one.
  std::optional<TcpPacket> more();
  void finish();  // the capture is over: says what never became whole

 private:
  struct Network {
    u16 ethertype = 0;
    View bytes{};
  };
  struct Datagram {
    Bytes key;
    Bytes bytes;
    std::vector<bool> seen;  // by units of 8 bytes
    std::size_t size = 0;    // 0: the last fragment has not come
  };

  std::optional<Network> network(LinkType, View);
  std::optional<Network> inner(u32 type, View);
  std::optional<Network> ethernet(u16 ethertype, View);
  std::optional<Network> wifi(View);
  std::optional<Network> llc(View);
  void split(View aggregate);
  std::optional<TcpPacket> ip(const std::optional<Network>&);
  std::optional<TcpPacket> ip4(View);
  std::optional<TcpPacket> ip6(View);
  std::optional<TcpPacket> transport(Segment, View payload, std::size_t size);
  // The whole datagram once its last piece has come.
  std::optional<View> join(View key, std::size_t offset, bool last, View piece);
  void warn_once(const std::string& text);

  Warn warn_;
  u64 frame_ = 0;
  std::set<std::string> told_;
  std::deque<Datagram> fragmented_;
  Bytes joined_;
  std::deque<View> aggregated_;  // what is left of a frame with several packets, each behind its addresses and length
};

}  // namespace stuntcam::pcap
