#include <fmt/format.h>

#include <filesystem>

#include "cli/commands.h"
#include "cli/download.h"
#include "cli/failure.h"
#include "cli/objects.h"

namespace stuntcam::cli {
namespace {

struct Get {
  std::string output;
  bool force = false, resume = false;
};

int get(Visit& visit, const Get& options) {
  const auto objects = find_objects(visit, visit.word(0, "OBJECT"));
  visit.at_most(1);
  if (options.output == "-") {
    if (options.resume) throw Failure(usage, "--resume needs a file");
    for (const auto& object : objects) download_to_stdout(visit, object);
    return success;
  }
  const bool folder = !options.output.empty() && std::filesystem::is_directory(options.output);
  if (objects.size() > 1 && !options.output.empty() && !folder)
    throw Failure(usage, fmt::format("{} objects match, and {} is no folder", objects.size(), options.output));
  FileNames names;
  bool all = true;
  for (const auto& object : objects) {
    const auto name = names.of(object);
    const auto file = options.output.empty() ? name
                      : folder               ? (std::filesystem::path(options.output) / name).string()
                                             : options.output;
    const bool replace = options.force || (!options.output.empty() && !folder);
    all &= visit.attempt(object.path, [&] {
      download(visit, object, file, {.replace = replace, .resume = options.resume});
      tell_file(visit, object, file);
    });
  }
  return all ? success : failed;
}

}  // namespace

Command get_command() {
  auto options = std::make_shared<Get>();
  return visitor(
      {"get", "download objects",
       "Examples:\n"
       "  stuntcam get ptpip:192.168.1.1 DCIM/100NCD53/DSC_0001.JPG\n"
       "  stuntcam get ptpip:192.168.1.1 0x00010003 -o first.jpg\n"
       "  stuntcam get ptpip:192.168.1.1 '*.NEF' -o raws/\n"
       "  stuntcam get ptpip:192.168.1.1 DSC_0009.MOV --resume\n\n"
       "A file appears under its name when it is whole; it keeps the camera's date. With --resume, what was fetched\n"
       "before the connection broke stays in FILE.part, and the next time only the rest is fetched.\n",
       "OBJECT", "OBJECT is a handle (0x…), a path, or a pattern such as '*.JPG'"},
      [options](Visit& visit) { return get(visit, *options); },
      [options](Options& declared) {
        declared.option("-o,--output", "FILE|DIR|-", text(options->output), "where to; - is stdout");
        declared.flag("--force", [options] { options->force = true; }, "replace files that exist");
        declared.flag("--resume", [options] { options->resume = true; }, "continue where an earlier download ended");
      });
}

}  // namespace stuntcam::cli
