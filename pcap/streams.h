// TCP put together again from captured packets: every byte once and in order, or a gap that says how many are missing.
// What was captured first wins; a later copy that differs is warned of.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>

#include "pcap/layers.h"

namespace stuntcam::pcap {

// What may wait for a missing piece, per connection; then the piece counts as lost. Above what a fast sender has in
// flight, so that a late retransmission still comes in time.
inline constexpr std::size_t max_waiting_bytes = 4u << 20;
inline constexpr std::size_t max_waiting_segments = 1024;
// Delivered bytes that are kept, each way, to compare later copies with.
inline constexpr std::size_t max_compared = 64u << 10;
// Connections that are followed at once; beyond, those that are over and then those silent for longest are forgotten,
// so that a capture of a port scan costs no more than this.
inline constexpr std::size_t max_followed = 16'384;
// Sequence numbers that jump by more are another connection on the same ports, whose beginning was not captured.
inline constexpr u32 max_jump = 1u << 28;

// Sides: 0 opened the connection, or was seen first where that was not captured.
class StreamSink {
 public:
  virtual ~StreamSink() = default;
  virtual void opened(u64 connection, const Endpoint& first, const Endpoint& second, bool handshake, Origin) = 0;
  // false: nothing more of this connection is wanted.
  virtual bool data(u64 connection, bool side, View, Origin) = 0;
  virtual void gap(u64 connection, bool side, u64 size, Origin) = 0;  // between what came and what comes
  virtual void closed(u64 connection, bool reset, Origin) = 0;
  // Every packet of a connection, before what it brings: where its payload, if any, lies in the stream of its side.
  virtual void placed(u64 /*frame*/, u64 /*connection*/, bool /*side*/, i64 /*offset*/) {}
};

class Streams {
 public:
  Streams(StreamSink& sink, Warn warn) : sink_(sink), warn_(std::move(warn)) {}
  void add(const TcpPacket&, Origin);
  void finish();  // the capture is over

 private:
  struct Piece {
    bool side = false, end = false;  // end: a FIN follows
    u32 sequence = 0, missing = 0;
    Bytes bytes;
    Origin origin;
  };
  struct Side {
    bool begun = false;  // next and begin are known
    u32 next = 0, begin = 0;
    u64 passed = 0;  // bytes delivered or lost
    bool ended = false, told_early = false, told_conflict = false;
    Bytes recent;  // the last bytes delivered
  };
  struct Connection {
    u64 number = 0;
    Endpoint first;
    std::array<Side, 2> sides;
    std::deque<Piece> waiting;  // as captured; both sides, so that what answers a missing request waits as well
    std::size_t waiting_bytes = 0;
    bool handshake = false, closed = false, unwanted = false;
    Origin last;
  };
  using Key = std::array<u8, 37>;

  Connection& connection(const Segment&, Origin);
  void begin(Connection&, const Segment&, Origin);
  void take(Connection&, bool side, const TcpPacket&, Origin);
  void drain(Connection&, bool give_up);
  // Delivers what of the piece comes next, up to `limit`; true: the piece is used up.
  bool deliver(Connection&, bool side, u32 sequence, View, u32 missing, bool end, Origin, std::optional<u32> limit);
  void compare(Connection&, bool side, u32 sequence, View, Origin);
  void lose(Connection&, bool side, u32 size, Origin);
  void close(Connection&, bool reset, Origin);
  void forget(Origin);

  StreamSink& sink_;
  Warn warn_;
  u64 opened_ = 0;
  std::map<Key, std::unique_ptr<Connection>> connections_;
};

}  // namespace stuntcam::pcap
