#include "pcap/byte_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace stuntcam::pcap {
namespace {

constexpr unsigned buffer_size = 256 << 10;
constexpr std::size_t most_at_once = 1u << 30;  // zlib counts in unsigned and answers in int

}  // namespace

ByteSource::ByteSource(const std::string& path) {
  const int descriptor = path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), path);
  file_.reset(::gzdopen(descriptor, "rb"));  // reads what is not compressed as it is
  if (!file_) {
    ::close(descriptor);
    throw std::system_error(ENOMEM, std::generic_category(), path);
  }
  ::gzbuffer(file_.get(), buffer_size);
}

std::size_t ByteSource::read(Room room) {
  std::size_t done = 0;
  while (done < room.size() && problem_.empty()) {
    const auto want = static_cast<unsigned>(std::min(room.size() - done, most_at_once));
    const int got = ::gzread(file_.get(), room.data() + done, want);
    if (got <= 0) {
      int error = Z_OK;
      const char* const message = ::gzerror(file_.get(), &error);
      if (error != Z_OK && error != Z_STREAM_END)
        problem_ = error == Z_BUF_ERROR ? "the compressed data is cut short" : message;
      break;
    }
    done += static_cast<std::size_t>(got);
  }
  position_ += done;
  return done;
}

bool ByteSource::skip(u64 count) {
  std::array<u8, 16384> waste;
  while (count > 0) {
    const auto got = read(Room(waste).first(static_cast<std::size_t>(std::min<u64>(count, waste.size()))));
    if (got == 0) return false;
    count -= got;
  }
  return true;
}

}  // namespace stuntcam::pcap
