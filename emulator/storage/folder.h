// A store whose objects are the files of a directory.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "emulator/storage/tree_store.h"
#include "emulator/storage/watch.h"

namespace stuntcam::emulator {

class Folder final : public TreeStore {
 public:
  // Throws std::system_error when the directory cannot be read.
  Folder(StoreOptions, Handles&);
  std::vector<StoreChange> poll() override;

 protected:
  void describe(Object&) const override;
  Space measure() const override;
  Stored<std::unique_ptr<Draft>> draft(u32 parent, u64 size) override;
  Stored<> settle(Object&, Draft*) override;
  Stored<> replace(Object&, Draft&) override;
  Stored<> forget(const Object&) override;
  Stored<> relocate(const Object&, u32 parent, const std::string& name) override;

 private:
  struct OnDisk {
    std::string path;
    u64 size = 0;
    i64 modified_ns = 0;
    bool directory = false;
    bool linked = false;  // a link to a file: whole from the beginning
  };
  // nullopt: not there, or nothing to show.
  std::optional<OnDisk> look(const std::string& path) const;
  static std::vector<std::string> paths_in(const std::string& directory);
  std::string directory(u32 parent) const;

  // From disk to the tree. `changes` may be null: nobody wants to know.
  void scan(const std::string& directory, u32 parent, std::vector<StoreChange>* changes);
  void appear(const OnDisk&, u32 parent, std::vector<StoreChange>* changes);
  void vanish(u32 handle, std::vector<StoreChange>& changes);
  void reconcile(const std::string& path, bool complete, std::vector<StoreChange>& changes);
  void rescan(std::vector<StoreChange>& changes);

  void remember(u32 handle, const OnDisk&);
  void lose(u32 handle);
  void hide(u32 handle);

  std::string root_;
  Watch watch_;
  bool complained_ = false;  // that something cannot be watched
  std::unordered_map<std::string, u32> by_path_;
  std::unordered_map<u32, OnDisk> on_disk_;      // of the objects that are; the others live in the overlay
  std::unordered_set<std::string> hidden_;       // deleted or replaced in the overlay, still on disk
  mutable std::unordered_set<u32> undescribed_;  // pictures whose headers nobody has read yet
  u64 drafts_ = 0;
};

}  // namespace stuntcam::emulator
