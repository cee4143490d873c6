// Bytes on their way into a store: where they are collected, and content that was.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <system_error>

#include "emulator/storage/store.h"
#include "transport/file.h"

namespace stuntcam::emulator {

template <class T = void>
using Stored = std::expected<T, StoreError>;

StoreError store_error(const std::error_code&);

// Does what may throw std::system_error.
template <class Work>
auto stored(Work work) -> Stored<decltype(work())> {
  try {
    if constexpr (std::is_void_v<decltype(work())>) {
      work();
      return {};
    } else {
      return work();
    }
  } catch (const std::system_error& error) {
    return std::unexpected(store_error(error.code()));
  }
}

// A part of a file that is given back when its last owner goes.
class Region {
 public:
  Region(std::shared_ptr<transport::File> file, u64 offset, u64 size, std::shared_ptr<u64> in_use);
  ~Region();
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;
  transport::File& file() const { return *file_; }
  Body slice(u64 offset, u64 size) const { return transport::FileSlice{file_, offset_ + offset, size}; }
  void write(u64 offset, View bytes) { file_->write(offset_ + offset, bytes); }
  void clear();  // what was written is given back

 private:
  std::shared_ptr<transport::File> file_;
  u64 offset_, size_;
  std::shared_ptr<u64> in_use_;
};

// Where a store without a folder keeps what it is given: in one file without a name, so that neither memory nor
// descriptors grow with the number of objects. What is deleted becomes a hole in it.
class Spool {
 public:
  // `size` may be unknown_size: a file of its own. Throws std::system_error.
  std::shared_ptr<Region> take(u64 size);

 private:
  std::shared_ptr<transport::File> file_;
  u64 next_ = 0;
  std::shared_ptr<u64> in_use_ = std::make_shared<u64>(0);
};

// What has been written of an object that is not there yet. Whoever drops it leaves nothing.
struct Draft {
  Draft(std::shared_ptr<Region> bytes, std::string name) : region(std::move(bytes)), path(std::move(name)) {}
  ~Draft();
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  std::shared_ptr<Region> region;
  std::string path;  // of the temporary file; "": it has no name
};

// Bytes in a region.
class RegionContent final : public Content {
 public:
  RegionContent(std::shared_ptr<const Region> region, u64 size) : region_(std::move(region)), size_(size) {}
  u64 size() const override { return size_; }
  Body slice(u64 offset, u64 size) const override { return region_->slice(offset, size); }

 private:
  std::shared_ptr<const Region> region_;
  u64 size_;
};

// All of the content into the region. Throws std::system_error.
void copy(const Content&, Region&);

}  // namespace stuntcam::emulator
