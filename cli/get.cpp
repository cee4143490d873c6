#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/objects.h"

namespace stuntcam::cli {
namespace {

struct Get {
  std::string output;
  bool force = false;
};

void tell(Visit& visit, const Object& object, const std::string& file) {
  if (!visit.json()) {
    fmt::print("{}\n", file);
    return;
  }
  auto json = object_json(object);
  json["file"] = file;
  print_line(json);
}

int get(Visit& visit, const Get& options) {
  const auto objects = find_objects(visit, visit.word(0, "OBJECT"));
  visit.at_most(1);
  if (options.output == "-") {
    for (const auto& object : objects) download_to_stdout(visit, object);
    return success;
  }
  const bool folder = !options.output.empty() && std::filesystem::is_directory(options.output);
  if (objects.size() > 1 && !options.output.empty() && !folder)
    throw Failure(usage, fmt::format("{} objects match, and {} is no folder", objects.size(), options.output));
  for (const auto& object : objects) {
    const auto name = safe_name(object.info.filename);
    const auto file = options.output.empty() ? name
                      : folder               ? (std::filesystem::path(options.output) / name).string()
                                             : options.output;
    download(visit, object, file, options.force || (!options.output.empty() && !folder));
    tell(visit, object, file);
  }
  return success;
}

int get_all(Visit& visit, bool force) {
  const std::filesystem::path folder = visit.word(0, "DIR");
  visit.at_most(1);
  int status = success;
  std::set<std::filesystem::path> taken;
  const auto ids = visit.run(visit.session().storage_ids());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    // Of several stores, each has a folder of its own: they may well have the same names.
    const auto base = ids.size() == 1 ? folder : folder / fmt::format("store_{:08x}", ids[i]);
    for (const auto& object : list_objects(visit, ids[i])) {
      auto file = base / object.path;
      if (!taken.insert(file).second) file += fmt::format("_{:08x}", object.handle);  // two objects of one name
      if (object.folder()) {
        std::filesystem::create_directories(file);
        continue;
      }
      std::error_code missing;
      const auto size = std::filesystem::file_size(file, missing);
      if (!force && !missing && object.size && size == *object.size) continue;  // of an earlier run
      try {
        std::filesystem::create_directories(file.parent_path());
        download(visit, object, file.string(), force);
        tell(visit, object, file.string());
      } catch (const Failure& failure) {
        visit.console().error(failure.what(), failure.hint);
        status = failed;
      }
    }
  }
  return status;
}

}  // namespace

Command get_command() {
  auto options = std::make_shared<Get>();
  return visitor(
      {"get", "download objects",
       "Examples:\n"
       "  stuntcam get ptpip:192.168.1.1 DCIM/100NCD53/DSC_0001.JPG\n"
       "  stuntcam get ptpip:192.168.1.1 0x00010003 -o first.jpg\n"
       "  stuntcam get ptpip:192.168.1.1 '*.NEF' -o raws/\n\n"
       "A file appears under its name when it is whole; it keeps the camera's date.\n",
       "OBJECT", "OBJECT is a handle (0x…), a path, or a pattern such as '*.JPG'"},
      [options](Visit& visit) { return get(visit, *options); },
      [options](Options& declared) {
        declared.option("-o,--output", "FILE|DIR|-", text(options->output), "where to; - is stdout");
        declared.flag("--force", [options] { options->force = true; }, "replace files that exist");
      });
}

Command get_all_command() {
  auto force = std::make_shared<bool>(false);
  return visitor(
      {"get-all", "download everything, folders and all",
       "Examples:\n"
       "  stuntcam get-all ptpip:192.168.1.1 pictures\n\n"
       "What is already there with the same size is not fetched again.\n",
       "DIR", ""},
      [force](Visit& visit) { return get_all(visit, *force); },
      [force](Options& declared) { declared.flag("--force", [force] { *force = true; }, "replace files that exist"); });
}

}  // namespace stuntcam::cli
