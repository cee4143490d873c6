#include "pcap/sink.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace stuntcam::pcap {

Sink::Sink(const std::string& path) {
  descriptor_ = path == "-" ? ::dup(STDERR_FILENO)
                            : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), path);
}

Sink::~Sink() { ::close(descriptor_); }

void Sink::write(std::span<const View> parts) {
  std::array<iovec, 64> some{};
  std::size_t done = 0;  // bytes of the first part
  while (!error_ && !parts.empty()) {
    int count = 0;
    for (; static_cast<std::size_t>(count) < std::min(some.size(), parts.size()); ++count) {
      const View part = parts[static_cast<std::size_t>(count)].subspan(count == 0 ? done : 0);
      some[static_cast<std::size_t>(count)] = {const_cast<u8*>(part.data()), part.size()};  // it is only read
    }
    const auto written = ::writev(descriptor_, some.data(), count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      error_ = errno;
      return;
    }
    done += static_cast<std::size_t>(written);
    while (!parts.empty() && done >= parts.front().size()) {
      done -= parts.front().size();
      parts = parts.subspan(1);
    }
  }
}

}  // namespace stuntcam::pcap
