// One direction of a conversation cut into messages, also behind gaps. Private to pcap/.
#pragma once

#include <array>
#include <string>

#include "pcap/capture_file.h"
#include "ptp/dialect.h"

namespace stuntcam::pcap {

// A frame with more payload than this is taken for noise where a stream is searched for the next packet.
inline constexpr u64 max_plausible = 1u << 30;

class WalkerSink {
 public:
  virtual ~WalkerSink() = default;
  virtual void head(bool side, const ptp::Message&, View wire, Origin) = 0;
  virtual void payload(bool side, View, Origin) = 0;
  virtual void payload_missing(bool side, u64 size, Origin) = 0;
  virtual void frame_ended(bool side, Origin) = 0;
  // In front of the next packet there are bytes that make no sense.
  virtual void skipped(bool side, u64 bytes, Origin) = 0;
  virtual void lost(bool side, const std::string& why, Origin) = 0;
};

// Of a TCP connection.
class PacketWalker {
 public:
  PacketWalker(WalkerSink& sink, bool side) : sink_(sink), side_(side) {}
  void speak(const ptp::Dialect& dialect) { dialect_ = &dialect; }
  void data(View, Origin);
  void gap(u64 size, Origin);  // in front of what `origin` is the origin of
  void end(Origin);

 private:
  std::size_t take_payload(View, Origin);
  std::size_t take_head(View, Origin);
  std::size_t take_torn(View, Origin);
  std::size_t search(View, std::size_t segment, Origin);
  bool tear(u64 size, Origin);

  WalkerSink& sink_;
  bool side_;
  const ptp::Dialect* dialect_ = ptp::dialects().data();
  Bytes held_;            // what may become a head, once more has come
  u64 payload_left_ = 0;  // of the frame
  u64 torn_left_ = 0;     // of a packet with a gap in its head
  bool lost_ = false;
  u64 skipped_ = 0;
};

// Of a USB pipe, whose transfers begin where containers do, or go on with one.
class ContainerWalker {
 public:
  ContainerWalker(WalkerSink& sink, bool side) : sink_(sink), side_(side) {}
  // One transfer. `missing`: bytes at its end that were not captured.
  void transfer(View, u64 missing, Origin);
  // Nothing more comes of the container: the next transfer begins one.
  void break_off(Origin);
  bool between() const { return payload_left_ == 0 && held_.empty(); }
  void end(Origin);

 private:
  std::size_t take_head(View, Origin);
  bool breaks_off(View) const;
  void end_payload(Origin);

  WalkerSink& sink_;
  bool side_;
  Bytes held_;
  u64 payload_left_ = 0;
  u32 transaction_ = 0;  // of the data phase
  bool told_lost_ = false;
  u64 skipped_ = 0;
};

// The three pipes of a PTP device.
class UsbPipes {
 public:
  enum Pipe : u8 { out, in, events };  // as Origin::pipe
  explicit UsbPipes(WalkerSink& sink) : walkers_{{{sink, false}, {sink, true}, {sink, true}}} {}
  void transfer(Pipe, View, u64 missing, Origin);
  // The eight bytes of a request on the control endpoint: some break off what the host was sending.
  void control(View setup, Origin);
  void end(Origin);

 private:
  std::array<ContainerWalker, 3> walkers_;
};

}  // namespace stuntcam::pcap
