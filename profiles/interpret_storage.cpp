// [[storage]] with its [[storage.objects]].
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "profiles/interpret.h"

namespace stuntcam::profiles {
namespace {

// A name pattern is printed with the number of the object: text with exactly one of %u, %4u, %04u, and %% for a percent
// sign. It never reaches printf as it stands otherwise.
bool good_pattern(std::string_view pattern, bool needs_number) {
  std::size_t numbers = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '/' || pattern[i] == '\0') return false;
    if (pattern[i] != '%') continue;
    ++i;
    if (i < pattern.size() && pattern[i] == '%') continue;
    if (i < pattern.size() && pattern[i] == '0') ++i;
    if (i < pattern.size() && pattern[i] >= '1' && pattern[i] <= '9') ++i;
    if (i >= pattern.size() || pattern[i] != 'u') return false;
    ++numbers;
  }
  return numbers == 1 || (numbers == 0 && !needs_number && !pattern.empty());
}

// "DCIM/100NCD53": no empty parts, no way out of the store.
bool good_folder(std::string_view folder) {
  if (folder.empty()) return true;
  std::size_t begin = 0;
  while (begin <= folder.size()) {
    const auto end = std::min(folder.find('/', begin), folder.size());
    const auto part = folder.substr(begin, end - begin);
    if (part.empty() || part == "." || part == ".." || part.find('\0') != part.npos) return false;
    begin = end + 1;
  }
  return true;
}

// More than a card has pictures; "count = 4294967295" is a slip.
constexpr u32 most_objects = 1'000'000;
// Handles 0 and 0xFFFFFFFF stand for no object and for all.
constexpr u32 first_handle = 1, last_handle = 0xFFFFFFFE;

void read_handles(Section& section, SyntheticObjects& objects) {
  section.read("handle_step", objects.handle_step, 1);
  u32 handle = 0;
  if (!section.read("handle", handle, first_handle, last_handle)) return;
  objects.handle = handle;
  const u64 last = handle + (u64{objects.count} - std::min(1u, objects.count)) * objects.handle_step;
  if (last > last_handle)
    section.problems().add(section.get("handle")->at,
                           fmt::format("the last of {} objects would have handle 0x{:X}", objects.count, last));
}

HandlePattern read_pattern(const Node& node, Problems& problems) {
  HandlePattern pattern;
  Section section(node, "[storage.handles]", problems);
  section.read("folder_step", pattern.folder_step);
  section.read("file_step", pattern.file_step);
  section.read("file_offset", pattern.file_offset);
  return pattern;
}

// A handle stands for one object of the camera.
void check_handles(Section& root, const std::vector<Storage>& storages) {
  std::unordered_set<u32> handles;
  for (const auto& storage : storages) {
    for (const auto& run : storage.objects) {
      for (u32 index = 0; run.handle && index < run.count; ++index) {
        const u32 handle = *run.handle + index * run.handle_step;
        if (handles.insert(handle).second) continue;
        const Node* items = root.node().find("storage");
        root.problems().add((items ? *items : root.node()).at,
                            fmt::format("two objects have the handle 0x{:08X}; the second is '{}' on storage 0x{:08X}",
                                        handle, run.name, storage.id));
        break;
      }
    }
  }
}

// What a run of objects and a single one have in common.
void read_object(Section& section, const Codes& codes, SyntheticObjects& objects) {
  section.read_size("size", objects.size);
  codes.read(section, "format", objects.format, &Codes::format);
  section.read("width", objects.width);
  section.read("height", objects.height);
  section.read("first", objects.first);
  if (section.read("folder", objects.folder) && !good_folder(objects.folder))
    section.expected(*section.get("folder"), "folder", "a path such as \"DCIM/100ABCDE\"");
  if (section.need("name") && section.read("name", objects.name) && !good_pattern(objects.name, objects.count > 1))
    section.expected(*section.get("name"), "name", "a file name with one %u for its number, such as \"DSC_%04u.JPG\"");
}

SyntheticObjects read_objects(const Node& node, const Codes& codes, Problems& problems) {
  SyntheticObjects objects;
  Section section(node, "[[storage.objects]]", problems);
  section.read("count", objects.count, 0, most_objects);
  read_object(section, codes, objects);
  read_handles(section, objects);
  std::string date;
  if (section.read("date", date)) {
    objects.date = ptp::parse_datetime(date);
    if (!objects.date) section.expected(*section.get("date"), "date", "a time such as \"20240131T120000\"");
  }
  return objects;
}

Storage read_storage(const Node& node, const Codes& codes, Problems& problems) {
  Storage storage;
  Section section(node, "[[storage]]", problems);
  if (section.need("id")) section.read("id", storage.id, 1, 0xFFFFFFFE);
  section.read_code("type", storage.storage_type,
                    {{"undefined", 0}, {"fixed-rom", 1}, {"removable-rom", 2}, {"fixed-ram", 3}, {"removable-ram", 4}});
  section.read_code("filesystem", storage.filesystem_type,
                    {{"undefined", 0}, {"flat", 1}, {"hierarchical", 2}, {"dcf", 3}});
  section.read_code("access", storage.access_capability,
                    {{"read-write", 0}, {"read-only", 1}, {"read-only-with-deletion", 2}});
  section.read_size("capacity", storage.capacity);
  u64 free = 0;
  if (section.read_size("free", free)) {
    storage.free = free;
    if (free > storage.capacity) section.expected(*section.get("free"), "free", "at most the 'capacity'");
  }
  u32 images = 0;
  if (section.read("free_images", images)) storage.free_images = images;
  section.read("description", storage.description);
  section.read("label", storage.label);
  if (section.read("media", storage.media) && storage.media.empty())
    section.expected(*section.get("media"), "media", "\"synthetic\" or a folder");
  section.read("present", storage.present);
  if (storage.present && storage.media == "synthetic" && storage.capacity == 0) {
    const Node* capacity = section.get("capacity");
    problems.add(capacity ? capacity->at : node.at, "a synthetic card needs a 'capacity' of more than 0 bytes");
  }
  if (const auto* items = section.array("objects"))
    for (const auto& item : *items) storage.objects.push_back(read_objects(item, codes, problems));
  if (const Node* handles = section.get("handles")) storage.handles = read_pattern(*handles, problems);
  return storage;
}

}  // namespace

SyntheticObjects interpret_object(const Node& node, const Codes& codes, Problems& problems) {
  SyntheticObjects object;
  Section section(node, "[operation.object]", problems);
  read_object(section, codes, object);
  return object;
}

std::vector<Storage> interpret_storages(Section& root, Section& add, const Codes& codes) {
  const auto read = [&](const Node& item) { return read_storage(item, codes, root.problems()); };
  auto storages = read_entries(root, add, "storage", &Storage::id, read, "id", "storage");
  check_handles(root, storages);
  return storages;
}

}  // namespace stuntcam::profiles
