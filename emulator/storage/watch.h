// Notices what happens in directories (inotify).
#pragma once

#include <string>
#include <system_error>
#include <unordered_map>
#include <vector>

#include "ptp/bytes.h"

namespace stuntcam::emulator {

class Watch {
 public:
  Watch();
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // When the system has no watch left, what happens there is not noticed, but take() says so from then on.
  void add(const std::string& directory);
  // The directory and those inside it have another path now.
  void moved(const std::string& from, const std::string& to);

  struct Noticed {
    std::string path;
    bool complete = false;  // whoever wrote the file has finished
  };
  // Appends what happened since the last call, each path once, at most a few thousand. False: some was lost, look at
  // everything; where something cannot be watched, now and then. Never waits.
  bool take(std::vector<Noticed>&);
  // Why something cannot be watched, or no error.
  std::error_code trouble() const { return trouble_; }

 private:
  void fail(int error);
  int descriptor_;  // -1: the system has none left
  std::error_code trouble_;
  u32 taken_ = 0;  // how often, since there is trouble
  std::unordered_map<int, std::string> directories_;
};

}  // namespace stuntcam::emulator
