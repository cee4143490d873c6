// What the packets of a recording say, whatever carries them: their comments, and what of them is cut. Private to
// pcap/.
#pragma once

#include <optional>
#include <string>

#include "pcap/conversation.h"
#include "ptp/codes.h"

namespace stuntcam::pcap {

class RecordedTalk {
 public:
  // `vendor`: names the codes; none: until a DeviceInfo says it. `cut`: payload bytes that are kept of each data phase.
  RecordedTalk(ptp::Vendor vendor, std::optional<u64> cut) : vendor_(vendor), cut_(cut) {}

  // `sent` everywhere: by the responder. -> what a person wants to find by reading down the list of packets.
  std::string head(bool sent, const ptp::Message&);
  // -> how many of the bytes, at their end, are not to be recorded.
  std::size_t payload(bool sent, View);
  void frame_ended(bool sent) { conversation_.frame_ended(sent); }

 private:
  void learn(bool sent, const ptp::Message&);
  std::string describe(bool sent, const ptp::Message&) const;

  ptp::Vendor vendor_;
  std::optional<u64> cut_;
  u64 body_ = 0;  // payload bytes of the transaction that have passed
  Conversation conversation_;
};

}  // namespace stuntcam::pcap
