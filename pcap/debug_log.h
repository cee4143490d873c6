// What `gphoto2 --debug` writes, as a capture: the hex dumps of all that passed, with times and line numbers. Private
// to pcap/.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "pcap/byte_source.h"
#include "pcap/capture_file.h"

namespace stuntcam::pcap {

class DebugLog {
 public:
  enum class Pipe : u8 { out, in, events };
  struct Chunk {
    bool usb = true;         // otherwise PTP/IP
    bool opens = false;      // begins a connection
    bool on_events = false;  // PTP/IP: passed over the event connection
    bool header = false;     // PTP/IP: the first eight bytes of a packet that is read in two
    Pipe pipe = Pipe::out;
    Bytes bytes{};
    u64 missing = 0;  // bytes behind them that the log leaves out
    u64 line = 0;
    i64 time = 0;
  };
  // Enough of a file to know one.
  static constexpr std::size_t needed = 64 << 10;
  static bool begins(View);

  DebugLog(std::unique_ptr<ByteSource> source, Warn warn) : source_(std::move(source)), warn_(std::move(warn)) {}
  std::optional<Chunk> next();

 private:
  bool read_line();
  void dump();
  bool announce();
  std::optional<Chunk> finish();
  void route(Chunk&);

  std::unique_ptr<ByteSource> source_;
  Warn warn_;
  std::string line_, buffer_;
  std::size_t at_ = 0;
  u64 number_ = 0;
  bool again_ = false;  // line_ is still to be looked at
  std::optional<Chunk> chunk_;
  u64 size_ = 0;            // what the dump is to hold
  bool on_events_ = false;  // PTP/IP: the packet that is read came over the event connection
  Pipe last_ = Pipe::in;    // of the older form, where the line before says it
};

}  // namespace stuntcam::pcap
