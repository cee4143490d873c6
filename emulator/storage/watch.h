// Notices what happens in directories (inotify).
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

namespace stuntcam::emulator {

class Watch {
 public:
  Watch();
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // When the system has no watches left, nothing is noticed there.
  void add(const std::string& directory);
  // The directory and those inside it have another path now.
  void moved(const std::string& from, const std::string& to);

  struct Noticed {
    std::string path;
    bool complete = false;  // whoever wrote the file has finished
  };
  // Appends what happened since the last call, each path once, at most a few thousand. False: some was lost, look at
  // everything. Never waits.
  bool take(std::vector<Noticed>&);

 private:
  int descriptor_;  // -1: the system has none left
  std::unordered_map<int, std::string> directories_;
};

}  // namespace stuntcam::emulator
