#include "cli/recording.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace stuntcam::cli {
namespace {

int take_standard_output() {
  std::fflush(stdout);
  const int descriptor = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (descriptor < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
    throw std::system_error(errno, std::generic_category(), "standard output");
  return descriptor;
}

}  // namespace

void declare(Options& options, RecordingOptions& recording) {
  options.option("--record", "FILE.pcapng", text(recording.path),
                 "record for Wireshark all that goes over the connections; - is standard output (docs/recording.md)");
  options.option("--record-cut", "SIZE", size(recording.cut),
                 "keep so many bytes of each data phase only: 64KiB keeps all but pictures");
}

std::shared_ptr<pcap::RecordingFile> open_recording(const RecordingOptions& recording) {
  if (recording.path.empty()) return nullptr;
  if (recording.path == "-") return std::make_shared<pcap::RecordingFile>(take_standard_output(), recording.cut);
  return std::make_shared<pcap::RecordingFile>(recording.path, recording.cut);
}

transport::Wrap recording_wrap(std::shared_ptr<pcap::RecordingFile> file) {
  if (!file) return {};
  return [file = std::move(file)](std::unique_ptr<transport::Link> link, u64 number) {
    pcap::RecordedConnection connection{.number = number, .initiator = link->local(), .responder = link->peer()};
    connection.by_initiator = true;
    return transport::make_tap(std::move(link), pcap::make_recorder(file, connection));
  };
}

}  // namespace stuntcam::cli
