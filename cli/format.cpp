#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/objects.h"

namespace stuntcam::cli {
namespace {

bool agreed(const std::string& question) {
  fmt::print(stderr, "{} [y/N] ", question);
  const int answer = std::getchar();
  return answer == 'y' || answer == 'Y';
}

int format(Visit& visit, bool yes) {
  visit.at_most(1);
  const auto place = parse_place(visit, visit.words().empty() ? "" : visit.words()[0]);
  if (!place.path.empty()) throw Failure(usage, fmt::format("'{}' is no store; write 1: or 0x00010001:", place.path));
  if (!yes && !visit.contact().attended)
    throw Failure(usage, "format deletes everything on the store", "--yes says that you mean it");
  if (!yes && !agreed(fmt::format("Delete everything on store 0x{:08X}?", place.storage))) return failed;
  visit.run(visit.session().format_store(place.storage));
  return success;
}

}  // namespace

Command format_command() {
  auto yes = std::make_shared<bool>(false);
  return visitor(
      {"format", "delete everything on a store",
       "Examples:\n"
       "  stuntcam format ptpip:192.168.1.1\n"
       "  stuntcam format ptpip:192.168.1.1 2: --yes\n",
       "[STORE:]", "STORE is an id or counts from 1; the first by default"},
      [yes](Visit& visit) { return format(visit, *yes); },
      [yes](Options& declared) { declared.flag("--yes", [yes] { *yes = true; }, "do not ask"); });
}

}  // namespace stuntcam::cli
