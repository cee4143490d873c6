// Learns a camera from what others recorded of it: docs/learn.md.
#pragma once

#include <optional>
#include <string>

#include "pcap/findings.h"
#include "pcap/trace.h"

namespace stuntcam::pcap {

// From a capture; `responder`: of several cameras the one with this address, as Session::responder has it. Throws as
// CaptureFile::open.
Findings learn_capture(const std::string& path, const TraceOptions&, const std::optional<u64>& session = {});

// How much of a summary was understood.
struct SummaryCount {
  std::size_t property_lines = 0;   // that describe a property
  std::size_t properties = 0;       // of them understood
  std::vector<std::string> unread;  // the rest: "line 17: …"
};
// From the text that `gphoto2 --summary` prints, in the forms that its versions have.
Findings learn_summary(std::string_view text, SummaryCount&);
// Does it look like such a text?
bool is_summary(std::string_view text);

}  // namespace stuntcam::pcap
