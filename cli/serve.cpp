#include <fmt/format.h>

#include <csignal>

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/host.h"
#include "cli/open_files.h"

namespace stuntcam::cli {
namespace {

struct Serve {
  HostOptions host;
  ConsoleOptions console;
};

void explain(const Host& host, const Console& console) {
  const auto& first = host.ready().front().address;
  if (host.ready().size() == 1)
    console.say(fmt::format("{} is ready on {} port {}. In another terminal:", first.camera, first.host, first.port));
  else
    console.say(fmt::format("{} cameras are ready. To talk to the first, in another terminal:", host.ready().size()));
  console.say(fmt::format("  gphoto2 --port ptpip:{}:{}:{} --camera '{}' --summary\nCtrl-C ends it.", first.host,
                          first.port, first.event_port, first.dialect->gphoto2_camera));
}

int serve(const Serve& options) {
  const auto console = options.console.console();
  std::signal(SIGPIPE, SIG_IGN);  // sendfile(2) to a client that left must fail, not end the program
  raise_open_files_limit();
  asio::io_context io{1};
  asio::signal_set signals(io, SIGINT, SIGTERM, SIGHUP);
  Host host(options.host, console);
  host.start();
  host.announce(true);
  explain(host, console);
  signals.async_wait([](std::error_code, int) {});
  io.run();
  signals.clear();  // a second Ctrl-C ends the program at once
  host.stop();
  return host.differed() ? failed : success;
}

}  // namespace

Command serve_command() {
  auto options = std::make_shared<Serve>();
  return {"serve",
          "be cameras until interrupted",
          "Examples:\n"
          "  stuntcam serve nikon-d5300\n"
          "  stuntcam serve nikon-d5300 --media ~/Pictures --port 0\n"
          "  stuntcam serve my.toml --set ExposureIndex=400 --transcript talk.jsonl\n"
          "  stuntcam serve trace.pcapng --match strict --timing none\n"
          "  stuntcam serve usb: --record talk.pcapng             a real camera, passed through\n"
          "  stuntcam serve ptpip:192.168.1.1 --port 15741        one on the network\n"
          "  stuntcam serve nikon-d5300 --usbip                    then, as root: usbip attach -r 127.0.0.1 -b 1-1\n"
          "  stuntcam serve nikon-d5300 --count 50 --port 0 --ready-file ready\n\n"
          "When every port is bound, one line a camera appears on stdout:\n"
          R"(  {"event":"ready","camera":"nikon-d5300","host":"127.0.0.1","port":43121,"event_port":43121,)"
          "\n"
          R"(   "target":"ptpip:127.0.0.1:43121:43121",…})"
          "\n"
          "Exit status: 0 ended by Ctrl-C or TERM, 1 a client departed from a capture under --match strict,\n"
          "2 wrong usage or profile, 3 cannot bind or open.\n",
          "",
          [options](Options& declared) {
            declared.positionals("CAMERA", options->host.cameras,
                                 "profiles: a name (`stuntcam cameras`) or a .toml file; captures, replayed; or a real "
                                 "camera: usb:, usb:VID:PID, usb:BUS,DEV, ptpip:HOST[:PORT[:EVENT_PORT]]");
            declare(declared, options->host);
            declare(declared, options->console);
            declared.flag(
                "--json", [options] { options->host.json = true; },
                "the report of a replayed capture goes to stdout, as one line more");
          },
          [options](std::vector<std::string>) { return serve(*options); }};
}

}  // namespace stuntcam::cli
