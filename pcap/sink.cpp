#include "pcap/sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace stuntcam::pcap {

Sink::Sink(const std::string& path) {
  descriptor_ = path == "-" ? ::dup(STDERR_FILENO)
                            : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), path);
}

Sink::~Sink() { ::close(descriptor_); }

void Sink::write(View bytes) {
  if (error_) return;
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      error_ = written < 0 ? errno : EIO;
      return;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

}  // namespace stuntcam::pcap
