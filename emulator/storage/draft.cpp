#include "emulator/storage/draft.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace stuntcam::emulator {
namespace {

// Regions begin at pages, so that each can become a hole.
constexpr u64 page = 4096;
// Beyond this offset a file system may refuse; the file is then left to its regions and another begun.
constexpr u64 spool_end = u64{4} << 40;

// On disk if anywhere: what clients upload must not become memory of ours.
std::shared_ptr<transport::File> unnamed_file() {
  std::error_code error;
  const auto directory = std::filesystem::temp_directory_path(error).string();
  if (!error)
    if (auto file = stored([&] { return transport::File::temporary(directory); })) return std::move(*file);
  return transport::File::temporary();
}

struct Copy {
  Region& to;
  void operator()(std::monostate) const {}
  void operator()(View bytes) const { to.write(0, bytes); }
  void operator()(const Bytes& bytes) const { to.write(0, bytes); }
  void operator()(const transport::FileSlice& slice) const {
    in_pieces(slice.size, [&](u64 at, Room room) {
      if (slice.file->read(slice.offset + at, room) != room.size())
        throw std::system_error(std::make_error_code(std::errc::io_error), "a file has shrunk");
    });
  }
  void operator()(const transport::Generated& generated) const {
    in_pieces(generated.size, [&](u64 at, Room room) { generated.source->read(generated.offset + at, room); });
  }

 private:
  template <class Read>
  void in_pieces(u64 size, Read read) const {
    constexpr u64 piece = 256 << 10;
    Bytes buffer(std::min(size, piece));
    for (u64 at = 0; at < size; at += piece) {
      const Room room = Room(buffer).first(std::min(piece, size - at));
      read(at, room);
      to.write(at, room);
    }
  }
};

}  // namespace

StoreError store_error(const std::error_code& code) {
  if (code.category() != std::generic_category() && code.category() != std::system_category()) return StoreError::io;
  switch (static_cast<std::errc>(code.value())) {
    case std::errc::no_space_on_device:
    case std::errc::file_too_large:
      return StoreError::full;
    case std::errc::read_only_file_system:
    case std::errc::permission_denied:
    case std::errc::operation_not_permitted:
      return StoreError::read_only;
    case std::errc::no_such_file_or_directory:
      return StoreError::not_found;
    case std::errc::file_exists:
    case std::errc::directory_not_empty:
      return StoreError::exists;
    default:
      return code.value() == EDQUOT ? StoreError::full : StoreError::io;
  }
}

Region::Region(std::shared_ptr<transport::File> file, u64 offset, u64 size, std::shared_ptr<u64> in_use)
    : file_(std::move(file)), offset_(offset), size_(size), in_use_(std::move(in_use)) {
  if (in_use_) ++*in_use_;
}

Region::~Region() {
  if (!in_use_) return;
  --*in_use_;
  clear();
}

void Region::clear() {
  // A file system that cannot make holes keeps the bytes: no harm but their room.
  if (in_use_ && size_ != 0)
    static_cast<void>(::fallocate(file_->descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                                  static_cast<off_t>(offset_), static_cast<off_t>(size_)));
  if (!in_use_) static_cast<void>(::ftruncate(file_->descriptor(), 0));
}

std::shared_ptr<Region> Spool::take(u64 size) {
  if (size == unknown_size) return std::make_shared<Region>(unnamed_file(), 0, 0, nullptr);
  if (*in_use_ == 0) next_ = 0;
  if (!file_ || next_ > spool_end - std::min(size, spool_end)) {
    file_ = unnamed_file();
    next_ = 0;
    in_use_ = std::make_shared<u64>(0);
  }
  auto region = std::make_shared<Region>(file_, next_, size, in_use_);
  next_ += (size + page - 1) / page * page;
  return region;
}

Draft::~Draft() {
  if (!path.empty()) ::unlink(path.c_str());
}

void copy(const Content& content, Region& region) { std::visit(Copy{region}, content.slice(0, content.size())); }

}  // namespace stuntcam::emulator
