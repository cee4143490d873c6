// The objects of a learned card, as runs of a profile.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "pcap/findings.h"
#include "pcap/privacy.h"
#include "ptp/datetime.h"

namespace stuntcam::pcap {
namespace {

constexpr u16 association = 0x3001;
constexpr int max_depth = 16;

// "DSC_0007.JPG" is {"DSC_", 7, 4, ".JPG"}; a name without a number has width 0.
struct Numbered {
  std::string before;
  u32 number = 0;
  std::size_t width = 0;
  std::string behind;
};
Numbered numbered(const std::string& name) {
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  const auto dot = std::min(name.rfind('.'), name.size());
  std::size_t begin = dot;
  constexpr std::size_t most_digits = 8;
  while (begin > 0 && dot - begin < most_digits && is_digit(name[begin - 1])) --begin;
  if (begin == dot) return {name, 0, 0, {}};
  return {name.substr(0, begin), static_cast<u32>(std::stoul(name.substr(begin, dot - begin))), dot - begin,
          name.substr(dot)};
}

std::string pattern(const Numbered& name) {
  return name.width == 0 ? name.before : fmt::format("{}%0{}u{}", name.before, name.width, name.behind);
}

}  // namespace

std::string Findings::folder_of(u32 handle) const {
  std::string path;
  for (int depth = 0; depth < max_depth && handle != 0 && handle != 0xFFFFFFFF; ++depth) {
    const auto found = objects_.find(handle);
    if (found == objects_.end()) break;
    const auto& name = found->second.value.filename;
    const auto safe = named_by_camera(name) ? name : fmt::format("F{:07X}", handle & 0xFFFFFFF);
    path = path.empty() ? safe : safe + "/" + path;
    handle = found->second.value.parent_object;
  }
  return path;
}

// Objects that follow each other in handles and numbers, and are alike, are one run.
std::vector<profiles::SyntheticObjects> Findings::objects_of(u32 storage, Learned& out) const {
  std::vector<profiles::SyntheticObjects> runs;
  u32 unnamed = 0;
  for (const auto& [handle, found] : objects_) {
    const auto& info = found.value;
    if (info.storage_id != storage) continue;
    auto name = numbered(info.filename);
    if (!named_by_camera(info.filename)) name = {"OBJ", ++unnamed, 5, info.object_format == association ? "" : ".DAT"};
    profiles::SyntheticObjects one;
    one.size = info.object_format == association ? 0 : info.object_compressed_size;
    one.format = info.object_format;
    one.width = info.image_pix_width;
    one.height = info.image_pix_height;
    one.folder = folder_of(info.parent_object);
    one.name = pattern(name);
    one.first = name.width == 0 ? 1 : name.number;
    one.handle = handle;
    one.date = ptp::parse_datetime(info.capture_date);
    if (!runs.empty() && name.width > 0) {
      auto& last = runs.back();
      const bool alike = last.size == one.size && last.format == one.format && last.width == one.width &&
                         last.height == one.height && last.folder == one.folder && last.name == one.name;
      const u32 step = handle - (*last.handle + (last.count - 1) * last.handle_step);
      if (alike && one.first == last.first + last.count && (last.count == 1 || step == last.handle_step)) {
        last.handle_step = step;
        ++last.count;
        continue;
      }
    }
    out.sources[fmt::format("storage 0x{:08X} objects {}", storage, runs.size())] = found.source;
    runs.push_back(std::move(one));
  }
  return runs;
}

}  // namespace stuntcam::pcap
