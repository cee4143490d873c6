// Serves a camera from the installed libraries, and stops it again.
#include <cstdio>

#include <asio/io_context.hpp>

#include "emulator/camera.h"
#include "profiles/load.h"
#include "ptp/codes.h"
#include "transport/real_clock.h"
#include "transport/server.h"

int main() {
  auto profile = stuntcam::profiles::load("nikon-d5300");
  if (!profile) {
    std::printf("%s\n", profile.error().front().to_string().c_str());
    return 1;
  }
  asio::io_context io(1);
  stuntcam::transport::RealClock clock(io);
  stuntcam::emulator::Camera camera(*std::move(profile), {}, clock);
  stuntcam::transport::Server server(io, camera, clock, {});
  const auto port = server.listen("127.0.0.1", 0).command;
  bool stopped = false;
  server.stop([&] { stopped = true; });
  io.run_for(std::chrono::seconds(10));
  const auto info = camera.device_info();
  std::printf("%s on port %d, %zu operations, the first is %s\n", info.model.c_str(), port,
              info.operations_supported.size(),
              to_string(static_cast<stuntcam::ptp::OperationCode>(info.operations_supported.at(0))).c_str());
  return stopped && info.model == "D5300" ? 0 : 1;
}
