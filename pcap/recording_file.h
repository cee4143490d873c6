// The pcapng file of --record: docs/recording.md. Complete up to the last packet whenever the process ends.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pcap/pcapng.h"
#include "pcap/sink.h"

namespace stuntcam::pcap {

struct UsbEvent;

// In two parts, so that its payload is written from where it lies.
struct EthernetFrame {
  View head, payload;
  std::size_t cut = 0;  // bytes at the end of the payload that are not to be recorded
  std::string_view comment{};
};

// Shared by every connection of every camera, on any thread. Each write is one writev(2).
class RecordingFile {
 public:
  // `cut`: payload bytes that are kept of each data phase; of the others only their number. Throws std::system_error
  // naming the path.
  explicit RecordingFile(const std::string& path, std::optional<u64> cut = {});
  explicit RecordingFile(int descriptor, std::optional<u64> cut = {});  // takes it over
  void write(std::span<const EthernetFrame>);
  void write(const UsbEvent&, std::string_view comment);
  u64 next_urb() { return ++urbs_; }  // a number that no other one has in this file
  int error() const;                  // 0, or the errno of the first write that failed; nothing was written after it
  const std::optional<u64>& cut() const { return cut_; }

 private:
  void begin();
  u64 now() const;          // nanoseconds since 1970, never going back
  u32 interface(LinkType);  // its number; describes it in block_ when it is new

  const std::chrono::system_clock::time_point opened_ = std::chrono::system_clock::now();
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::optional<u64> cut_;
  std::atomic<u64> urbs_ = 0;
  mutable std::mutex mutex_;
  Sink sink_;
  std::vector<LinkType> interfaces_;  // that were described; each when its first packet comes
  Bytes block_, usb_frame_;
  std::vector<std::size_t> ends_;  // in block_, of what stands before each payload
  std::vector<View> parts_;
};

}  // namespace stuntcam::pcap
