// The camera's stores, and the files in its memory.
#include <algorithm>

#include "emulator/camera.h"

namespace stuntcam::emulator {

std::expected<CaptureFolder, StoreError> capture_folder(Store& store) {
  const auto before = store.size();
  const auto folder = store.capture_folder();
  if (!folder) return std::unexpected(folder.error());
  CaptureFolder result{*folder, {}};
  for (u32 at = *folder; at != 0 && result.made.size() < store.size() - before; at = store.find(at)->parent)
    result.made.push_back(at);
  std::ranges::reverse(result.made);
  return result;
}

Store* Camera::store(u32 id) const {
  const auto found = std::ranges::find(stores_, id, &Store::id);
  return found == stores_.end() ? nullptr : found->get();
}

Store* Camera::store_of(u32 handle) const {
  for (const auto& store : stores_)
    if (store->find(handle) != nullptr) return store.get();
  return nullptr;
}

Store* Camera::default_store() const {
  for (const auto& store : stores_)
    if (store->present()) return store.get();
  return nullptr;
}

const Object* Camera::find(u32 handle) const {
  for (const auto& store : stores_)
    if (const auto* const object = store->find(handle)) return object;
  const auto kept = memory_.find(handle);
  return kept == memory_.end() ? nullptr : &kept->second;
}

void Camera::keep_in_memory(Object object) {
  const auto handle = object.handle;
  memory_.insert_or_assign(handle, std::move(object));
}

void Camera::queue_in_memory(Object object) {
  const auto handle = object.handle;
  if (memory_.contains(handle))
    waiting_in_memory_.emplace(handle, std::move(object));
  else
    memory_.emplace(handle, std::move(object));
}

bool Camera::drop_from_memory(u32 handle) {
  if (memory_.erase(handle) == 0) return false;
  if (const auto next = waiting_in_memory_.find(handle); next != waiting_in_memory_.end())
    memory_.emplace(handle, std::move(waiting_in_memory_.extract(next).mapped()));
  return true;
}

bool Camera::drop_all_from_memory() {
  const bool any = !memory_.empty();
  memory_.clear();
  waiting_in_memory_.clear();
  return any;
}

}  // namespace stuntcam::emulator
