// Our client against the least that any client can do, both with our server: a large object to disk against a bare loop
// of receive and write, one from disk against a bare loop of sendfile, 10,000 objects listed against as many bare
// round trips, and memory. Pairs take turns; the ratios are medians over the pairs.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "bench/client.h"
#include "bench/media.h"
#include "bench/process.h"
#include "bench/statistics.h"

namespace stuntcam::bench {
namespace {

using ptp::OperationCode;
using Json = nlohmann::ordered_json;
using SteadyClock = std::chrono::steady_clock;

constexpr double gib = 1024.0 * 1024 * 1024;

struct Options {
  std::string stuntcam = STUNTCAM_PROGRAM;
  std::string json;  // where results go as well; "" = nowhere
  int pairs = 5;
  u64 object = u64{2} << 30;
  u64 small_object = 8u << 10, large_object = u64{8} << 30;
  u32 listed = 10000;
};

template <class Work>
double seconds(Work work) {
  const auto begin = SteadyClock::now();
  work();
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

struct Served {
  Process process;
  u16 port;
  std::string target() const { return fmt::format("ptpip:127.0.0.1:{}", port); }
};

Served serve(const Options& options, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {options.stuntcam, "serve"});
  arguments.insert(arguments.end(), {"--port", "0", "--quiet"});
  auto process = Process::start(arguments);
  const auto ready = Json::parse(process.first_line(), nullptr, false);
  if (!ready.is_object() || !ready.contains("port")) throw std::runtime_error("the server did not get ready");
  return {std::move(process), ready["port"].get<u16>()};
}

class Descriptor {
 public:
  Descriptor(const std::string& file, int flags) : fd_(::open(file.c_str(), flags | O_CLOEXEC, 0600)) {
    if (fd_ < 0) throw std::runtime_error("cannot open " + file);
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

void write_all(int fd, View bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written <= 0) throw std::runtime_error("write failed");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

// The times of both, turn by turn; the first pair warms up. `prepare` is not measured.
template <class Prepare, class Ours, class Bare>
Json compare(const Options& options, double amount, const char* unit, Prepare prepare, Ours ours, Bare bare) {
  std::vector<double> our_times, bare_times, ratios;
  for (int pair = -1; pair < options.pairs; ++pair) {
    prepare();
    const double our_time = seconds(ours);
    prepare();
    const double bare_time = seconds(bare);
    if (pair < 0) continue;
    our_times.push_back(our_time);
    bare_times.push_back(bare_time);
    ratios.push_back(our_time / bare_time);
  }
  return {{"unit", unit},
          {"ours", amount / median(our_times)},
          {"bare", amount / median(bare_times)},
          {"seconds", median(our_times)},
          {"ratio", median(ratios)}};
}

Json download(const Options& options) {
  const Media source(options.object), sink(1);
  const auto server = serve(options, {"generic", "--media", source.folder()});
  const auto file = sink.folder() + "/received";
  Client client(server.port);
  const auto handle = client.only_object();
  return compare(
      options, static_cast<double>(options.object) / gib, "GiB/s", [&] { std::filesystem::remove(file); },
      [&] { Process::complete({options.stuntcam, "get", server.target(), "OBJECT.MOV", "-o", file}); },
      [&] {
        const Descriptor out(file, O_WRONLY | O_CREAT | O_EXCL);
        client.stream(OperationCode::GetObject, {handle}, [&](View piece) { write_all(out.get(), piece); });
      });
}

Json upload(const Options& options) {
  const Media source(options.object), card(1);
  const auto server = serve(options, {"generic", "--media", card.folder(), "--writable"});
  const Descriptor file(source.file(), O_RDONLY);
  Client client(server.port);
  const auto clear = [&] { Process::complete({options.stuntcam, "rm", server.target(), "*.MOV", "--quiet"}); };
  int number = 0;
  const auto name = [&] { return fmt::format("UP{}.MOV", ++number); };
  return compare(
      options, static_cast<double>(options.object) / gib, "GiB/s", clear,
      [&] { Process::complete({options.stuntcam, "put", server.target(), source.file()}); },
      [&] { client.upload(name(), file.get(), options.object); });
}

Json listing(const Options& options) {
  const Media folder(1);
  const auto profile = folder.folder() + "/many.toml";
  std::ofstream(profile) << fmt::format(R"(extends = "generic"
[[storage]]
id = 0x00010001
type = "removable-ram"
filesystem = "dcf"
capacity = "64GiB"
[[storage.objects]]
folder = "DCIM/100MANY_"
name = "IMG_%05u.MOV"
count = {}
format = "Undefined"
size = "1KiB"
)",
                                        options.listed);
  const auto server = serve(options, {profile});
  Client client(server.port);
  const auto handle = client.only_object();
  return compare(
      options, options.listed, "objects/s", [] {},
      [&] { Process::complete({options.stuntcam, "ls", server.target()}); },
      [&] {
        for (u32 n = 0; n < options.listed; ++n) client.drain(OperationCode::GetObjectInfo, {handle});
      });
}

u64 peak_memory(const Options& options, u64 size) {
  const Media media(size);
  const auto server = serve(options, {"generic", "--media", media.folder()});
  return Process::complete({options.stuntcam, "get", server.target(), "OBJECT.MOV", "-o", "-"});
}

Json memory(const Options& options) {
  return {{"small_bytes", options.small_object},
          {"large_bytes", options.large_object},
          {"small_peak_kib", peak_memory(options, options.small_object)},
          {"large_peak_kib", peak_memory(options, options.large_object)}};
}

void print(const Json& results) {
  fmt::print("{:<34}{:>10}{:>10}{:>8}\n", "", "ours", "bare", "ratio");
  for (const auto* what : {"get", "put", "ls"}) {
    const auto& row = results[what];
    fmt::print("{:<34}{:>10.2f}{:>10.2f}{:>8.2f}\n", fmt::format("{}, {}", what, row["unit"].get<std::string>()),
               row["ours"].get<double>(), row["bare"].get<double>(), row["ratio"].get<double>());
  }
  fmt::print("{} objects listed in {:.3f} s\n", results["ls"]["objects"].get<u32>(),
             results["ls"]["seconds"].get<double>());
  const auto& memory = results["memory"];
  fmt::print("Peak memory: {} KiB after {} bytes, {} KiB after {} bytes\n", memory["small_peak_kib"].get<u64>(),
             memory["small_bytes"].get<u64>(), memory["large_peak_kib"].get<u64>(), memory["large_bytes"].get<u64>());
}

Options parse(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t n = 0; n < arguments.size(); ++n) {
    const auto& argument = arguments[n];
    const auto value = [&]() -> const std::string& { return arguments.at(++n); };
    if (argument == "--quick") {
      options.pairs = 1;
      options.object = 64u << 20;
      options.large_object = u64{64} << 20;
      options.listed = 200;
    } else if (argument == "--stuntcam") {
      options.stuntcam = value();
    } else if (argument == "--json") {
      options.json = value();
    } else if (argument == "--pairs") {
      options.pairs = std::stoi(value());
    } else {
      throw std::invalid_argument("usage: initiator_bench [--quick] [--pairs N] [--stuntcam PROGRAM] [--json FILE]");
    }
  }
  return options;
}

}  // namespace

int run(const std::vector<std::string>& arguments) {
  const auto options = parse(arguments);
  pin_to(client_processor);
  Json results = {{"get", download(options)}, {"put", upload(options)}, {"ls", listing(options)}};
  results["ls"]["objects"] = options.listed;
  results["memory"] = memory(options);
  print(results);
  if (!options.json.empty()) std::ofstream(options.json) << results.dump(2) << "\n";
  return 0;
}

}  // namespace stuntcam::bench

int main(int argc, char** argv) {
  try {
    return stuntcam::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "initiator_bench: {}\n", error.what());
    return 1;
  }
}
