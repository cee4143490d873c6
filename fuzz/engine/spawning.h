// What posix_spawn wants of those who start clients: the engine, and `run`.
#pragma once

#include <spawn.h>

#include <string>
#include <vector>

namespace stuntcam::fuzz {

// Signals as a program expects to find them: none blocked, none ignored. own_group: its process group is its own.
class SpawnAttributes {
 public:
  explicit SpawnAttributes(bool own_group);
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

// As argv and envp; the words must outlive it.
std::vector<char*> pointers(const std::vector<std::string>& words);

}  // namespace stuntcam::fuzz
