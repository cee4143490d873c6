#include "transport/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace stuntcam::transport {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

// For file systems without O_TMPFILE.
int unlinked_file(const std::string& dir) {
  std::string path = dir + "/.stuntcam-XXXXXX";
  const int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor >= 0) ::unlink(path.c_str());
  return descriptor;
}

}  // namespace

std::shared_ptr<const File> File::open(const std::string& path) {
  // Non-blocking: a FIFO put where a picture was must not stop the camera. Regular files take no notice of it.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) fail(path);
  return std::make_shared<const File>(descriptor);
}

std::shared_ptr<File> File::temporary(const std::string& dir) {
  int descriptor = -1;
  if (dir.empty()) {
    descriptor = ::memfd_create("stuntcam", MFD_CLOEXEC);
  } else {
    descriptor = ::open(dir.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) descriptor = unlinked_file(dir);
  }
  if (descriptor < 0) fail(dir.empty() ? "a file in memory" : "a temporary file in " + dir);
  return std::make_shared<File>(descriptor);
}

std::shared_ptr<File> File::create(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0) fail(path);
  return std::make_shared<File>(descriptor);
}

File::~File() { ::close(descriptor_); }

u64 File::size() const {
  struct stat status{};
  if (::fstat(descriptor_, &status) != 0) fail("fstat");
  return static_cast<u64>(status.st_size);
}

std::size_t File::read(u64 offset, Room room) const {
  std::size_t done = 0;
  while (done < room.size()) {
    const auto got =
        ::pread(descriptor_, room.data() + done, room.size() - done, static_cast<off_t>(offset + u64{done}));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("pread");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void File::write(u64 offset, View bytes) {
  while (!bytes.empty()) {
    const auto put = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail("pwrite");
    offset += static_cast<u64>(put);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
}

void File::resize(u64 wanted) {
  // ext4 writes a file out when it is closed if it was ever cut to nothing, even from nothing.
  if (wanted == size()) return;
  if (::ftruncate(descriptor_, static_cast<off_t>(wanted)) != 0) fail("ftruncate");
}

}  // namespace stuntcam::transport
