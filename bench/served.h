// The program under test as a server, in a process of its own.
#pragma once

#include <string>
#include <vector>

#include "bench/options.h"
#include "bench/process.h"

namespace stuntcam::bench {

struct Served {
  Process process;
  std::vector<u16> ports;  // of each camera
  u16 port() const { return ports.front(); }
  std::string target() const { return "ptpip:127.0.0.1:" + std::to_string(port()); }
};

// `stuntcam serve ARGUMENTS` on free ports, once it is ready; pinned to the server's processor, or with all of them.
Served serve(const Options&, std::vector<std::string> arguments, std::size_t cameras = 1, bool pinned = true);
// A command line that ends in such a `serve`.
Served serve(const std::vector<std::string>& command, Start how);
Served serve_folder(const Options&, const std::string& folder, bool writable = false);

}  // namespace stuntcam::bench
