#include "pcap/redact.h"

#include <fmt/format.h>

#include <system_error>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/recorded.h"
#include "ptp/json.h"

namespace stuntcam::cli {
namespace {

struct Redact {
  ConsoleOptions console;
  std::string in, out;
  std::optional<u64> port;
  bool keep_unknown = false, json = false;
};

void print_text(const pcap::Redaction& done) {
  for (const auto& [kind, count] : done.replaced)
    fmt::print("replaced {}: {} different, in {} places\n", kind, count.values, count.places);
  for (const auto& [operation, bytes] : done.blanked) fmt::print("blanked data of {}: {} bytes\n", operation, bytes);
  fmt::print("blanked packets: {} of {}\n", done.blanked_frames, done.frames);
}

void print_json(const pcap::Redaction& done) {
  ptp::Json replaced = ptp::Json::object(), blanked = ptp::Json::object();
  for (const auto& [kind, count] : done.replaced) replaced[kind] = {{"values", count.values}, {"places", count.places}};
  for (const auto& [operation, bytes] : done.blanked) blanked[operation] = bytes;
  const ptp::Json line = {{"type", "redaction"},
                          {"replaced", replaced},
                          {"blanked", blanked},
                          {"frames", done.frames},
                          {"blanked_frames", done.blanked_frames}};
  fmt::print("{}\n", line.dump());
}

int redact(const Redact& options) {
  pcap::RedactOptions how;
  if (options.port) how.trace.port = static_cast<u16>(*options.port);
  how.keep_unknown = options.keep_unknown;
  if (options.out == "-") throw Failure(usage, "OUT is a file: what changed is listed on standard output");
  keep_capture(options.in, options.out);
  try {
    const auto done = pcap::redact(options.in, options.out, how);
    if (options.json)
      print_json(done);
    else
      print_text(done);
    if (done.frames > done.blanked_frames) return success;
  } catch (const std::exception& error) {
    throw Failure(unavailable, error.what());
  }
  options.console.console().error(fmt::format("{}: no conversation with a camera in it", options.in),
                                  options.port ? "" : "is it on another port? say --port");
  return failed;
}

}  // namespace

Command redact_command() {
  auto options = std::make_shared<Redact>();
  return {"redact",
          "make a copy of a capture that can be shared",
          "GUIDs, names, serial numbers, text of properties, labels and pictures are replaced, the same by the same;\n"
          "whatever is not understood is blanked. What changed is listed: docs/redact.md.\n\n"
          "Examples:\n"
          "  stuntcam redact trace.pcapng shared.pcapng\n"
          "  stuntcam redact gphoto2.log shared.log            (what `gphoto2 --debug` wrote)\n\n"
          "Exit status: 0 success, 1 no camera in it, 2 wrong usage, 3 cannot open or write.\n",
          "",
          [options](Options& declared) {
            declared.positional("FILE", options->in, "pcap, pcapng or a debug log, also compressed by gzip");
            declared.positional("OUT", options->out, "the copy: pcapng, or a log");
            declared.flag(
                "--keep-unknown", [options] { options->keep_unknown = true; },
                "keep data that is not understood, but for text and pictures in it. It may hold positions");
            declared.option("--port", "PORT", number(options->port, 1, 65535), "the cameras' port");
            declare(declared, options->console);
            declared.flag("--json", [options] { options->json = true; }, "what changed as one JSON object");
          },
          [options](const std::vector<std::string>&) { return redact(*options); }};
}

}  // namespace stuntcam::cli
