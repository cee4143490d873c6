#include "bench/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "bench/options.h"

namespace stuntcam::bench {
namespace {

// What follows the key and its colon on the first such line of a file.
std::string value_of(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(':');
    if (!line.starts_with(key) || colon == std::string::npos) continue;
    const auto begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "unknown";
}

// Of the mount that is the longest beginning of this path.
std::string file_system_of(const std::string& path) {
  std::ifstream mounts("/proc/self/mounts");
  std::string best = "unknown";
  std::size_t longest = 0;
  for (std::string device, where, type, rest; mounts >> device >> where >> type && std::getline(mounts, rest);) {
    const bool below = path == where || where == "/" || path.starts_with(where + "/");
    if (!below || where.size() < longest) continue;
    longest = where.size();
    best = type;
  }
  return best;
}

void each_task(const std::function<void(pid_t, const Task&)>& what) {
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", gone)) {
    const auto name = entry.path().filename().string();
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc{}) continue;
    std::ifstream file(entry.path() / "stat");
    std::string line;
    if (!std::getline(file, line)) continue;  // it has ended meanwhile
    if (const auto task = parse_task(line)) what(pid, *task);
  }
}

double stolen_ticks() {
  std::ifstream stat("/proc/stat");
  std::string name;
  double value = 0;
  stat >> name;
  for (int field = 0; field < 8; ++field) stat >> value;  // user nice system idle iowait irq softirq steal
  return stat ? value : 0;
}

}  // namespace

Json machine() {
  utsname names{};
  ::uname(&names);
  const double pages = static_cast<double>(::sysconf(_SC_PHYS_PAGES));
  const double memory = pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / gib;
  return {{"model", value_of("/proc/cpuinfo", "model name")},
          {"processors", std::thread::hardware_concurrency()},
          {"memory_gib", memory},
          {"kernel", std::string(names.sysname) + " " + names.release},
          {"file_system", file_system_of(std::filesystem::temp_directory_path().string())}};
}

std::optional<Task> parse_task(const std::string& line) {
  const auto name_end = line.rfind(')');  // a name may have blanks and brackets in it
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  Task task;
  std::string ignored;
  fields >> ignored >> task.parent >> task.group;
  for (int field = 6; field < 14; ++field) fields >> ignored;
  for (int field = 0; field < 4; ++field) {  // user and system time, its own and its children's
    double ticks = 0;
    fields >> ticks;
    task.ticks += ticks;
  }
  if (!fields) return std::nullopt;
  return task;
}

double taken_by_others() {
  double ticks = stolen_ticks();
  const pid_t ours = ::getpgrp();
  each_task([&](pid_t, const Task& task) {
    if (task.group != ours && task.group != 0) ticks += task.ticks;
  });
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::optional<pid_t> child_of(pid_t parent) {
  std::optional<pid_t> child;
  each_task([&](pid_t pid, const Task& task) {
    if (task.parent == parent && !child) child = pid;
  });
  return child;
}

}  // namespace stuntcam::bench
