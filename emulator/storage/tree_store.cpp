#include "emulator/storage/tree_store.h"

#include <algorithm>

#include "emulator/storage/dcf.h"
#include "emulator/storage/names.h"
#include "emulator/storage/transfers.h"

namespace stuntcam::emulator {
namespace {
constexpr u32 root_only = 0xFFFFFFFF;
constexpr u16 generic_folder = 1;  // AssociationType
// Free images, where neither the profile nor the camera's settings say more.
constexpr u64 usual_picture = 8 << 20;
}  // namespace

TreeStore::TreeStore(StoreOptions options, Handles& handles) : options_(std::move(options)), handles_(handles) {}

const Object* TreeStore::find(u32 handle) const {
  Object* object = tree_.find(handle);
  if (object != nullptr) describe(*object);
  return object;
}

ptp::StorageInfo TreeStore::info() const {
  const auto& storage = options_.storage;
  const Space bytes = present() ? space() : Space{};
  const auto given = full_ ? std::nullopt : storage.free_images;
  const u64 images = bytes.free == unknown_size ? 0xFFFFFFFF : std::min<u64>(bytes.free / usual_picture, 0xFFFFFFFE);
  return {.storage_type = storage.storage_type,
          .filesystem_type = storage.filesystem_type,
          .access_capability = storage.access_capability,
          .max_capacity = bytes.capacity,
          .free_space_in_bytes = bytes.free,
          .free_space_in_images = given.value_or(static_cast<u32>(images)),
          .storage_description = storage.description,
          .volume_label = storage.label};
}

TreeStore::Space TreeStore::space() const {
  Space found = measure();
  if (full_) found.free = 0;
  return found;
}

TreeStore::Space TreeStore::measure() const {
  const u64 capacity = options_.storage.capacity;
  if (capacity == 0) return {unknown_size, unknown_size};
  const u64 used = tree_.bytes() + reserved_ + filled_;
  return {capacity, capacity > used ? capacity - used : 0};
}

std::vector<u32> TreeStore::list(u32 parent) const {
  if (parent == 0) return tree_.walk(0);
  std::vector<u32> handles;
  if (parent == root_only) parent = 0;
  if (folder(parent)) tree_.each_child(parent, [&](const Object& object) { handles.push_back(object.handle); });
  return handles;
}

bool TreeStore::folder(u32 handle) const {
  const Object* object = tree_.find(handle);
  return handle == 0 || (object != nullptr && object->association());
}

// The profile's own word for one object.
std::optional<u32> TreeStore::given_handle(u32 parent, const std::string& name) const {
  std::string path;
  for (const Object* folder = tree_.find(parent); folder != nullptr; folder = tree_.find(folder->parent))
    path = folder->name + (path.empty() ? "" : "/") + path;
  for (const auto& run : options_.storage.objects)
    if (run.handle && run.count == 1 && run.name == name && run.folder == path) return run.handle;
  return std::nullopt;
}

u32 TreeStore::draw_handle(u32 parent, const std::string& name, bool association) {
  if (const auto given = given_handle(parent, name); given && tree_.find(*given) == nullptr) return *given;
  const auto& pattern = options_.storage.handles;
  const u32 number = !pattern ? 0 : association ? dcf::folder_number(name) : dcf::file_number(name);
  if (number == 0) return handles_.next();
  const u32 step = association ? pattern->folder_step : pattern->file_step;
  const u32 wanted = parent + number * step + (association ? 0 : pattern->file_offset);
  // Files of one number, such as a raw file and its JPEG, share its room.
  for (u32 more = 0; more < std::max(step, 1u); ++more)
    if (handles_.take(wanted + more)) return wanted + more;
  return handles_.next();
}

Stored<> TreeStore::vacant(u32 parent, const std::string& name) const {
  if (!folder(parent)) return std::unexpected(StoreError::invalid_parent);
  if (tree_.child(parent, name) != nullptr) return std::unexpected(StoreError::exists);
  return {};
}

Stored<u32> TreeStore::add(Object object) {
  object.name = safe_name(object.name);
  if (const auto free = vacant(object.parent, object.name); !free) return std::unexpected(free.error());
  const auto size = stored([&] { return object.content ? object.content->size() : u64{0}; });
  if (!size) return std::unexpected(size.error());
  if (*size > space().free) return std::unexpected(StoreError::full);
  object.size = *size;
  object.storage = id();
  const bool drawn = object.handle == 0;
  if (drawn) object.handle = draw_handle(object.parent, object.name, object.association());
  if (const auto settled = settle(object, nullptr); !settled) return std::unexpected(settled.error());
  return tree_.insert(std::move(object)).handle;
}

Stored<u32> TreeStore::make_folder(u32 parent, std::string name) {
  Object object;
  object.parent = parent;
  object.format = association_format;
  object.association_type = generic_folder;
  object.captured = object.modified = options_.date;
  object.name = std::move(name);
  return add(std::move(object));
}

Stored<u32> TreeStore::capture_folder() {
  constexpr u32 first_number = 100, last_number = 999;
  u32 number = first_number;
  std::string letters = dcf::letters(options_.model);
  if (const Object* newest = dcf::newest_folder(tree_)) {
    if (!dcf::full(tree_, *newest)) return newest->handle;
    number = dcf::folder_number(newest->name) + 1;
    letters = newest->name.substr(3);
    if (number > last_number) return std::unexpected(StoreError::full);
  }
  const Object* top = tree_.child(0, "DCIM");
  const Stored<u32> parent = top == nullptr ? make_folder(0, "DCIM") : Stored<u32>(top->handle);
  if (!parent) return parent;
  return make_folder(*parent, std::to_string(number) + letters);
}

u32 TreeStore::next_file_number(std::string_view prefix) const { return dcf::next_file_number(tree_, prefix); }

Stored<Store::Pending> TreeStore::begin_upload(Object object, u64 announced) {
  object.name = safe_name(object.name);
  if (const auto free = vacant(object.parent, object.name); !free) return std::unexpected(free.error());
  if (announced != unknown_size && announced > space().free) return std::unexpected(StoreError::full);
  auto place = draft(object.parent, announced);
  if (!place) return std::unexpected(place.error());
  object.storage = id();
  object.handle = draw_handle(object.parent, object.name, object.association());
  const u32 handle = object.handle;
  return Pending{handle, std::make_unique<TreeUpload>(*this, std::move(object), std::move(*place), announced)};
}

Stored<> TreeStore::remove(u32 handle) {
  const Object* object = tree_.find(handle);
  if (object == nullptr) return std::unexpected(StoreError::not_found);
  if (!tree_.empty(handle)) return std::unexpected(StoreError::exists);
  if (const auto done = forget(*object); !done) return done;
  tree_.erase(handle);
  return {};
}

Stored<> TreeStore::protect(u32 handle, u16 status) {
  Object* object = tree_.find(handle);
  if (object == nullptr) return std::unexpected(StoreError::not_found);
  object->protection = status;
  return {};
}

Stored<> TreeStore::rename(u32 handle, std::string name) {
  Object* object = tree_.find(handle);
  if (object == nullptr) return std::unexpected(StoreError::not_found);
  name = safe_name(name);
  if (object->name == name) return {};
  if (const auto free = vacant(object->parent, name); !free) return free;
  if (const auto done = relocate(*object, object->parent, name); !done) return done;
  object->name = std::move(name);
  return {};
}

Stored<> TreeStore::move(u32 handle, u32 parent) {
  const Object* object = tree_.find(handle);
  if (object == nullptr) return std::unexpected(StoreError::not_found);
  if (!folder(parent) || (parent != 0 && tree_.inside(parent, handle)))
    return std::unexpected(StoreError::invalid_parent);
  if (object->parent == parent) return {};
  if (const auto free = vacant(parent, object->name); !free) return free;
  if (const auto done = relocate(*object, parent, object->name); !done) return done;
  tree_.move(handle, parent);
  return {};
}

Stored<> TreeStore::format() {
  const auto handles = tree_.walk(0);
  Stored<> result;
  // Backwards: what is inside goes before what it is in.
  for (auto handle = handles.rbegin(); handle != handles.rend(); ++handle)
    if (const auto done = remove(*handle); !done) result = done;
  return result;
}

Stored<std::unique_ptr<Edit>> TreeStore::edit(u32 handle) {
  const Object* object = tree_.find(handle);
  if (object == nullptr || !object->content) return std::unexpected(StoreError::not_found);
  if (object->size > space().free) return std::unexpected(StoreError::full);
  auto place = draft(object->parent, unknown_size);  // it may grow
  if (!place) return std::unexpected(place.error());
  const auto copied = stored([&] { copy(*object->content, *(*place)->region); });
  if (!copied) return std::unexpected(copied.error());
  return std::make_unique<TreeEdit>(*this, *object, std::move(*place));
}

Stored<std::unique_ptr<Draft>> TreeStore::draft(u32, u64 size) {
  return stored([&] { return std::make_unique<Draft>(spool_.take(size), std::string()); });
}

Stored<> TreeStore::settle(Object& object, Draft* draft) {
  if (draft != nullptr) object.content = std::make_shared<const RegionContent>(draft->region, object.size);
  return {};
}

Stored<> TreeStore::replace(Object& object, Draft& draft) {
  object.content = std::make_shared<const RegionContent>(draft.region, object.size);
  return {};
}

Stored<> TreeStore::relocate(const Object&, u32, const std::string&) { return {}; }

}  // namespace stuntcam::emulator
