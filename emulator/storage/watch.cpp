#include "emulator/storage/watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace stuntcam::emulator {
namespace {
constexpr auto wanted = IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR;
constexpr auto finished = IN_CLOSE_WRITE | IN_MOVED_TO | IN_ISDIR;
// Of the looks at a directory without a watch: a camera that nobody talks to takes one every two seconds.
constexpr u32 one_look_in = 8;
}  // namespace

Watch::Watch() : descriptor_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (descriptor_ < 0) fail(errno);
}

Watch::~Watch() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Watch::add(const std::string& directory) {
  if (descriptor_ < 0) return;
  const int watch = ::inotify_add_watch(descriptor_, directory.c_str(), wanted);
  if (watch >= 0)
    directories_[watch] = directory;
  else if (errno == ENOSPC || errno == ENOMEM)  // else it has gone, or nobody may look into it
    fail(errno);
}

void Watch::fail(int error) { trouble_ = {error, std::generic_category()}; }

void Watch::moved(const std::string& from, const std::string& to) {
  for (auto& [watch, directory] : directories_)
    if (directory == from || directory.starts_with(from + '/')) directory.replace(0, from.size(), to);
}

bool Watch::take(std::vector<Noticed>& noticed) {
  constexpr int reads = 8;  // of 64 KiB: the rest waits for the next call
  std::unordered_map<std::string, std::size_t> known;
  bool all = !trouble_ || ++taken_ % one_look_in != 0;
  alignas(inotify_event) std::array<char, 64 << 10> buffer;
  for (int round = 0; round < reads; ++round) {
    const auto got = ::read(descriptor_, buffer.data(), buffer.size());
    if (got <= 0) break;
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      inotify_event event;
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = buffer.data() + at + sizeof event;
      at += sizeof event + event.len;
      if ((event.mask & IN_Q_OVERFLOW) != 0) all = false;
      if ((event.mask & IN_IGNORED) != 0) directories_.erase(event.wd);
      const auto directory = directories_.find(event.wd);
      if (directory == directories_.end() || event.len == 0) continue;
      auto path = directory->second + '/' + name;
      const auto [place, added] = known.try_emplace(path, noticed.size());
      if (added) noticed.push_back({std::move(path), false});
      if ((event.mask & finished) != 0) noticed[place->second].complete = true;
    }
  }
  return all;
}

}  // namespace stuntcam::emulator
