// The files that a capture's transfers carried, saved into a folder.
#pragma once

#include <memory>
#include <string>

#include "ptp/bytes.h"

namespace stuntcam::pcap {

class ObjectFiles {
 public:
  // One file on its way. A piece that was not captured is left out as zeros.
  class File {
   public:
    File(std::string folder, const std::string& name);  // throws std::system_error naming the path
    ~File();
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    void write(View);
    void skip(u64 size) { position_ += size; }
    // Its name in the folder from now on: the one it was begun with, ".incomplete" where bytes are missing, and a
    // number where that is taken. Throws std::system_error.
    std::string finish(bool complete);

   private:
    std::string folder_, name_, path_;
    int descriptor_ = -1;
    u64 position_ = 0;
  };

  // Creates the folder. Throws std::system_error.
  explicit ObjectFiles(std::string folder);
  // `name` comes from the wire: what could lead out of the folder is replaced.
  std::unique_ptr<File> begin(const std::string& name) const;

 private:
  std::string folder_;
};

}  // namespace stuntcam::pcap
