#include "pcap/byte_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

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

View ByteSource::peek(std::size_t count) {
  const auto have = ahead_.size();
  if (have < count) {
    ahead_.resize(count);
    ahead_.resize(have + read_file(Room(ahead_).subspan(have), count - have, false));
  }
  return View(ahead_).first(std::min(count, ahead_.size()));
}

std::size_t ByteSource::read(Room room) {
  const auto from_ahead = std::min(room.size(), ahead_.size());
  std::copy_n(ahead_.begin(), from_ahead, room.begin());
  ahead_.erase(ahead_.begin(), ahead_.begin() + static_cast<std::ptrdiff_t>(from_ahead));
  const auto done = from_ahead + read_file(room.subspan(from_ahead), room.size() - from_ahead);
  position_ += done;
  return done;
}

std::size_t ByteSource::read_some(Room room) {
  if (!ahead_.empty()) return read(room.first(std::min(room.size(), ahead_.size())));
  const auto done = read_file(room, 1);
  position_ += done;
  return done;
}

std::size_t ByteSource::read_file(Room room, std::size_t least, bool patient) {
  std::size_t done = 0;
  while (done < least && problem_.empty()) {
    const auto want = static_cast<unsigned>(std::min(room.size() - done, most_at_once));
    const int got = ::gzread(file_.get(), room.data() + done, want);
    if (got > 0) {
      done += static_cast<std::size_t>(got);
      continue;
    }
    int error = Z_OK;
    const char* const message = ::gzerror(file_.get(), &error);
    const bool at_end = error == Z_OK || error == Z_STREAM_END || error == Z_BUF_ERROR;
    if (at_end && stop_ && !patient) {
      ::gzclearerr(file_.get());
      break;
    }
    if (at_end && wait()) continue;
    if (error != Z_OK && error != Z_STREAM_END)
      problem_ = error == Z_BUF_ERROR ? "the compressed data is cut short" : message;
    break;
  }
  return done;
}

bool ByteSource::wait() {
  constexpr std::chrono::milliseconds pause(50);  // unseen by people, and no load
  if (!stop_ || stop_()) return false;
  std::this_thread::sleep_for(pause);
  ::gzclearerr(file_.get());
  return true;
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
