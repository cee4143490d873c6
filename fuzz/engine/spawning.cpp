#include "fuzz/engine/spawning.h"

#include <csignal>

namespace stuntcam::fuzz {

SpawnAttributes::SpawnAttributes(bool own_group) {
  ::posix_spawnattr_init(&attributes_);
  sigset_t set;
  ::sigemptyset(&set);
  ::posix_spawnattr_setsigmask(&attributes_, &set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGQUIT}) ::sigaddset(&set, signal);
  ::posix_spawnattr_setsigdefault(&attributes_, &set);
  ::posix_spawnattr_setpgroup(&attributes_, 0);
  const int group = own_group ? POSIX_SPAWN_SETPGROUP : 0;
  ::posix_spawnattr_setflags(&attributes_, static_cast<short>(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | group));
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> list;
  list.reserve(words.size() + 1);
  for (const auto& word : words) list.push_back(const_cast<char*>(word.c_str()));  // exec's old promise
  list.push_back(nullptr);
  return list;
}

}  // namespace stuntcam::fuzz
