// The synthetic card: objects that the profile describes, drawn when they are read; what clients add is kept in a
// temporary file.
#include <algorithm>
#include <array>

#include "emulator/imaging/content.h"
#include "emulator/imaging/noise.h"
#include "emulator/storage/names.h"
#include "emulator/storage/tree_store.h"

namespace stuntcam::emulator {
namespace {

using profiles::SyntheticObjects;
constexpr u16 vendor_raw = 0xB100;  // vendors have their raw formats there
constexpr u16 exif_jpeg = 0x3801, undefined = 0x3000, tiff = 0x380D, tiff_ep = 0x3802, dng = 0x3811;
constexpr u16 generic_folder = 1;  // AssociationType

enum class Kind : u8 { jpeg, raw, other };
Kind kind_of(const SyntheticObjects& run) {
  if (run.format == exif_jpeg) return Kind::jpeg;
  const bool picture = run.width != 0 && run.height != 0 && run.size != 0;
  const bool raw = run.format == undefined || run.format == tiff || run.format == tiff_ep || run.format == dng ||
                   (run.format & 0xFF00) == vendor_raw;
  return picture && raw ? Kind::raw : Kind::other;
}

// Where the profile names no size for JPEGs: one byte to six to eight pixels, as cameras' smaller qualities have, more
// than our pictures need. (Drawing all of them to learn their sizes would take minutes for 100,000.)
u64 usual_size(const SyntheticObjects& run, u64 seed) {
  const u64 pixels = u64{run.width} * run.height;
  return (64 << 10) + pixels / 8 + seed % (pixels / 24 + 1);
}

// Describes the card's pictures when they are drawn; `index` counts through all runs.
class CardAlbum final : public Album {
 public:
  explicit CardAlbum(const StoreOptions& options) : Album(std::make_shared<Renderings>()), options_(options) {}
  u64 seed(u32 index) const { return mixed(options_.seed + (u64{index} << 20)); }
  // When the object was made; the folders behind the last one are as old as that would be.
  ptp::DateTime taken(u32 index) const {
    const auto [run, place] = find(index);
    const auto& first = run != nullptr && run->date ? *run->date : options_.date;
    return ptp::DateTime::from_seconds(first.seconds() + i64{60} * (run != nullptr && run->date ? place : index));
  }

  Shot shot(u32 index) const override {
    const auto [run, place] = find(index);
    constexpr std::array<u32, 6> speeds{30, 60, 125, 250, 500, 1000}, stops{280, 350, 400, 560, 800, 1100},
        isos{100, 200, 400, 800, 1600, 3200};
    Shot shot;
    shot.seed = seed(index);
    shot.manufacturer = options_.manufacturer;
    shot.model = options_.model;
    shot.title = options_.camera;
    shot.number = run->first + place;
    shot.width = run->width;
    shot.height = run->height;
    shot.taken = taken(index);
    shot.exposure_numerator = 1;
    shot.exposure_denominator = speeds[shot.seed % speeds.size()];
    shot.f_number_hundredths = stops[(shot.seed >> 8) % stops.size()];
    shot.iso = isos[(shot.seed >> 16) % isos.size()];
    return shot;
  }

 private:
  // The run that has it, and its place there; null: none.
  std::pair<const SyntheticObjects*, u32> find(u32 index) const {
    for (const auto& run : options_.storage.objects) {
      if (index < run.count) return {&run, index};
      index -= run.count;
    }
    return {nullptr, index};
  }

  StoreOptions options_;
};

class Card final : public TreeStore {
 public:
  Card(StoreOptions options, Handles& handles)
      : TreeStore(std::move(options), handles), album_(std::make_shared<const CardAlbum>(this->options())) {
    if (!present()) return;
    std::size_t count = 0;
    for (const auto& run : this->options().storage.objects) count += run.count;
    tree().reserve(count);
    add_runs(true);  // the folders that the profile names, before the files make folders of those names
    add_runs(false);
    const auto& storage = this->options().storage;
    const u64 used = tree().bytes();
    if (storage.free && storage.capacity - *storage.free > used) fill(storage.capacity - *storage.free - used);
  }

 private:
  void add_runs(bool folders) {
    made_ = 0;
    for (const auto& run : options().storage.objects) {
      if ((run.format == association_format) == folders)
        add_run(run);
      else
        made_ += run.count;
    }
  }

  void add_run(const SyntheticObjects& run) {
    const u32 parent = folder(run.folder);
    for (u32 index = 0; index < run.count; ++index, ++made_) {
      const auto name = numbered_name(run.name, run.first + index);
      const bool association = run.format == association_format;
      if (association && tree().child(parent, name) != nullptr) continue;
      Object object =
          run.handle ? made(parent, name, *run.handle + index * run.handle_step) : blank(parent, name, association);
      object.format = run.format;
      object.association_type = association ? generic_folder : u16{0};
      if (!association) add_content(run, object);
      tree().insert(std::move(object));
    }
  }

  void add_content(const SyntheticObjects& run, Object& object) const {
    object.content = content(run);
    object.size = object.content->size();
    if (kind_of(run) == Kind::other) return;
    object.pixel_width = run.width;
    object.pixel_height = run.height;
    object.bit_depth = 24;
    object.thumb_format = Thumbnail{}.format;
    object.thumb_size = thumbnail_size;
    object.thumb_width = thumbnail_width;
    object.thumb_height = thumbnail_height;
  }

  std::shared_ptr<const Content> content(const SyntheticObjects& run) const {
    const u64 seed = album_->seed(made_);
    const Kind kind = kind_of(run);
    if (kind == Kind::other) return noise_content(seed, run.size);
    const u64 size = run.size == 0 ? usual_size(run, seed) : run.size;
    return picture_content(album_, made_, kind == Kind::raw ? PictureFile::raw : PictureFile::jpeg, size);
  }

  Object blank(u32 parent, const std::string& name, bool association) {
    return made(parent, name, draw_handle(parent, name, association));
  }

  Object made(u32 parent, std::string name, u32 handle) const {
    Object object;
    object.handle = handle;
    object.storage = id();
    object.parent = parent;
    object.name = std::move(name);
    object.captured = object.modified = album_->taken(made_);
    return object;
  }

  // Its folders are made on the way.
  u32 folder(std::string_view path) {
    u32 parent = 0;
    while (!path.empty()) {
      const auto slash = std::min(path.find('/'), path.size());
      const auto name = path.substr(0, slash);
      path.remove_prefix(std::min(slash + 1, path.size()));
      if (name.empty()) continue;
      if (const Object* known = tree().child(parent, name)) {
        parent = known->handle;
        continue;
      }
      Object object = blank(parent, std::string(name), true);
      object.format = association_format;
      object.association_type = generic_folder;
      parent = tree().insert(std::move(object)).handle;
    }
    return parent;
  }

  std::shared_ptr<const CardAlbum> album_;
  u32 made_ = 0;
};

}  // namespace

std::unique_ptr<Store> make_card(StoreOptions options, Handles& handles) {
  return std::make_unique<Card>(std::move(options), handles);
}

}  // namespace stuntcam::emulator
