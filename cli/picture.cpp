#include "cli/picture.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>

#include "cli/failure.h"

namespace stuntcam::cli {
namespace {

// A program instead of its library: that one would load two dozen others whenever stuntcam starts.
constexpr const char* converter = "rsvg-convert";

bool in_path(const std::string& program) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (::access((folder + "/" + program).c_str(), X_OK) == 0) return true;
  return false;
}

void write_file(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  if (!file.flush()) throw Failure(unavailable, fmt::format("cannot write {}", path));
}

void convert(const std::string& svg, const std::string& png) {
  std::string program = converter, option = "-o", to = png, from = svg;
  char* arguments[] = {program.data(), option.data(), to.data(), from.data(), nullptr};
  pid_t process = -1;
  int status = -1;
  if (::posix_spawnp(&process, converter, nullptr, nullptr, arguments, environ) != 0 ||
      ::waitpid(process, &status, 0) != process || status != 0)
    throw Failure(unavailable, fmt::format("{} could not write {}", converter, png));
}

}  // namespace

void check_picture(const std::string& path) {
  if (path.ends_with(".svg")) return;
  if (!path.ends_with(".png"))
    throw Failure(usage, fmt::format("{} is no picture that can be written", path), "FILE.svg or FILE.png");
  if (!in_path(converter))
    throw Failure(unavailable, fmt::format("{} is needed for a PNG and not installed", converter),
                  "it is in Debian's librsvg2-bin; FILE.svg needs nothing");
}

void write_picture(const std::string& path, const std::string& svg) {
  if (path.ends_with(".svg")) return write_file(path, svg);
  const auto temporary = path + ".svg";
  write_file(temporary, svg);
  struct Remove {
    const std::string& path;
    ~Remove() { ::unlink(path.c_str()); }
  } const remove{temporary};
  convert(temporary, path);
}

}  // namespace stuntcam::cli
