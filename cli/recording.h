// --record: everything that goes over connections, as a capture file (docs/recording.md).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/command_line.h"
#include "pcap/recorder.h"
#include "transport/observer.h"

namespace stuntcam::cli {

struct RecordingOptions {
  std::string path;  // "-": standard output, which then carries nothing else
  std::optional<u64> cut;
};
void declare(Options&, RecordingOptions&);

// Null without --record. With "-", all that is printed from now on, also by programs started from here, goes to stderr.
// Throws std::system_error naming the path.
std::shared_ptr<pcap::RecordingFile> open_recording(const RecordingOptions&);

// Records the connections of an initiator. Empty without a file.
transport::Wrap recording_wrap(std::shared_ptr<pcap::RecordingFile>);

}  // namespace stuntcam::cli
