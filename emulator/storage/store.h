// A store: a card, or a folder on disk that plays one. Objects live in a tree by handle; handles come from the Handles
// of the camera, so that they are unique among its stores.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "emulator/storage/object.h"
#include "profiles/profile.h"
#include "ptp/datasets.h"

namespace stuntcam::emulator {

// Gives out object handles: never 0 or 0xFFFFFFFF, never one that was given before.
class Handles {
 public:
  explicit Handles(u32 first) : first_(first), next_(first) {}
  u32 next() {
    while (taken_.contains(next_)) ++next_;
    return next_++;
  }
  // A certain one; false: it is no handle, or was given before.
  bool take(u32 handle) {
    const bool given = handle >= first_ && handle < next_;
    return handle != 0 && handle != 0xFFFFFFFF && !given && taken_.insert(handle).second;
  }

 private:
  u32 first_, next_;
  std::unordered_set<u32> taken_;
};

enum class StoreError : u8 { full, read_only, io, invalid_parent, not_found, exists };

// What changed on a store behind the camera's back or by an operation.
struct StoreChange {
  enum class Kind : u8 { added, removed, changed } kind;
  u32 handle = 0;
};

// An upload on its way: whole or not at all. Destroyed without commit(): nothing is left.
class Upload {
 public:
  virtual ~Upload() = default;
  virtual std::expected<void, StoreError> write(View bytes) = 0;  // in order
  // Drops what was written, on disk too; the reservation stays: SendObject may be tried again (docs/protocol.md §4.1).
  virtual void rewind() = 0;
  // The object appears under the handle that begin_upload gave. `info.size` is what was really written.
  virtual std::expected<void, StoreError> commit() = 0;
};

// Changes to an object's bytes, seen by others from commit() on. Destroyed without commit(): nothing has changed.
class Edit {
 public:
  virtual ~Edit() = default;
  virtual u64 size() const = 0;
  virtual std::expected<void, StoreError> write(u64 offset, View bytes) = 0;
  virtual std::expected<void, StoreError> truncate(u64 size) = 0;
  virtual std::expected<void, StoreError> commit() = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual u32 id() const = 0;
  virtual bool present() const = 0;
  // Its card is taken out or put in; objects stay on it.
  virtual void set_present(bool) = 0;
  // No room is left on it, whatever it holds.
  virtual void set_full(bool) = 0;
  virtual ptp::StorageInfo info() const = 0;

  virtual const Object* find(u32 handle) const = 0;  // null when it is not here; valid until the next change
  // Handles in the order of a directory walk, parents before children. parent 0: everything; 0xFFFFFFFF: the root's
  // children; else that object's children.
  virtual std::vector<u32> list(u32 parent) const = 0;
  virtual std::size_t size() const = 0;  // number of objects

  // A finished object with content already made (a captured picture, a folder). The handle is drawn here, unless the
  // object brings one: moved from another store, it keeps its own. Storage, handle and size are filled in. parent 0 =
  // root.
  virtual std::expected<u32, StoreError> add(Object) = 0;
  // The next captured picture's place, made when needed: DCIM's folder with the highest number (DCF: three digits and
  // five letters), or a new one when that is full. Its handle.
  virtual std::expected<u32, StoreError> capture_folder() = 0;
  // The number of the next picture, 1..9999, for names like DSC_0001.JPG: one more than the highest among the names of
  // `prefix` and four digits, whatever their extension, in the newest DCF folder that has any. After 9999 comes 1.
  virtual u32 next_file_number(std::string_view prefix) const = 0;
  // Reserves `announced` bytes and a handle.
  struct Pending {
    u32 handle = 0;
    std::unique_ptr<Upload> upload;
  };
  virtual std::expected<Pending, StoreError> begin_upload(Object, u64 announced) = 0;
  // One object; associations must be empty (the caller recurses).
  virtual std::expected<void, StoreError> remove(u32 handle) = 0;
  virtual std::expected<void, StoreError> protect(u32 handle, u16 status) = 0;
  virtual std::expected<void, StoreError> rename(u32 handle, std::string name) = 0;
  // Within this store, under another parent. Across stores the caller adds and removes.
  virtual std::expected<void, StoreError> move(u32 handle, u32 parent) = 0;
  virtual std::expected<void, StoreError> format() = 0;  // destroys all objects
  // In-place changes (the Android edit operations): work on a copy, which commit puts in the object's place.
  virtual std::expected<std::unique_ptr<Edit>, StoreError> edit(u32 handle) = 0;
  // What happened on disk since the last call (a folder store); already applied to the tree. Cheap when nothing did.
  virtual std::vector<StoreChange> poll() { return {}; }
};

struct StoreOptions {
  profiles::Storage storage;
  std::string media;      // a folder; "" = what the profile says
  bool writable = false;  // a folder: deletes and uploads really happen on disk; otherwise they live in an overlay
  u64 seed = 0;
  ptp::DateTime date;               // of synthetic objects: the first was taken then, each next one a minute later
  std::string camera;               // shown in synthetic pictures: "NIKON D5300"
  std::string manufacturer, model;  // for EXIF
  ptp::Vendor vendor = ptp::Vendor::none;         // whose raw formats the files of a folder may have
  std::function<void(const std::string&)> log{};  // CameraOptions::log
};

// Throws std::system_error when the folder cannot be read.
std::unique_ptr<Store> make_card(StoreOptions, Handles&);
std::unique_ptr<Store> make_folder(StoreOptions, Handles&);

}  // namespace stuntcam::emulator
