// Explains the conversations with cameras in a capture: one JSON record for every transaction, event and oddity, in the
// form of docs/decode.md.
#pragma once

#include <functional>
#include <memory>

#include "pcap/object_files.h"
#include "pcap/trace.h"
#include "ptp/json.h"

namespace stuntcam::pcap {

using Tell = std::function<void(const ptp::Json&)>;

struct DecodeOptions : TraceOptions {
  std::shared_ptr<const ObjectFiles> objects;  // where transferred files go; none: nowhere
  TraceSink* also = nullptr;                   // is told as well
  std::optional<u64> session;                  // only this one
  std::string interface;                       // read from it instead of a file
};

// Reads all of a capture. Throws as read_trace and read_live.
// Returns how many conversations with cameras there were.
std::size_t decode(const std::string& path, const DecodeOptions&, const Tell&);

// A record as a line for people.
std::string plain(const ptp::Json& record);

}  // namespace stuntcam::pcap
