#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/objects.h"
#include "ptp/text.h"

namespace stuntcam::cli {
namespace {

std::string size_text(const Object& object) {
  if (object.folder()) return "-";
  return object.size ? fmt::format("{}", *object.size) : "?";
}

void print_tree(const Object& object) {
  const auto depth = static_cast<std::size_t>(std::ranges::count(object.path, '/'));
  const auto name = object.path.substr(object.path.rfind('/') + 1);
  fmt::print("{:{}}{}{}  0x{:08X}\n", "", depth * 2, name, object.folder() ? "/" : "", object.handle);
}

void print_long(const Object& object) {
  const auto& date = object.info.capture_date.empty() ? object.info.modification_date : object.info.capture_date;
  fmt::print("0x{:08X}  {:>12}  {:<15}  {}{}\n", object.handle, size_text(object), ptp::printable(date), object.path,
             object.folder() ? "/" : "");
}

bool within(const std::string& path, const std::string& folder) {
  return folder.empty() || path == folder || path.starts_with(folder + "/");
}

int ls(Visit& visit, bool tree) {
  visit.at_most(1);
  const auto place = parse_place(visit, visit.words().empty() ? "" : visit.words()[0]);
  bool any = place.path.empty();
  for (const auto& object : list_objects(visit, place.storage)) {
    if (!within(object.path, place.path)) continue;
    any = true;
    if (visit.json())
      print_line(object_json(object));
    else if (tree)
      print_tree(object);
    else
      print_long(object);
  }
  if (!any) throw Failure(failed, fmt::format("the camera has no '{}'", place.path));
  return success;
}

}  // namespace

Command ls_command() {
  auto tree = std::make_shared<bool>(false);
  return visitor(
      {"ls", "list the objects on a camera",
       "Examples:\n"
       "  stuntcam ls ptpip:192.168.1.1\n"
       "  stuntcam ls ptpip:192.168.1.1 DCIM/100NCD53 --json\n"
       "  stuntcam ls ptpip:192.168.1.1 2:            # the second store\n",
       "[PATH]", "PATH is [STORE:]FOLDER, of the first store by default"},
      [tree](Visit& visit) { return ls(visit, *tree); },
      [tree](Options& options) { options.flag("--tree", [tree] { *tree = true; }, "as a tree"); });
}

}  // namespace stuntcam::cli
