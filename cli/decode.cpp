#include "pcap/decode.h"

#include <fmt/format.h>

#include <system_error>

#include "cli/commands.h"
#include "cli/failure.h"

namespace stuntcam::cli {
namespace {

struct Decode {
  ConsoleOptions console;
  std::string file;
  std::optional<u64> port;
  std::string vendor, objects;
  bool json = false;
};

pcap::DecodeOptions decode_options(const Decode& options) {
  pcap::DecodeOptions decode;
  if (options.port) decode.port = static_cast<u16>(*options.port);
  if (!options.vendor.empty()) {
    const auto vendor = ptp::vendor(options.vendor);
    if (!vendor) throw Failure(usage, fmt::format("unknown vendor '{}'", options.vendor));
    decode.vendor = *vendor;
  }
  if (!options.objects.empty()) decode.objects = std::make_shared<const pcap::ObjectFiles>(options.objects);
  return decode;
}

int decode(const Decode& options) {
  const auto console = options.console.console();
  const auto tell = [&](const ptp::Json& record) {
    // Names come from the wire, and may be no UTF-8.
    const auto dump = [](const ptp::Json& json) {
      return json.dump(-1, ' ', false, ptp::Json::error_handler_t::replace);
    };
    fmt::print("{}\n", options.json ? dump(record) : pcap::plain(record));
    if (options.json || console.verbosity() < Verbosity::verbose || !record.contains("data")) return;
    for (const auto* field : {"dataset", "bytes", "problem"})
      if (record["data"].contains(field)) fmt::print("{:>28}{}: {}\n", "", field, dump(record["data"][field]));
  };
  try {
    const auto found = pcap::decode(options.file, decode_options(options), tell);
    if (found > 0) return success;
  } catch (const Failure&) {
    throw;
  } catch (const std::exception& error) {
    throw Failure(unavailable, error.what());
  }
  console.error(fmt::format("{}: no PTP/IP in it", options.file),
                options.port ? "" : "on another port than 15740 it is found by its first packet; or say --port");
  return failed;
}

}  // namespace

Command decode_command() {
  auto options = std::make_shared<Decode>();
  return {"decode",
          "explain a capture: one transaction a line",
          "Examples:\n"
          "  stuntcam decode trace.pcapng          (with -v: the data sets as well)\n"
          "  stuntcam decode trace.pcap.gz --json | jq -c 'select(.type==\"transaction\") | .operation.name'\n"
          "  stuntcam decode trace.pcapng --objects pictures\n"
          "  tcpdump -i eth0 -U -w - tcp port 15740 | stuntcam decode -\n\n"
          "docs/decode.md has the fields of --json.\n"
          "Exit status: 0 something was found, 1 no PTP/IP in it, 2 wrong usage, 3 cannot open or no capture.\n",
          "",
          [options](Options& declared) {
            declared.positional("FILE", options->file, "pcap or pcapng, also compressed by gzip; - is standard input");
            declared.option("--port", "PORT", number(options->port, 1, 65535),
                            "the cameras' port; without: 15740, and whatever begins as PTP/IP does");
            declared.option("--vendor", "NAME", text(options->vendor),
                            "whose codes they are, until a DeviceInfo says it; as `vendor` in a profile");
            declared.option("--objects", "DIR", text(options->objects),
                            "save the files that GetObject and SendObject transferred");
            declare(declared, options->console);
            declared.flag("--json", [options] { options->json = true; }, "one JSON object a line (docs/decode.md)");
          },
          [options](const std::vector<std::string>&) { return decode(*options); }};
}

}  // namespace stuntcam::cli
