#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <asio/io_context.hpp>

#include "cli/client.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/host.h"
#include "cli/open_files.h"

namespace stuntcam::cli {
namespace {

struct Run {
  HostOptions host;
  ConsoleOptions console;
  std::string camera;
  std::optional<std::chrono::nanoseconds> timeout;
  bool json = false;
  std::string record_on_failure;
};

int run(const Run& options, const std::vector<std::string>& client_arguments) {
  const auto console = options.console.console();
  std::signal(SIGPIPE, SIG_IGN);  // sendfile(2) to a client that left must fail, not end the program
  asio::io_context io{1};
  Client client(io);
  client.open_files = raise_open_files_limit();
  Host host(options.host, console);
  const auto& address = host.ready().front().address;
  const auto arguments = fill_in(client_arguments, address);
  ::setenv("STUNTCAM_TARGET", address.target().c_str(), 1);
  if (const auto& control = host.ready().front().control; !control.empty())
    ::setenv("STUNTCAM_CONTROL", control.c_str(), 1);
  host.start();
  host.announce(options.json);
  const int status = client.run(arguments, options.timeout);
  if (!client.problem().empty()) console.error(client.problem());
  if (client.took_too_long()) console.warn(fmt::format("{} took too long and was ended", arguments[0]));
  host.stop();
  const int outcome = status == success && host.differed() ? failed : status;
  if (!options.record_on_failure.empty() && outcome == success) std::filesystem::remove(options.record_on_failure);
  return outcome;
}

// The client's status is what counts here, so all that is wrong with us has a status of its own.
int guarded(Run& options, const std::vector<std::string>& client_arguments) {
  options.host.cameras = {options.camera};
  if (!options.host.port) options.host.port = 0;
  if (!options.record_on_failure.empty()) {
    if (!options.host.record.path.empty()) throw Failure(usage, "--record and --record-on-failure exclude each other");
    if (options.record_on_failure == "-") throw Failure(usage, "--record-on-failure needs a file that can be removed");
    options.host.record.path = options.record_on_failure;
  }
  try {
    return run(options, client_arguments);
  } catch (const Failure& failure) {
    throw Failure(own_failure, failure.what(), failure.hint);
  } catch (const std::exception& error) {
    throw Failure(own_failure, error.what());
  }
}

}  // namespace

Command run_command() {
  auto options = std::make_shared<Run>();
  return {"run",
          "be a fresh camera for one client, exit with its status",
          "In the client's arguments are filled in: {host} {port} {event_port} {liveview_port} {target}\n"
          "(ptpip:HOST:PORT:PORT) and {gphoto2} (the right --port and --camera). The client also finds the\n"
          "target in STUNTCAM_TARGET.\n\n"
          "Examples:\n"
          "  stuntcam run nikon-d5300 -- gphoto2 {gphoto2} --list-files\n"
          "  stuntcam run nikon-d5300 --media shots --timeout 30s -- ./my-client {host} {port}\n"
          "  stuntcam run trace.pcapng --match strict -- gphoto2 {gphoto2} --list-files\n"
          "  stuntcam run nikon-d5300 --transcript talk.jsonl -- sh -c 'gphoto2 {gphoto2} --summary | less'\n\n"
          "Exit status: the client's, or 1 if it departed from a capture under --match strict; 124 after\n"
          "--timeout, 125 we failed, 126 and 127 the client cannot be started, 128+n it was killed by\n"
          "signal n, 130 or 143 when run itself was interrupted.\n",
          "CLIENT ARGS",
          [options](Options& declared) {
            declared.positional("CAMERA", options->camera,
                                "a profile: a name (`stuntcam cameras`) or a .toml file; a capture, replayed; or a "
                                "real camera: usb:, ptpip:HOST");
            declared.section("The client");
            declared.option("--timeout", "D", duration(options->timeout), "end the client after this long: 30s, 2m");
            declare(declared, options->host);
            declared.option("--record-on-failure", "FILE.pcapng", text(options->record_on_failure),
                            "as --record; the file stays only if the client fails");
            declare(declared, options->console);
            declared.flag(
                "--json", [options] { options->json = options->host.json = true; },
                "print the ready line, and the report of a replayed capture, on stdout as well");
          },
          [options](const std::vector<std::string>& client) { return guarded(*options, client); }};
}

}  // namespace stuntcam::cli
