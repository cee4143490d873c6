#include "bench/served.h"

#include <stdexcept>

#include <nlohmann/json.hpp>

namespace stuntcam::bench {

Served serve(const std::vector<std::string>& command, Start how) {
  auto process = Process::start(command, how);
  std::vector<u16> ports;
  for (const auto& line : process.lines()) {
    const auto ready = nlohmann::json::parse(line, nullptr, false);
    if (ready.is_object() && ready.contains("port")) ports.push_back(ready["port"].get<u16>());
  }
  if (ports.size() != how.lines) throw std::runtime_error("the server did not get ready");
  return {std::move(process), std::move(ports)};
}

Served serve(const Options& options, std::vector<std::string> arguments, std::size_t cameras, bool pinned) {
  arguments.insert(arguments.begin(), {options.stuntcam, "serve"});
  arguments.insert(arguments.end(), {"--port", "0", "--quiet"});
  if (cameras > 1) arguments.insert(arguments.end(), {"--count", std::to_string(cameras)});
  return serve(arguments, {.lines = cameras, .pinned = pinned});
}

Served serve_folder(const Options& options, const std::string& folder, bool writable) {
  std::vector<std::string> arguments = {"generic", "--media", folder};
  if (writable) arguments.emplace_back("--writable");
  return serve(options, std::move(arguments));
}

}  // namespace stuntcam::bench
