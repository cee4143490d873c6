#include "pcap/decode.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <system_error>

#include "cli/commands.h"
#include "cli/failure.h"
#include "pcap/survey.h"

namespace stuntcam::cli {
namespace {

using ptp::Json;

struct Decode {
  ConsoleOptions console;
  std::vector<std::string> files;
  std::optional<u64> port, session;
  std::string vendor, objects, filter, interface;
  bool json = false, follow = false, list = false, summary = false;
  bool streams() const { return follow || !interface.empty() || (!files.empty() && files[0] == "-"); }
};

// Names come from the wire, and may be no UTF-8.
std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

volatile std::sig_atomic_t interrupted = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): a signal's

pcap::DecodeOptions decode_options(const Decode& options) {
  pcap::DecodeOptions decode;
  if (options.port) decode.port = static_cast<u16>(*options.port);
  if (!options.vendor.empty()) {
    const auto vendor = ptp::vendor(options.vendor);
    if (!vendor) throw Failure(usage, fmt::format("unknown vendor '{}'", options.vendor));
    decode.vendor = *vendor;
  }
  if (!options.objects.empty()) decode.objects = std::make_shared<const pcap::ObjectFiles>(options.objects);
  decode.filter = options.filter;
  decode.interface = options.interface;
  decode.follow = options.follow;
  decode.session = options.session;
  decode.stop = [] { return interrupted != 0; };
  return decode;
}

// The lines of a trace for people. What is wrong with it comes first, so all else waits for the end, in a file.
class Page {
 public:
  explicit Page(bool streams) : rest_(streams ? nullptr : std::tmpfile()) {}
  ~Page() {
    if (rest_) std::fclose(rest_);
  }
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  void wrong(const std::string& line) {
    if (++problems_ <= most) head_ += line + '\n';
    print(line);
  }
  void print(const std::string& line) {
    fmt::print(rest_ ? rest_ : stdout, "{}\n", line);
    if (!rest_) std::fflush(stdout);
  }
  void finish() {
    if (!rest_) return;
    if (problems_ > 0) fmt::print("{} in this trace:\n{}", problems_ == 1 ? "A problem" : "Problems", head_);
    if (problems_ > most) fmt::print("{:>11}              and {} more, where they are\n", "", problems_ - most);
    if (problems_ > 0) fmt::print("\n");
    std::fseek(rest_, 0, SEEK_SET);
    char buffer[65536];
    for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, rest_)) > 0;)
      std::fwrite(buffer, 1, got, stdout);
  }

 private:
  static constexpr u64 most = 20;
  std::FILE* rest_;
  std::string head_;
  u64 problems_ = 0;
};

void print_data(const Json& record, Page& page) {
  if (!record.contains("data")) return;
  for (const auto* field : {"dataset", "bytes", "problem"})
    if (record["data"].contains(field)) page.print(fmt::format("{:>28}{}: {}", "", field, dump(record["data"][field])));
}

void print_survey(const std::vector<Json>& records, bool json, const char* title = nullptr) {
  if (!json && title && !records.empty()) fmt::print("\n{}\n", title);
  for (const auto& record : records) fmt::print("{}\n", json ? dump(record) : pcap::survey_line(record));
}

int decode(const Decode& options) {
  if (options.files.size() != (options.interface.empty() ? 1u : 0u))
    throw Failure(usage, "say a FILE, or an interface by -i");
  const auto console = options.console.console();
  const std::string source = options.interface.empty() ? options.files[0] : options.interface;
  Page page(options.streams());
  const bool quiet = options.list || options.summary;
  const bool verbose = console.verbosity() >= Verbosity::verbose;
  const auto tell = [&](const Json& record) {
    const bool wrong = record["type"] == "warning" || record["type"] == "gap";
    if (options.json) {
      if (quiet && !wrong) return;
      fmt::print("{}\n", dump(record));
      if (options.streams()) std::fflush(stdout);
    } else if (wrong) {
      page.wrong(pcap::plain(record));
    } else if (!quiet) {
      page.print(pcap::plain(record));
      if (verbose) print_data(record, page);
    }
  };
  auto decode = decode_options(options);
  pcap::Survey survey(options.session);
  if (quiet) decode.also = &survey;
  std::size_t found = 0;
  try {
    if (options.follow || !options.interface.empty()) {
      std::signal(SIGINT, [](int) { interrupted = 1; });
      std::signal(SIGTERM, [](int) { interrupted = 1; });
    }
    found = pcap::decode(source, decode, tell);
  } catch (const Failure&) {
    throw;
  } catch (const std::invalid_argument& error) {
    throw Failure(usage, error.what());
  } catch (const std::exception& error) {
    throw Failure(unavailable, error.what());
  }
  if (!options.json) page.finish();
  if (quiet) print_survey(survey.sessions(), options.json);
  if (options.summary) {
    print_survey(survey.operations(), options.json,
                 "  count  failed    total ms     mean ms  longest ms         bytes      MB/s  operation");
    print_survey(survey.quirks(), options.json, "");
  }
  if (found > 0) return success;
  console.error(fmt::format("{}: no conversation with a camera in it", source),
                options.port ? "" : "on other ports than the usual it is found by its first packet; or say --port");
  return failed;
}

void declare_decode(Options& declared, Decode& options) {
  declared.arguments("FILE", options.files,
                     "pcap, pcapng or what `gphoto2 --debug` wrote, also compressed by gzip; - is standard input");
  declared.option("-i,--interface", "NAME", text(options.interface),
                  "instead of FILE: a network interface, or usbmon and the number of a USB bus");
  declared.flag("--follow", [&] { options.follow = true; }, "go on as FILE grows, until interrupted");
  declared.option("--filter", "EXPRESSION", text(options.filter),
                  "read only what passes, as in tcpdump: 'host 192.168.1.1 and not port 80'");
  declared.flag("--list", [&] { options.list = true; }, "only the sessions that are in it");
  declared.option("--session", "N", number(options.session, 1), "only this one of them");
  declared.flag(
      "--summary", [&] { options.summary = true; },
      "instead of transactions: operations by count and time, throughput, quirks");
  declared.option("--port", "PORT", number(options.port, 1, 65535),
                  "the cameras' port; without: 15740, 55740, and whatever begins as PTP/IP does");
  declared.option("--vendor", "NAME", text(options.vendor),
                  "whose codes they are, until a DeviceInfo says it; as `vendor` in a profile");
  declared.option("--objects", "DIR", text(options.objects),
                  "save the files that GetObject and SendObject transferred");
  declare(declared, options.console);
  declared.flag("--json", [&] { options.json = true; }, "one JSON object a line (docs/decode.md)");
}

}  // namespace

Command decode_command() {
  auto options = std::make_shared<Decode>();
  return {"decode",
          "explain a capture: one transaction a line",
          "Examples:\n"
          "  stuntcam decode trace.pcapng          (with -v: the data sets as well)\n"
          "  stuntcam decode trace.pcapng --list\n"
          "  stuntcam decode trace.pcapng --session 2 --summary\n"
          "  stuntcam decode trace.pcap.gz --json | jq -c 'select(.type==\"transaction\") | .operation.name'\n"
          "  stuntcam decode trace.pcapng --objects pictures\n"
          "  stuntcam decode -i wlan0              (needs privileges; or tcpdump -U -w - … | stuntcam decode -)\n"
          "  stuntcam decode -i usbmon1\n\n"
          "docs/decode.md has the fields of --json.\n"
          "Exit status: 0 something was found, 1 no camera in it, 2 wrong usage, 3 cannot open or no capture.\n",
          "",
          [options](Options& declared) { declare_decode(declared, *options); },
          [options](const std::vector<std::string>&) { return decode(*options); }};
}

}  // namespace stuntcam::cli
