#include "cli/objects.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "cli/failure.h"
#include "cli/units.h"
#include "ptp/reader.h"
#include "ptp/text.h"

namespace stuntcam::cli {

using initiator::Problem;

namespace {

constexpr u32 size_unknown = 0xFFFFFFFF;         // ObjectCompressedSize of 4 GiB and more
constexpr std::size_t longest_name = 200;        // file systems take 255 bytes; the temporary name is longer
constexpr std::size_t deepest = 64;              // folders within folders
constexpr std::size_t most_asked_for = 100'000;  // objects, where each folder is asked: a camera may invent ever more

std::optional<u64> size_of(Visit& visit, u32 handle, const ptp::ObjectInfo& info) {
  if (info.object_compressed_size != size_unknown) return info.object_compressed_size;
  if (!visit.supports(ptp::OperationCode::GetObjectPropValue)) return {};
  const initiator::Request request(ptp::OperationCode::GetObjectPropValue,
                                   {handle, static_cast<u32>(ptp::ObjectPropertyCode::ObjectSize)});
  try {
    const Bytes bytes = visit.run(visit.session().fetch(request));
    const auto value = ptp::decode_value(bytes, ptp::DataType::uint64);
    if (value) return static_cast<u64>(value->bits());
  } catch (const Problem& problem) {
    if (problem.kind != initiator::Trouble::refused) throw;
  }
  return {};
}

Object ask(Visit& visit, u32 handle) {
  Object object;
  object.handle = handle;
  object.info = visit.run(visit.session().object_info(handle));
  object.path = safe_name(object.info.filename);
  object.size = size_of(visit, handle, object.info);
  return object;
}

std::vector<u32> children(Visit& visit, u32 storage, u32 folder) {
  try {
    return visit.run(visit.session().object_handles(storage, initiator::any_format, folder));
  } catch (const Problem& problem) {
    if (problem.kind != initiator::Trouble::refused) throw;
  }
  return {};
}

// Parents before names; a parent that is none, or its own ancestor, counts as the root.
void complete_paths(std::vector<Object>& objects) {
  std::map<u32, const Object*> by_handle;
  for (const auto& object : objects) by_handle[object.handle] = &object;
  std::vector<std::string> paths;
  for (const auto& object : objects) {
    std::string path = safe_name(object.info.filename);
    u32 parent = object.info.parent_object;
    std::set<u32> above{object.handle};
    while (above.size() <= deepest && by_handle.contains(parent) && above.insert(parent).second) {
      const auto& folder = *by_handle[parent];
      path.insert(0, safe_name(folder.info.filename).append("/"));
      parent = folder.info.parent_object;
    }
    paths.push_back(path);
  }
  for (std::size_t i = 0; i < objects.size(); ++i) objects[i].path = std::move(paths[i]);
}

}  // namespace

std::string safe_name(const std::string& name) {
  std::string safe = ptp::printable(name);
  for (auto& c : safe)
    if (c == '/' || c == '\\') c = '_';
  if (safe.size() > longest_name) {
    safe.resize(longest_name);
    safe = ptp::valid_utf8(safe);
  }
  if (safe.empty() || safe == ".") return "_";
  if (safe == "..") return "__";
  if (safe.ends_with(".part")) safe += '_';  // that is what our own unfinished files are called
  return safe;
}

std::string FileNames::of(const Object& object) {
  auto name = safe_name(object.info.filename);
  if (!taken_.insert(name).second) name += fmt::format("_{:08x}", object.handle);
  return name;
}

Place parse_place(Visit& visit, const std::string& text) {
  const auto ids = visit.run(visit.session().storage_ids());
  if (ids.empty()) throw Failure(failed, "the camera has no storage");
  const auto colon = text.find(':');
  const auto store = colon == std::string::npos ? std::nullopt : parse_number(text.substr(0, colon));
  Place place;
  place.storage = ids[0];
  place.path = store ? text.substr(colon + 1) : text;
  if (store && *store >= 1 && *store <= ids.size())
    place.storage = ids[*store - 1];
  else if (store && std::ranges::find(ids, *store) != ids.end())
    place.storage = static_cast<u32>(*store);
  else if (store)
    throw Failure(failed, fmt::format("the camera has no store {}", text.substr(0, colon)));
  while (place.path.starts_with('/')) place.path.erase(0, 1);
  while (place.path.ends_with('/')) place.path.pop_back();
  return place;
}

std::vector<Object> list_objects(Visit& visit, u32 storage) {
  std::vector<Object> objects;
  std::set<u32> seen;
  const auto add = [&](const std::vector<u32>& handles) {
    for (const u32 handle : handles) {
      if (!seen.insert(handle).second) {
        visit.console().warn(fmt::format("the camera lists handle 0x{:08X} twice", handle));
        continue;
      }
      try {
        objects.push_back(ask(visit, handle));
      } catch (const Problem& problem) {
        if (problem.response != ptp::ResponseCode::InvalidObjectHandle) throw;  // it was deleted meanwhile
      }
    }
  };
  try {
    add(visit.run(visit.session().object_handles(storage)));
  } catch (const Problem& problem) {
    if (problem.kind != initiator::Trouble::refused) throw;
    const auto root = children(visit, storage, initiator::in_root);
    if (root.empty()) throw;
    add(root);
  }
  const auto inside = [&](const Object& object) { return seen.contains(object.info.parent_object); };
  if (std::ranges::none_of(objects, inside)) {
    // QEMU's usb-mtp takes all objects for those of the root, and captures of gphoto2 know no other question: each
    // folder is asked, level by level.
    std::size_t next = 0;
    for (std::size_t depth = 0; depth < deepest; ++depth)
      for (const std::size_t end = objects.size(); next < end && objects.size() < most_asked_for; ++next)
        if (objects[next].folder()) add(children(visit, storage, objects[next].handle));
  }
  complete_paths(objects);
  std::ranges::sort(objects, {}, [](const Object& object) { return std::tie(object.path, object.handle); });
  return objects;
}

Object get_object(Visit& visit, u32 handle) {
  std::vector<Object> line{ask(visit, handle)};  // it, and the folders above
  std::set<u32> seen{0, initiator::in_root, handle};
  try {
    for (u32 above = line[0].info.parent_object; line.size() <= deepest && seen.insert(above).second;
         above = line.back().info.parent_object)
      line.push_back(ask(visit, above));
  } catch (const Problem& problem) {
    if (problem.kind != initiator::Trouble::refused) throw;
  }
  complete_paths(line);
  return std::move(line.front());
}

std::vector<Object> find_objects(Visit& visit, const std::string& text) {
  if (text.starts_with("0x") && text.find(':') == std::string::npos) {
    const auto handle = parse_number(text);
    if (!handle || *handle > 0xFFFFFFFF) throw Failure(usage, fmt::format("'{}' is no handle", text));
    return {get_object(visit, static_cast<u32>(*handle))};
  }
  const auto place = parse_place(visit, text);
  const bool whole = place.path.find('/') != std::string::npos;
  const bool pattern = place.path.find_first_of("*?[") != std::string::npos;
  std::vector<Object> found;
  for (auto& object : list_objects(visit, place.storage)) {
    const auto name = whole || !pattern ? object.path : object.path.substr(object.path.rfind('/') + 1);
    const bool same = pattern ? !object.folder() && ::fnmatch(place.path.c_str(), name.c_str(), FNM_PATHNAME) == 0
                              : name == place.path;
    if (same) found.push_back(std::move(object));
  }
  if (found.empty())
    throw Failure(failed, fmt::format("the camera has no '{}'", text), "`stuntcam ls TARGET` lists the objects");
  return found;
}

void tell_file(Visit& visit, const Object& object, const std::string& file) {
  if (!visit.json()) {
    fmt::print("{}\n", file);
    return;
  }
  auto json = object_json(object);
  json["file"] = file;
  print_line(json);
}

ptp::Json object_json(const Object& object) {
  ptp::Json json = {{"handle", object.handle},
                    {"storage", object.info.storage_id},
                    {"parent", object.info.parent_object},
                    {"format", object.info.object_format},
                    {"format_name", ptp::to_string(static_cast<ptp::FormatCode>(object.info.object_format))},
                    {"size", nullptr},
                    {"name", ptp::valid_utf8(object.info.filename)},
                    {"path", object.path},
                    {"capture_date", object.info.capture_date},
                    {"modification_date", object.info.modification_date}};
  if (object.size) json["size"] = *object.size;
  return json;
}

}  // namespace stuntcam::cli
