// What the tests of stores have in common.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "emulator/storage/store.h"

namespace stuntcam::emulator {

inline constexpr u32 root_only = 0xFFFFFFFF;

inline Object file(std::string name, u32 parent = 0) {
  Object object;
  object.name = std::move(name);
  object.parent = parent;
  return object;
}
inline Object folder(std::string name, u32 parent = 0) {
  Object object = file(std::move(name), parent);
  object.format = association_format;
  return object;
}

struct Read {
  Bytes bytes;
  void operator()(std::monostate) { FAIL(); }
  void operator()(View view) { bytes.assign(view.begin(), view.end()); }
  void operator()(const Bytes& body) { bytes = body; }
  void operator()(const transport::FileSlice& slice) {
    bytes.resize(slice.size);
    EXPECT_EQ(slice.file->read(slice.offset, bytes), slice.size);
  }
  void operator()(const transport::Generated& generated) {
    bytes.resize(generated.size);
    generated.source->read(generated.offset, bytes);
  }
};
inline Bytes read(const Object& object, u64 offset, u64 size) {
  Read read;
  std::visit(read, object.content->slice(offset, size));
  return read.bytes;
}
inline Bytes read(const Object& object) { return read(object, 0, object.size); }

inline std::vector<std::string> names(const Store& store, const std::vector<u32>& handles) {
  std::vector<std::string> names;
  for (const u32 handle : handles) names.push_back(store.find(handle)->name);
  return names;
}

// A directory of its own, gone at the end.
class Directory {
 public:
  Directory() {
    std::string path = (std::filesystem::temp_directory_path() / "stuntcam-test-XXXXXX").string();
    path_ = ::mkdtemp(path.data()) == nullptr ? "" : path;
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  std::string string() const { return path_.string(); }
  void write(const std::string& name, const Bytes& bytes) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream out(path_ / name, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  Bytes read(const std::string& name) const {
    std::ifstream in(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // All in it, hidden files too, in order.
  std::vector<std::string> everything() const {
    std::vector<std::string> names;
    for (const auto& each : std::filesystem::recursive_directory_iterator(path_))
      names.push_back(std::filesystem::relative(each.path(), path_).string());
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  std::filesystem::path path_;
};

// The handle of the object with that name; 0: none.
inline u32 handle_of(const Store& store, std::string_view name) {
  for (const u32 handle : store.list(0))
    if (store.find(handle)->name == name) return handle;
  return 0;
}

class FolderTest : public testing::Test {
 protected:
  std::unique_ptr<Store> store(bool writable = false, u64 capacity = 0) {
    StoreOptions options;
    options.storage.id = 0x00010001;
    options.storage.capacity = capacity;
    options.media = directory_.string();
    options.writable = writable;
    options.model = "Example D53";
    options.date = {2024, 1, 2, 3, 4, 5, {}, {}};
    return make_folder(std::move(options), handles_);
  }
  static u32 upload(Store& store, Object object, const Bytes& bytes) {
    auto pending = store.begin_upload(std::move(object), bytes.size());
    EXPECT_TRUE(pending);
    EXPECT_TRUE(pending->upload->write(bytes));
    EXPECT_TRUE(pending->upload->commit());
    return pending->handle;
  }
  Directory directory_;
  Handles handles_{0x10};
};

}  // namespace stuntcam::emulator
