// Records what passes over a camera's connections as a pcapng file for Wireshark: docs/recording.md. The packets below
// TCP's payload are made up; payload, endpoints and times are real.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "pcap/sink.h"
#include "ptp/codes.h"
#include "transport/observer.h"

namespace stuntcam::pcap {

// Most bytes of TCP payload in one recorded packet: what fits into an IP packet, as on a loopback interface.
inline constexpr std::size_t max_segment = 65'535 - 20 - 20;

// Shared by every connection of every camera, on any thread. Each packet is one write(2).
class RecordingFile {
 public:
  // Throws std::system_error naming the path.
  explicit RecordingFile(const std::string& path);
  void write(View frame, std::string_view comment);
  int error() const;  // 0, or the errno of the first write that failed; nothing was written after it

 private:
  u64 now() const;  // nanoseconds since 1970, never going back

  const std::chrono::system_clock::time_point opened_ = std::chrono::system_clock::now();
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;
  Sink sink_;
  Bytes block_;
};

struct RecordedCamera {
  std::string host;  // where it listens; an address that means all, or a name, is shown as the loopback address
  u16 port = 0;      // to be shown
  ptp::Vendor vendor = ptp::Vendor::none;  // names the codes in the comments
};

// Watches one connection. `peer` is the client's "address:port".
std::shared_ptr<transport::Observer> make_recorder(std::shared_ptr<RecordingFile>,
                                                   std::shared_ptr<const RecordedCamera>, u64 connection,
                                                   const std::string& peer);

}  // namespace stuntcam::pcap
