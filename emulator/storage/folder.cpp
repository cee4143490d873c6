// A directory on disk that plays a card. Not writable: what clients change lives in an overlay and dies with the
// camera.
#include "emulator/storage/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "emulator/imaging/picture.h"
#include "emulator/storage/disk.h"
#include "emulator/storage/file_content.h"
#include "emulator/storage/names.h"

namespace stuntcam::emulator {
namespace {

bool is_picture(u16 format) { return format == 0x3801 || format == 0x380B; }

}  // namespace

Folder::Folder(StoreOptions options, Handles& handles) : TreeStore(std::move(options), handles) {
  const auto& media = this->options().media.empty() ? this->options().storage.media : this->options().media;
  std::error_code error;
  root_ = std::filesystem::canonical(media, error).string();
  if (error) throw std::system_error(error, media);
  if (const int directory = ::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); directory >= 0)
    ::close(directory);
  else
    fail(media);
  by_path_[root_] = 0;
  if (present()) scan(root_, 0, nullptr);
}

std::optional<Folder::OnDisk> Folder::look(const std::string& path) const {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return {};
  bool linked = status.st_nlink > 1;
  if (S_ISLNK(status.st_mode)) {
    // Links to files inside the folder are those files; what leads out is not ours to show.
    std::error_code error;
    const auto target = std::filesystem::canonical(path, error).string();
    if (error || !target.starts_with(root_ + '/') || ::stat(target.c_str(), &status) != 0) return {};
    if (!S_ISREG(status.st_mode)) return {};
    linked = true;
  }
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return {};
  const bool directory = S_ISDIR(status.st_mode);
  return OnDisk{path, directory ? 0 : static_cast<u64>(status.st_size),
                i64{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec, directory, linked};
}

std::vector<std::string> Folder::paths_in(const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator each(directory, error), end; !error && each != end; each.increment(error))
    if (auto path = each->path().string(); !hidden_name(last_part(path))) paths.push_back(std::move(path));
  std::sort(paths.begin(), paths.end());
  return paths;
}

void Folder::scan(const std::string& directory, u32 parent, std::vector<StoreChange>* changes) {
  watch_.add(directory);
  for (const auto& path : paths_in(directory))
    if (const auto found = look(path); found && !by_path_.contains(path)) appear(*found, parent, changes);
}

void Folder::appear(const OnDisk& found, u32 parent, std::vector<StoreChange>* changes) {
  Object object;
  object.storage = id();
  object.parent = parent;
  object.name = shown_name(last_part(found.path));
  object.handle = draw_handle(parent, object.name, found.directory);
  // Names that are not UTF-8 may look the same.
  if (object.name != last_part(found.path) && tree().child(parent, object.name) != nullptr)
    object.name.append(1, '~').append(std::to_string(object.handle));
  object.format = found.directory ? association_format : format_of(object.name, options().vendor);
  object.association_type = found.directory ? 1 : 0;
  object.captured = object.modified = date_of(found.modified_ns);
  if (!found.directory) {
    object.size = found.size;
    object.content = std::make_shared<const FileContent>(found.path, found.size);
    if (is_picture(object.format)) undescribed_.insert(object.handle);
  }
  const u32 handle = object.handle;
  tree().insert(std::move(object));
  remember(handle, found);
  if (changes != nullptr) changes->push_back({StoreChange::Kind::added, handle});
  if (found.directory) scan(found.path, handle, changes);
}

void Folder::remember(u32 handle, const OnDisk& found) {
  by_path_[found.path] = handle;
  on_disk_[handle] = found;
}

void Folder::lose(u32 handle) {
  const auto known = on_disk_.find(handle);
  if (known == on_disk_.end()) return;
  by_path_.erase(known->second.path);
  on_disk_.erase(known);
  undescribed_.erase(handle);
}

void Folder::describe(Object& object) const {
  if (undescribed_.erase(object.handle) == 0) return;
  const auto* content = dynamic_cast<const FileContent*>(object.content.get());
  if (content == nullptr) return;
  const auto facts = content->facts();
  object.pixel_width = facts.width;
  object.pixel_height = facts.height;
  object.bit_depth = facts.width == 0 ? 0 : 24;
  if (facts.taken) object.captured = *facts.taken;
  object.thumb_format = 0;
  object.thumb_size = object.thumb_width = object.thumb_height = 0;
  if (object.format != 0x3801 || facts.width == 0) return;
  object.thumb_format = Thumbnail{}.format;
  // Where there is none, one is made when it is asked for; all that are made have one size.
  object.thumb_size = facts.thumbnail ? static_cast<u32>(facts.thumbnail->bytes.size()) : thumbnail_size;
  object.thumb_width = facts.thumbnail ? facts.thumbnail->width : thumbnail_width;
  object.thumb_height = facts.thumbnail ? facts.thumbnail->height : thumbnail_height;
}

TreeStore::Space Folder::measure() const {
  // A profile's card may be smaller than the folder that plays it.
  const u64 capacity = options().storage.capacity, used = tree().bytes() + reserved();
  if (capacity != 0 && used <= capacity) return {capacity, capacity - used};
  struct statvfs disk{};
  if (::statvfs(root_.c_str(), &disk) != 0) return {capacity, 0};
  const u64 free = u64{disk.f_bavail} * disk.f_frsize;
  return {u64{disk.f_blocks} * disk.f_frsize, free > reserved() ? free - reserved() : 0};
}

std::string Folder::directory(u32 parent) const { return parent == 0 ? root_ : on_disk_.at(parent).path; }

Stored<std::unique_ptr<Draft>> Folder::draft(u32 parent, u64 size) {
  if (!options().writable) return TreeStore::draft(parent, size);
  return stored([&] {
    const auto begin = directory(parent) + "/.stuntcam-" + std::to_string(::getpid()) + '-';
    for (;;) {
      auto path = begin + std::to_string(drafts_++) + ".part";
      try {
        auto region = std::make_shared<Region>(transport::File::create(path), 0, 0, nullptr);
        return std::make_unique<Draft>(std::move(region), std::move(path));
      } catch (const std::system_error& error) {
        if (error.code() != std::errc::file_exists) throw;  // left by another: the next number
      }
    }
  });
}

Stored<> Folder::settle(Object& object, Draft* draft) {
  if (!options().writable) return TreeStore::settle(object, draft);
  const auto path = directory(object.parent) + '/' + object.name;
  if (object.association())
    return stored([&] {
      if (::mkdir(path.c_str(), 0777) != 0) fail(path);
      watch_.add(path);
      if (const auto made = look(path)) remember(object.handle, *made);
    });
  if (draft == nullptr) {
    const auto own = this->draft(object.parent, object.size);
    if (!own) return std::unexpected(own.error());
    const auto copied = stored([&] { copy(*object.content, *(*own)->region); });
    return copied ? settle(object, own->get()) : copied;
  }
  return stored([&] {
    set_date(draft->path, object.modified);
    move_file(draft->path, path);
    draft->path.clear();
    object.content = std::make_shared<const FileContent>(path, object.size);
    if (const auto made = look(path)) remember(object.handle, *made);
  });
}

Stored<> Folder::replace(Object& object, Draft& draft) {
  const auto known = on_disk_.find(object.handle);
  if (known == on_disk_.end() || !options().writable) {
    hide(object.handle);
    return TreeStore::replace(object, draft);
  }
  const auto path = known->second.path;
  return stored([&] {
    if (::rename(draft.path.c_str(), path.c_str()) != 0) fail(path);
    draft.path.clear();
    object.content = std::make_shared<const FileContent>(path, object.size);
    if (const auto made = look(path)) {
      remember(object.handle, *made);
      object.modified = date_of(made->modified_ns);
    }
    if (is_picture(object.format)) undescribed_.insert(object.handle);
  });
}

void Folder::hide(u32 handle) {
  const auto known = on_disk_.find(handle);
  if (known == on_disk_.end()) return;
  hidden_.insert(known->second.path);
  lose(handle);
}

Stored<> Folder::forget(const Object& object) {
  const auto known = on_disk_.find(object.handle);
  if (known == on_disk_.end()) return {};
  if (!options().writable) {
    hide(object.handle);
    return {};
  }
  const auto& path = known->second.path;
  // Somebody else has the bytes too: a copy, or a move to another store.
  const auto* content = dynamic_cast<const FileContent*>(object.content.get());
  if (content != nullptr && object.content.use_count() > 1) content->pin();
  const int done = object.association() ? ::rmdir(path.c_str()) : ::unlink(path.c_str());
  if (done != 0 && errno != ENOENT) return std::unexpected(store_error({errno, std::generic_category()}));
  lose(object.handle);
  return {};
}

Stored<> Folder::relocate(const Object& object, u32 parent, const std::string& name) {
  const auto known = on_disk_.find(object.handle);
  if (known == on_disk_.end() || !options().writable) return {};
  const std::string from = known->second.path, to = directory(parent) + '/' + name;
  const auto done = stored([&] { move_file(from, to); });
  if (!done) return done;
  watch_.moved(from, to);
  auto moved = tree().walk(object.handle);
  moved.push_back(object.handle);
  for (const u32 handle : moved) {
    if (!on_disk_.contains(handle)) continue;
    auto found = on_disk_.at(handle);
    by_path_.erase(found.path);
    found.path.replace(0, from.size(), to);
    remember(handle, found);
    Object& each = *tree().find(handle);
    if (each.content) each.content = std::make_shared<const FileContent>(found.path, each.size);
  }
  return {};
}

std::vector<StoreChange> Folder::poll() {
  std::vector<StoreChange> changes;
  std::vector<Watch::Noticed> noticed;
  const bool all = watch_.take(noticed);
  for (const auto& [path, complete] : noticed) reconcile(path, complete, changes);
  if (!all) rescan(changes);
  if (watch_.trouble() && !std::exchange(complained_, true) && options().log)
    options().log(fmt::format("{} cannot be watched ({}); changes there show a few seconds late", root_,
                              watch_.trouble().message()));
  return changes;
}

void Folder::rescan(std::vector<StoreChange>& changes) {
  std::vector<std::string> known, directories;
  for (const auto& [path, handle] : by_path_) known.push_back(path);
  for (const auto& path : known)
    if (path != root_) reconcile(path, true, changes);
  for (const auto& [path, handle] : by_path_)
    if (handle == 0 || on_disk_.at(handle).directory) directories.push_back(path);
  for (const auto& path : directories)
    if (const auto still = by_path_.find(path); still != by_path_.end())
      for (const auto& each : paths_in(path)) reconcile(each, true, changes);
}

void Folder::reconcile(const std::string& path, bool complete, std::vector<StoreChange>& changes) {
  if (hidden_name(last_part(path))) return;
  const auto found = look(path);
  if (hidden_.contains(path)) {
    if (!found) hidden_.erase(path);  // what comes under this name now is another file
    return;
  }
  auto known = by_path_.find(path);
  if (known != by_path_.end() && (!found || found->directory != on_disk_.at(known->second).directory)) {
    vanish(known->second, changes);
    known = by_path_.end();
  }
  if (!found) return;
  if (known == by_path_.end()) {
    const auto parent = by_path_.find(parent_of(path));
    if (parent != by_path_.end() && (complete || found->directory || found->linked))
      appear(*found, parent->second, &changes);
    return;
  }
  OnDisk& before = on_disk_.at(known->second);
  if (found->directory || !complete || (before.size == found->size && before.modified_ns == found->modified_ns)) return;
  before = *found;
  Object& object = *tree().find(known->second);
  tree().resize(object, found->size);
  object.modified = date_of(found->modified_ns);
  object.content = std::make_shared<const FileContent>(path, found->size);
  if (is_picture(object.format)) undescribed_.insert(object.handle);
  changes.push_back({StoreChange::Kind::changed, object.handle});
}

void Folder::vanish(u32 handle, std::vector<StoreChange>& changes) {
  auto gone = tree().walk(handle);
  gone.insert(gone.begin(), handle);
  for (auto each = gone.rbegin(); each != gone.rend(); ++each) {
    lose(*each);
    tree().erase(*each);
    changes.push_back({StoreChange::Kind::removed, *each});
  }
}

std::unique_ptr<Store> make_folder(StoreOptions options, Handles& handles) {
  return std::make_unique<Folder>(std::move(options), handles);
}

}  // namespace stuntcam::emulator
