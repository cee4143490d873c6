// The bytes of a file on disk, opened when they are read.
#pragma once

#include <string>

#include "emulator/storage/object.h"
#include "emulator/storage/photo.h"

namespace stuntcam::emulator {

class FileContent final : public Content {
 public:
  FileContent(std::string path, u64 size) : path_(std::move(path)), size_(size) {}
  u64 size() const override { return size_; }
  // Throws std::system_error when the file has gone or has become shorter.
  Body slice(u64 offset, u64 size) const override;
  // From the EXIF; else made of the picture itself, as large in bytes and pixels as all that are made.
  std::optional<Thumbnail> thumbnail() const override;

  // What the file says about itself. Nothing, when it cannot be read.
  PhotoFacts facts() const;
  // Keeps the file open, so that its bytes outlive its name.
  void pin() const;

 private:
  std::shared_ptr<const transport::File> file() const;
  std::string path_;
  u64 size_;
  mutable std::weak_ptr<const transport::File> open_;
  mutable std::shared_ptr<const transport::File> pinned_;
};

}  // namespace stuntcam::emulator
