// What libpcap does better than we would: filters, and live interfaces. Private to pcap/.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "pcap/capture_file.h"

namespace stuntcam::pcap {

// Only the frames of `file` that pass the expression, as of tcpdump. Throws std::invalid_argument with libpcap's words
// when it is none for a link type of the file.
std::unique_ptr<CaptureFile> filtered(std::unique_ptr<CaptureFile> file, std::string expression);

// The frames that pass over an interface, until `stop` says so. Throws std::runtime_error that says what would help.
std::unique_ptr<CaptureFile> open_interface(const std::string& name, std::function<bool()> stop);

}  // namespace stuntcam::pcap
