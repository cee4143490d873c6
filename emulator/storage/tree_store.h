// What a card and a folder have in common: the tree, the room that is left, uploads and edits. What a change means
// outside the tree is said by the virtual functions; here nothing.
#pragma once

#include <optional>

#include "emulator/storage/draft.h"
#include "emulator/storage/tree.h"

namespace stuntcam::emulator {

class TreeStore : public Store {
 public:
  TreeStore(StoreOptions, Handles&);

  u32 id() const final { return options_.storage.id; }
  bool present() const final { return options_.storage.present; }
  void set_present(bool present) final { options_.storage.present = present; }
  void set_full(bool full) final { full_ = full; }
  ptp::StorageInfo info() const final;
  const Object* find(u32 handle) const final;
  std::vector<u32> list(u32 parent) const final;
  std::size_t size() const final { return tree_.size(); }
  Stored<u32> add(Object) final;
  Stored<u32> capture_folder() final;
  u32 next_file_number(std::string_view prefix) const final;
  Stored<Pending> begin_upload(Object, u64 announced) final;
  Stored<> remove(u32 handle) final;
  Stored<> protect(u32 handle, u16 status) final;
  Stored<> rename(u32 handle, std::string name) final;
  Stored<> move(u32 handle, u32 parent) final;
  Stored<> format() final;
  Stored<std::unique_ptr<Edit>> edit(u32 handle) final;

 protected:
  // Somebody looks at the object: what was put off is due now.
  virtual void describe(Object&) const {}
  struct Space {
    u64 capacity = 0, free = 0;  // bytes
  };
  virtual Space measure() const;
  Space space() const;  // that, unless somebody says it is full
  // A place for `size` bytes (may be unknown_size) that will be an object in that folder.
  virtual Stored<std::unique_ptr<Draft>> draft(u32 parent, u64 size);
  // The object enters the tree. With a draft, that holds its bytes, and content has to be made of it.
  virtual Stored<> settle(Object&, Draft*);
  // The draft takes the place of the object's bytes.
  virtual Stored<> replace(Object&, Draft&);
  virtual Stored<> forget(const Object&) { return {}; }
  virtual Stored<> relocate(const Object&, u32 parent, const std::string& name);

  const StoreOptions& options() const { return options_; }
  // For a new object of that name: as the profile says, or the next.
  u32 draw_handle(u32 parent, const std::string& name, bool association);
  // So much of the capacity is filled with what is no object.
  void fill(u64 bytes) { filled_ = bytes; }
  Tree& tree() { return tree_; }
  const Tree& tree() const { return tree_; }
  u64 reserved() const { return reserved_; }

 private:
  friend class TreeUpload;
  friend class TreeEdit;
  std::optional<u32> given_handle(u32 parent, const std::string& name) const;
  bool folder(u32 handle) const;  // the root, or an association
  Stored<> vacant(u32 parent, const std::string& name) const;
  Stored<u32> make_folder(u32 parent, std::string name);

  StoreOptions options_;
  Handles& handles_;
  mutable Tree tree_;  // find() completes descriptions
  Spool spool_;
  u64 filled_ = 0;
  bool full_ = false;
  u64 reserved_ = 0;  // bytes announced for uploads that are under way
};

}  // namespace stuntcam::emulator
