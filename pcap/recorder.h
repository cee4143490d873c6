// Records what passes over a camera's TCP connections for Wireshark: docs/recording.md. The packets below TCP's payload
// are made up; payload, endpoints and times are real.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "pcap/recording_file.h"
#include "ptp/codes.h"
#include "transport/observer.h"

namespace stuntcam::pcap {

// Most bytes of TCP payload in one recorded packet: what fits into an IP packet, as on a loopback interface.
inline constexpr std::size_t max_segment = 65'535 - 20 - 20;

// One connection, as it is to be shown.
struct RecordedConnection {
  u64 number = 0;                    // keeps connections apart whose addresses are not known
  std::string initiator, responder;  // "address:port", as Link::peer() and local() say it; "" is shown as loopback
  std::optional<u16> port;           // shown in the place of the responder's
  ptp::Vendor vendor = ptp::Vendor::none;  // names the codes in the comments; none: until a DeviceInfo says it
  bool by_initiator = false;               // what is sent on the link comes from the initiator
};

// Watches one connection.
std::shared_ptr<transport::Observer> make_recorder(std::shared_ptr<RecordingFile>, const RecordedConnection&);

}  // namespace stuntcam::pcap
