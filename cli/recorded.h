// A capture as the CAMERA: the options of `serve` and `run` for it, and the camera that it becomes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "pcap/replay.h"

namespace stuntcam::cli {

struct RecordedOptions {
  std::string match, timing, on_miss;
  std::optional<std::chrono::nanoseconds> longest_wait;
  std::optional<u64> session;
  bool allow_incomplete = false;
  std::vector<std::string> any_params, any_data;  // operations
};
void declare(Options&, RecordedOptions&);

// Is this CAMERA a capture file, and no profile?
bool is_capture(const std::string& camera);

// Throws Failure where writing to `out` would destroy the capture, by whatever name.
void keep_capture(const std::string& capture, const std::string& out);

// What a capture says of the camera in it.
struct Recorded {
  std::shared_ptr<const pcap::RecordedFile> file;
  pcap::ReplayOptions options;
  std::string fallback;  // the profile of --on-miss; "" = none
  const pcap::RecordedSession& first() const { return file->sessions[options.sessions.front()]; }
};
// Reads it, and tells what is wrong with it. Throws Failure.
Recorded load_recorded(const std::string& path, const RecordedOptions&, const Console&);

}  // namespace stuntcam::cli
