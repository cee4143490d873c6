#include "emulator/storage/transfers.h"

#include <utility>

namespace stuntcam::emulator {

TreeUpload::TreeUpload(TreeStore& store, Object object, std::unique_ptr<Draft> draft, u64 announced)
    : store_(store),
      object_(std::move(object)),
      draft_(std::move(draft)),
      announced_(announced),
      reserved_(announced == unknown_size ? 0 : announced) {
  store_.reserved_ += reserved_;
}

TreeUpload::~TreeUpload() { store_.reserved_ -= reserved_; }

Stored<> TreeUpload::write(View bytes) {
  const u64 end = written_ + bytes.size();
  if (end > reserved_) {
    const u64 more = end - reserved_;
    if (announced_ != unknown_size || more > store_.space().free) return std::unexpected(StoreError::full);
    store_.reserved_ += more;
    reserved_ = end;
  }
  const auto done = stored([&] { draft_->region->write(written_, bytes); });
  if (done) written_ = end;
  return done;
}

void TreeUpload::rewind() {
  if (!draft_) return;
  draft_->region->clear();
  written_ = 0;
  if (announced_ == unknown_size) store_.reserved_ -= std::exchange(reserved_, 0);
}

Stored<> TreeUpload::commit() {
  object_.size = written_;
  if (const auto free = store_.vacant(object_.parent, object_.name); !free) return free;
  if (const auto done = store_.settle(object_, draft_.get()); !done) return done;
  draft_.reset();
  store_.tree_.insert(object_);
  store_.reserved_ -= std::exchange(reserved_, 0);
  return {};
}

TreeEdit::TreeEdit(TreeStore& store, const Object& object, std::unique_ptr<Draft> draft)
    : store_(store), handle_(object.handle), draft_(std::move(draft)), size_(object.size), reserved_(object.size) {
  store_.reserved_ += reserved_;
}

TreeEdit::~TreeEdit() { store_.reserved_ -= reserved_; }

Stored<> TreeEdit::grow(u64 size) {
  if (size <= reserved_) return {};
  if (size - reserved_ > store_.space().free) return std::unexpected(StoreError::full);
  store_.reserved_ += size - reserved_;
  reserved_ = size;
  return {};
}

Stored<> TreeEdit::write(u64 offset, View bytes) {
  const u64 end = offset + bytes.size();
  if (end < offset) return std::unexpected(StoreError::full);
  if (const auto grown = grow(end); !grown) return grown;
  const auto done = stored([&] { draft_->region->write(offset, bytes); });
  if (done && end > size_) size_ = end;
  return done;
}

Stored<> TreeEdit::truncate(u64 size) {
  if (const auto grown = grow(size); !grown) return grown;
  const auto done = stored([&] { draft_->region->file().resize(size); });
  if (done) size_ = size;
  return done;
}

Stored<> TreeEdit::commit() {
  Object* object = store_.tree_.find(handle_);
  if (object == nullptr) return std::unexpected(StoreError::not_found);
  Object edited = *object;
  edited.size = size_;
  if (const auto done = store_.replace(edited, *draft_); !done) return done;
  store_.tree_.resize(*object, size_);
  edited.size = object->size;
  *object = std::move(edited);
  return {};
}

}  // namespace stuntcam::emulator
