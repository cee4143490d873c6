// Reads capture files: pcap and pcapng, in either byte order, with any resolution of time, several sections and
// interfaces, compressed by gzip or not, from a file or standard input. What can't be read is told, never thrown away
// silently.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pcap/pcapng.h"
#include "ptp/bytes.h"

namespace stuntcam::pcap {

// The longest packet record that is read: above every snap length that programs use (USB captures have the longest).
inline constexpr std::size_t max_frame = 16u << 20;
// Interfaces of one section; a file with more is not a capture.
inline constexpr std::size_t max_interfaces = 4096;

struct Frame {
  u64 number = 0;  // 1, 2, …, as Wireshark counts
  i64 time = 0;    // nanoseconds since 1970; 0 where the file has none
  LinkType link_type{};
  u32 original_size = 0;  // on the wire; more than bytes.size() where the snap length cut
  View bytes;             // until the next frame is read
  bool swapped = false;   // the capturing machine had the other byte order: of link types in its own order
};

// Where in a capture something was.
struct Origin {
  u64 frame = 0;   // in a log: the line
  i64 time = 0;    // nanoseconds since 1970
  u64 offset = 0;  // of its first byte in the stream that carried it, from what was captured first, gaps included
  u8 pipe = 0;     // which stream of the connection: 0 and 1 the two sides; USB: 0 OUT, 1 IN, 2 interrupt
};

// Something about a capture that its reader should know; frame 0: it is not about a single one.
using Warn = std::function<void(u64 frame, const std::string& text)>;

class ByteSource;

class CaptureFile {
 public:
  // "-" is standard input. Throws std::system_error naming the path, and std::runtime_error for what is no capture.
  static std::unique_ptr<CaptureFile> open(const std::string& path, Warn);
  static std::unique_ptr<CaptureFile> open(std::unique_ptr<ByteSource>, const std::string& path, Warn);
  static bool begins(View first_four);  // could this be one?
  virtual ~CaptureFile() = default;
  // nullopt: the end. A file that ends early, or goes on with what is no capture, is warned of.
  virtual std::optional<Frame> next() = 0;
};

}  // namespace stuntcam::pcap
