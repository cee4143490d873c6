// What machine this is, and what others do on it meanwhile.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "bench/row.h"

namespace stuntcam::bench {

// {"model", "processors", "memory_gib", "kernel", "file_system"}: the latter of the folder for temporary files. No
// names.
Json machine();

// Seconds of processor time that were not ours, since some time: of the programs outside of our process group, and what
// other guests took from this one (`steal`). The kernel's own threads are nobody's: what they do, we may have caused.
double taken_by_others();

// A line of /proc/PID/stat.
struct Task {
  pid_t parent = 0, group = 0;
  double ticks = 0;  // of it and of its children that have gone
};
std::optional<Task> parse_task(const std::string& line);
// The first child of a process.
std::optional<pid_t> child_of(pid_t);

}  // namespace stuntcam::bench
