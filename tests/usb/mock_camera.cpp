// One of our own cameras, plugged into a USB bus that exists for one program only: umockdev redirects what libusb asks
// of the kernel to this process. No privileges, no kernel USB.
//
//   umockdev-wrapper mock_camera PROFILE [--media DIR] [--usbmon FILE] [--describe FILE] [--deaf-at CODE]
//   [--memory BYTES] [--vendor-class] [--second] -- PROGRAM ARGS…
//
// From the operation --deaf-at on (hexadecimal) the camera answers nothing any more, on no endpoint. SIGUSR1 unplugs
// the camera, SIGUSR2 plugs it in again. Ends with the program, and with its status.
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <umockdev.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <future>
#include <thread>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>

#include "emulator/camera.h"
#include "profiles/load.h"
#include "tests/usb/mock_bus.h"
#include "transport/real_clock.h"
#include "transport/server.h"

namespace stuntcam::tests {
namespace {

struct Arguments {
  std::string profile, media, usbmon, description, deaf, memory;
  bool vendor_class = false, second = false;
  std::vector<char*> program;
};

Arguments parse(int count, char** words) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word == "--") {
      arguments.program.assign(words + i + 1, words + count);
      break;
    }
    if (word == "--media" && i + 1 < count)
      arguments.media = words[++i];
    else if (word == "--usbmon" && i + 1 < count)
      arguments.usbmon = words[++i];
    else if (word == "--deaf-at" && i + 1 < count)
      arguments.deaf = words[++i];
    else if (word == "--memory" && i + 1 < count)
      arguments.memory = words[++i];
    else if (word == "--vendor-class")
      arguments.vendor_class = true;
    else if (word == "--second")
      arguments.second = true;
    else if (word == "--describe" && i + 1 < count)
      arguments.description = words[++i];
    else
      arguments.profile = word;
  }
  arguments.program.push_back(nullptr);
  return arguments;
}

transport::usb::Description describe(const profiles::Profile& profile, const std::string& serial_number) {
  const auto& from = profile.usb.value();
  transport::usb::Description device;
  device.vendor_id = from.vendor_id;
  device.product_id = from.product_id;
  device.manufacturer = profile.device.manufacturer;
  device.product = profile.device.model;
  device.serial = serial_number;
  using Speed = profiles::Usb::Speed;
  device.speed = from.speed == Speed::super  ? transport::usb::Speed::super
                 : from.speed == Speed::full ? transport::usb::Speed::full
                                             : transport::usb::Speed::high;
  device.interrupt_packet = from.interrupt_packet;
  device.zlp = from.zlp;
  device.split_header = from.split_header;
  device.stall_unsupported = from.stall_unsupported;
  device.reset_keeps_session = from.reset_keeps_session;
  using Status = profiles::Usb::Status;
  device.status = from.status == Status::empty   ? transport::usb::StatusAnswer::empty
                  : from.status == Status::stall ? transport::usb::StatusAnswer::stall
                  : from.status == Status::busy  ? transport::usb::StatusAnswer::busy
                                                 : transport::usb::StatusAnswer::ok;
  return device;
}

// Does what it is told on the loop, while umockdev's own thread waits.
class Loop {
 public:
  explicit Loop(asio::io_context& io) : io_(io) {}
  void run(const std::function<void()>& what) {
    std::promise<void> done;
    asio::post(io_, [&] {
      what();
      done.set_value();
    });
    done.get_future().wait();
  }

 private:
  asio::io_context& io_;
};

int main_of(const Arguments& arguments) {
  auto profile = profiles::load(arguments.profile);
  if (!profile || !profile->usb || arguments.program.front() == nullptr) {
    fmt::print(stderr,
               "usage: mock_camera PROFILE [--media DIR] [--usbmon FILE] [--describe FILE] [--deaf-at CODE] "
               "[--memory BYTES] [--vendor-class] [--second] -- PROGRAM ARGS…\n");
    return 2;
  }
  asio::io_context io;
  transport::RealClock clock(io);
  emulator::CameraOptions options;
  options.media = arguments.media;
  options.push_events = true;
  emulator::Camera camera(*profile, options, clock);
  transport::ServerOptions server_options;
  server_options.log = [](const std::string& line) { fmt::print(stderr, "mock: {}\n", line); };
  transport::Server server(io, camera, clock, server_options);
  Loop loop(io);
  MockBus bus([&loop](const std::function<void()>& what) { loop.run(what); });
  if (!arguments.usbmon.empty()) bus.record(arguments.usbmon);
  if (!arguments.deaf.empty()) bus.deafen_at(static_cast<u16>(std::stoul(arguments.deaf, nullptr, 16)));
  if (!arguments.memory.empty()) bus.limit_memory(std::stoull(arguments.memory));
  if (arguments.vendor_class) bus.hide_class();
  if (arguments.second) bus.add_a_second();
  const auto plug_in = [&] {
    bus.plug_in(std::make_unique<transport::usb::VirtualDevice>(
        io, describe(*profile, camera.serial_number()),
        [&server](std::unique_ptr<transport::Link> command, std::unique_ptr<transport::Link> events) {
          return server.attach(std::move(command), std::move(events), ptp::Identity{.guid = {}, .name = "USB host"});
        }));
  };
  plug_in();
  if (!arguments.description.empty()) std::ofstream(arguments.description) << bus.description();

  pid_t child = 0;
  if (::posix_spawnp(&child, arguments.program.front(), nullptr, nullptr, arguments.program.data(), environ) != 0) {
    fmt::print(stderr, "mock_camera: cannot start {}\n", arguments.program.front());
    return 127;
  }
  asio::signal_set signals(io, SIGTERM, SIGINT, SIGCHLD);
  signals.add(SIGUSR1);
  signals.add(SIGUSR2);
  std::function<void()> wait = [&] {
    signals.async_wait([&](std::error_code, int signal) {
      int state = 0;
      if (signal == SIGUSR1) bus.plug_out();
      if (signal == SIGUSR2) plug_in();
      if (signal == SIGTERM || signal == SIGINT) ::kill(child, signal);
      if (signal == SIGCHLD && ::waitpid(child, &state, WNOHANG) == child) {
        bus.finish_recording();
        std::fflush(nullptr);
        std::_Exit(WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state));  // umockdev's thread goes with us
      }
      wait();
    });
  };
  wait();
  io.run();
  return 1;
}

}  // namespace
}  // namespace stuntcam::tests

int main(int count, char** words) { return stuntcam::tests::main_of(stuntcam::tests::parse(count, words)); }
