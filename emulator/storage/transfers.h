// Uploads to and edits in a TreeStore. The camera ends its sessions, which own these, before its stores.
#pragma once

#include "emulator/storage/tree_store.h"

namespace stuntcam::emulator {

class TreeUpload final : public Upload {
 public:
  TreeUpload(TreeStore&, Object, std::unique_ptr<Draft>, u64 announced);
  ~TreeUpload() override;
  TreeUpload(const TreeUpload&) = delete;
  TreeUpload& operator=(const TreeUpload&) = delete;
  Stored<> write(View) override;
  void rewind() override;
  Stored<> commit() override;

 private:
  TreeStore& store_;
  Object object_;
  std::unique_ptr<Draft> draft_;  // null: committed
  u64 announced_, reserved_, written_ = 0;
};

class TreeEdit final : public Edit {
 public:
  TreeEdit(TreeStore&, const Object&, std::unique_ptr<Draft>);
  ~TreeEdit() override;
  TreeEdit(const TreeEdit&) = delete;
  TreeEdit& operator=(const TreeEdit&) = delete;
  u64 size() const override { return size_; }
  Stored<> write(u64 offset, View) override;
  Stored<> truncate(u64 size) override;
  Stored<> commit() override;

 private:
  Stored<> grow(u64 size);
  TreeStore& store_;
  u32 handle_;
  std::unique_ptr<Draft> draft_;
  u64 size_, reserved_;
};

}  // namespace stuntcam::emulator
