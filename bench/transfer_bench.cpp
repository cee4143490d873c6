// Our server against the least that any server can do, in one run: a large object against a bare sendfile loop, a small
// operation against a bare echo of the same sizes, and memory for a small object against memory for a large one. Pairs
// take turns, so that what the machine does meanwhile hits both; the ratios are medians over the pairs.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "bench/bare.h"
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
constexpr u32 property = 0x5001;  // BatteryLevel: one byte

struct Options {
  std::string stuntcam = STUNTCAM_PROGRAM;
  std::string json;  // where results go as well; "" = nowhere
  int pairs = 9;
  int operations = 20000;
  u64 object = u64{2} << 30;
  u64 small_object = 8u << 10, large_object = u64{8} << 30;
};

double seconds_since(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

struct Served {
  Process process;
  u16 port;
};
Served serve(const Options& options, const std::string& folder) {
  auto process = Process::start({options.stuntcam, "serve", "generic", "--port", "0", "--media", folder, "--quiet"});
  const auto ready = nlohmann::json::parse(process.first_line(), nullptr, false);
  if (!ready.is_object() || !ready.contains("port")) throw std::runtime_error("the server did not get ready");
  return {std::move(process), ready["port"].get<u16>()};
}

// One measured round: time, and the server's processor time.
struct Round {
  double seconds = 0, processor = 0;
  double p50 = 0, p99 = 0;  // of single operations, in microseconds
};

template <class Work>
Round measure(const Process& server, Work work) {
  const auto processor = server.processor_nanoseconds();
  const auto begin = SteadyClock::now();
  work();
  Round round;
  round.seconds = seconds_since(begin);
  round.processor = static_cast<double>(server.processor_nanoseconds() - processor) / 1e9;
  return round;
}

void drop(const Socket& socket, Bytes& room, u64 size) {
  while (size > 0) size -= socket.receive({room.data(), static_cast<std::size_t>(std::min<u64>(room.size(), size))});
}

double median_of(const std::vector<Round>& rounds, double Round::* field) {
  std::vector<double> values;
  values.reserve(rounds.size());
  for (const auto& round : rounds) values.push_back(round.*field);
  return median(std::move(values));
}

// The median of ours / bare over the pairs.
double ratio(const std::vector<Round>& ours, const std::vector<Round>& bare, double Round::* field) {
  std::vector<double> values;
  values.reserve(ours.size());
  for (std::size_t n = 0; n < ours.size(); ++n) values.push_back(ours[n].*field / std::max(bare[n].*field, 1e-9));
  return median(std::move(values));
}

Json large_object(const Options& options) {
  const Media media(options.object);
  const auto ours = serve(options, media.folder());
  const auto listener = Socket::listen_on_free_port();
  const auto bare = Process::run([&] { serve_file(listener, media.file()); });
  Client client(ours.port);
  const auto handle = client.only_object();
  const auto socket = Socket::connect_to(listener.port());
  Bytes room(receive_size);

  std::vector<Round> our_rounds, bare_rounds;
  for (int pair = -1; pair < options.pairs; ++pair) {  // the first one warms up
    const auto our_round = measure(ours.process, [&] {
      if (client.drain(OperationCode::GetObject, {handle}) != options.object)
        throw std::runtime_error("bytes are missing");
    });
    const auto bare_round = measure(bare, [&] {
      const u8 go = 1;
      socket.send({&go, 1});
      drop(socket, room, options.object);
    });
    if (pair < 0) continue;
    our_rounds.push_back(our_round);
    bare_rounds.push_back(bare_round);
  }
  const double size = static_cast<double>(options.object) / gib;
  const auto row = [&](const std::vector<Round>& rounds) {
    return Json{{"gib_per_second", size / median_of(rounds, &Round::seconds)},
                {"processor_seconds_per_gib", median_of(rounds, &Round::processor) / size}};
  };
  return {{"bytes", options.object},
          {"ours", row(our_rounds)},
          {"sendfile", row(bare_rounds)},
          {"time_ratio", ratio(our_rounds, bare_rounds, &Round::seconds)},
          {"processor_ratio", ratio(our_rounds, bare_rounds, &Round::processor)}};
}

template <class Operation>
Round measure_operations(const Process& server, int count, Operation operation) {
  std::vector<double> taken;
  taken.reserve(static_cast<std::size_t>(count));
  auto round = measure(server, [&] {
    for (int n = 0; n < count; ++n) {
      const auto begin = SteadyClock::now();
      operation();
      taken.push_back(seconds_since(begin) * 1e6);
    }
  });
  round.p50 = percentile(taken, 0.50);
  round.p99 = percentile(taken, 0.99);
  return round;
}

Json small_operation(const Options& options) {
  const Media media(options.small_object);
  const auto ours = serve(options, media.folder());
  Client client(ours.port);
  const Bytes request = client.request(OperationCode::GetDevicePropValue, {property});
  const auto reply = client.answer_size(request);
  const auto listener = Socket::listen_on_free_port();
  const auto bare = Process::run([&] { serve_echo(listener, request.size(), reply); });
  const auto socket = Socket::connect_to(listener.port());
  Bytes room(reply);

  std::vector<Round> our_rounds, bare_rounds;
  for (int pair = -1; pair < options.pairs; ++pair) {
    const auto exchange = [&](const Socket& with) {
      with.send(request);
      with.receive_all(room);
    };
    const auto our_round = measure_operations(ours.process, options.operations, [&] { exchange(client.socket()); });
    const auto bare_round = measure_operations(bare, options.operations, [&] { exchange(socket); });
    if (pair < 0) continue;
    our_rounds.push_back(our_round);
    bare_rounds.push_back(bare_round);
  }
  const auto row = [&](const std::vector<Round>& rounds) {
    return Json{{"p50_us", median_of(rounds, &Round::p50)},
                {"p99_us", median_of(rounds, &Round::p99)},
                {"processor_us", median_of(rounds, &Round::processor) * 1e6 / options.operations}};
  };
  return {{"request_bytes", request.size()},
          {"reply_bytes", reply},
          {"ours", row(our_rounds)},
          {"echo", row(bare_rounds)},
          {"p50_ratio", ratio(our_rounds, bare_rounds, &Round::p50)},
          {"p99_ratio", ratio(our_rounds, bare_rounds, &Round::p99)},
          {"processor_ratio", ratio(our_rounds, bare_rounds, &Round::processor)}};
}

u64 peak_memory(const Options& options, u64 size) {
  const Media media(size);
  const auto ours = serve(options, media.folder());
  Client client(ours.port);
  if (client.drain(OperationCode::GetObject, {client.only_object()}) != size)
    throw std::runtime_error("bytes are missing");
  return ours.process.peak_memory_kib();
}

Json memory(const Options& options) {
  return {{"small_bytes", options.small_object},
          {"large_bytes", options.large_object},
          {"small_peak_kib", peak_memory(options, options.small_object)},
          {"large_peak_kib", peak_memory(options, options.large_object)}};
}

void print(const Json& results) {
  const auto& large = results["large_object"];
  const auto& small = results["small_operation"];
  const auto& memory = results["memory"];
  const auto number = [](const Json& row, const char* key) { return row[key].get<double>(); };
  fmt::print("{:<34}{:>10}{:>10}{:>8}\n", "", "ours", "bare", "ratio");
  const auto line = [&](const char* what, const Json& table, const char* bare, const char* key, const char* ratio) {
    fmt::print("{:<34}{:>10.3f}{:>10.3f}", what, number(table["ours"], key), number(table[bare], key));
    if (ratio != nullptr) fmt::print("{:>8.2f}", number(table, ratio));
    fmt::print("\n");
  };
  fmt::print("GetObject, {:.2f} GiB\n", number(large, "bytes") / gib);
  line("  GiB/s (ratio: of the times)", large, "sendfile", "gib_per_second", "time_ratio");
  line("  server's processor s/GiB", large, "sendfile", "processor_seconds_per_gib", "processor_ratio");
  fmt::print("GetDevicePropValue, {} to {} bytes\n", small["request_bytes"].get<int>(),
             small["reply_bytes"].get<int>());
  line("  p50, us", small, "echo", "p50_us", "p50_ratio");
  line("  p99, us", small, "echo", "p99_us", "p99_ratio");
  line("  server's processor us", small, "echo", "processor_us", "processor_ratio");
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
      options.operations = 200;
      options.object = 64u << 20;
      options.large_object = u64{64} << 20;
    } else if (argument == "--stuntcam") {
      options.stuntcam = value();
    } else if (argument == "--json") {
      options.json = value();
    } else if (argument == "--pairs") {
      options.pairs = std::stoi(value());
    } else {
      throw std::invalid_argument("usage: transfer_bench [--quick] [--pairs N] [--stuntcam PROGRAM] [--json FILE]");
    }
  }
  return options;
}

}  // namespace

int run(const std::vector<std::string>& arguments) {
  const auto options = parse(arguments);
  pin_to(client_processor);
  const Json results = {{"large_object", large_object(options)},
                        {"small_operation", small_operation(options)},
                        {"memory", memory(options)}};
  print(results);
  if (!options.json.empty()) std::ofstream(options.json) << results.dump(2) << "\n";
  return 0;
}

}  // namespace stuntcam::bench

int main(int argc, char** argv) {
  try {
    return stuntcam::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "transfer_bench: {}\n", error.what());
    return 1;
  }
}
