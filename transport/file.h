// One open file, closed with its last owner.
#pragma once

#include <memory>
#include <string>

#include "ptp/bytes.h"

namespace stuntcam::transport {

class File {
 public:
  // Throws std::system_error naming the path. Read-only.
  static std::shared_ptr<const File> open(const std::string& path);
  // A file without a name, gone with its last owner: an upload to a card that is not on disk. In dir, or in memory when
  // dir is empty.
  static std::shared_ptr<File> temporary(const std::string& dir = {});
  // Creates for writing; fails when it exists.
  static std::shared_ptr<File> create(const std::string& path);
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int descriptor() const { return descriptor_; }
  u64 size() const;
  // Up to room.size() bytes at offset; fewer only at the end of the file. Throws std::system_error.
  std::size_t read(u64 offset, Room room) const;
  // All of it. Throws std::system_error (ENOSPC: the disk is full).
  void write(u64 offset, View bytes);
  void resize(u64 size);

 private:
  int descriptor_;
};

}  // namespace stuntcam::transport
