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
  // `cut`: payload bytes that are kept of each data phase; of the others only their number. Throws std::system_error
  // naming the path.
  explicit RecordingFile(const std::string& path, std::optional<u64> cut = {});
  explicit RecordingFile(int descriptor, std::optional<u64> cut = {});  // takes it over
  // original_size: of the frame on the wire; 0: as long as it is here.
  void write(View frame, std::string_view comment, std::size_t original_size = 0);
  int error() const;  // 0, or the errno of the first write that failed; nothing was written after it
  const std::optional<u64>& cut() const { return cut_; }

 private:
  void begin();
  u64 now() const;  // nanoseconds since 1970, never going back

  const std::chrono::system_clock::time_point opened_ = std::chrono::system_clock::now();
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::optional<u64> cut_;
  mutable std::mutex mutex_;
  Sink sink_;
  Bytes block_;
};

// One connection, as it is to be shown.
struct RecordedConnection {
  u64 number = 0;                    // keeps connections apart whose addresses are not known
  std::string initiator, responder;  // "address:port", as Link::peer() and local() say it; "" is shown as loopback
  std::optional<u16> port;           // shown in the place of the responder's
  ptp::Vendor vendor = ptp::Vendor::none;  // names the codes in the comments; none: until a DeviceInfo says it
  bool by_initiator = false;               // what is sent on the link comes from the initiator
};

// Watches one connection.
std::shared_ptr<transport::Observer> make_recorder(std::shared_ptr<RecordingFile>, RecordedConnection);

}  // namespace stuntcam::pcap
