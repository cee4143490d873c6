// From the installed libraries: serves a camera, asks it what it is, and reads that conversation out of its recording.
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <thread>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include "emulator/camera.h"
#include "initiator/blocking.h"
#include "pcap/decode.h"
#include "pcap/recorder.h"
#include "profiles/load.h"
#include "transport/observer.h"
#include "transport/real_clock.h"
#include "transport/server.h"

using namespace stuntcam;

namespace {

std::string ask(u16 port) {
  initiator::Camera camera("127.0.0.1", port);
  return camera.run(camera.session().device_info()).model;
}

}  // namespace

int main(int, char** arguments) {
  const char* const path = arguments[1];
  auto profile = profiles::load("nikon-d5300");
  if (!profile) {
    std::printf("%s\n", profile.error().front().to_string().c_str());
    return 1;
  }
  try {
    asio::io_context io(1);
    transport::RealClock clock(io);
    emulator::Camera camera(*std::move(profile), {}, clock);
    auto file = std::make_shared<pcap::RecordingFile>(path);
    transport::ServerOptions options;
    options.wrap = [file](std::unique_ptr<transport::Link> link, u64 number) {
      auto recorder = pcap::make_recorder(file, {number, link->peer(), link->local()});
      return transport::make_tap(std::move(link), std::move(recorder));
    };
    transport::Server server(io, camera, clock, options);
    const u16 port = server.listen("127.0.0.1", 0).command;
    std::jthread serving([&] { io.run(); });
    std::string model;
    try {
      model = ask(port);
    } catch (const std::exception& problem) {
      std::printf("%s\n", problem.what());
    }
    asio::post(io, [&] { server.stop([] {}); });
    serving.join();

    std::size_t transactions = 0;
    pcap::decode(path, {}, [&](const ptp::Json& record) { transactions += record["type"] == "transaction" ? 1 : 0; });
    std::printf("%s on port %d, %zu transactions\n", model.c_str(), port, transactions);
    return model == "D5300" && transactions > 1 ? 0 : 1;
  } catch (const std::exception& problem) {
    std::printf("%s\n", problem.what());
    return 1;
  }
}
