// Makes a copy of a capture that can be shared: docs/redact.md. Only what is understood is kept, and of that nothing
// that says whose camera it was, or which, or what it photographed.
#pragma once

#include <map>
#include <string>

#include "pcap/trace.h"

namespace stuntcam::pcap {

struct RedactOptions {
  TraceOptions trace;
  bool keep_unknown = false;  // data of operations without a known data set, text and pictures in it excepted
};

struct Redaction {
  struct Kind {
    u64 values = 0, places = 0;  // different ones, and how often
  };
  std::map<std::string, Kind> replaced;  // "GUID", "serial number", …
  std::map<std::string, u64> blanked;    // bytes by operation: "GetObject", …
  u64 frames = 0, blanked_frames = 0;    // of those that are no camera's, or not understood, nothing is kept
};

// Throws as read_trace; std::runtime_error for standard input, which can't be read twice; std::system_error for `out`.
Redaction redact(const std::string& in, const std::string& out, const RedactOptions&);

}  // namespace stuntcam::pcap
