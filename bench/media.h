// A folder with one sparse file: reading it costs what reading a cached file costs. Gone with its owner.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "ptp/bytes.h"

namespace stuntcam::bench {

class Media {
 public:
  explicit Media(u64 size) {
    std::string pattern = (std::filesystem::temp_directory_path() / "stuntcam-bench-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    std::ofstream(file()).put('x');
    std::filesystem::resize_file(file(), size);
  }
  Media(const Media&) = delete;
  Media& operator=(const Media&) = delete;
  ~Media() { std::filesystem::remove_all(folder_); }
  std::string folder() const { return folder_; }
  std::string file() const { return (folder_ / "OBJECT.MOV").string(); }

 private:
  std::filesystem::path folder_;
};

}  // namespace stuntcam::bench
