// `bench CAMERA -- CLIENT`: where a client's time goes, against what the camera could have done.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include <asio/io_context.hpp>

#include "bench/engine/client_meter.h"
#include "bench/engine/sizes.h"
#include "bench/engine/statistics.h"
#include "cli/bench.h"
#include "cli/client.h"
#include "cli/failure.h"
#include "ptp/codes.h"

namespace stuntcam::cli {
namespace {

constexpr std::size_t operations_shown = 8;  // those that took longest

// What the same camera gives to somebody who does not hesitate.
struct Capability {
  double bytes_per_second = 0, round_trip = 0;  // seconds; 0: could not be measured
  // For the same bytes and operations; none where a part is unknown.
  std::optional<double> time(const bench::ClientAccount& account) const {
    const auto bytes = static_cast<double>(account.downloaded + account.uploaded);
    if (round_trip == 0 || (bytes > 0 && bytes_per_second == 0)) return {};
    return static_cast<double>(account.operations) * round_trip + (bytes > 0 ? bytes / bytes_per_second : 0);
  }
};

Capability measure_camera(const std::string& target, const Console& console, bench::Plan plan) {
  Capability capability;
  plan.repetitions = 3;
  plan.only = {"download", "property/get"};
  try {
    BenchSubject subject({target, parse_target(target), initiator::ConnectionOptions().identity, {}}, console, {});
    bench::measure(subject, plan, [&](const bench::Series& series) {
      if (series.repetitions.empty()) return;
      if (series.item.empty())
        capability.bytes_per_second = std::max(capability.bytes_per_second, bench::median(series.rates()));
      else
        capability.round_trip = static_cast<double>(series.steps.percentile(50)) / 1e9;
    });
  } catch (const initiator::Problem& problem) {  // the client left the camera unusable: its own figures stand alone
    console.detail(fmt::format("the camera could not be measured: {}", problem.what()));
  }
  return capability;
}

double share(double part, double whole) { return whole > 0 ? 100 * part / whole : 0; }

ptp::Json times(const bench::Histogram& histogram) {
  ptp::Json json;
  json["p50"] = static_cast<double>(histogram.percentile(50)) / 1e9;
  json["p99"] = static_cast<double>(histogram.percentile(99)) / 1e9;
  json["longest"] = static_cast<double>(histogram.greatest()) / 1e9;
  return json;
}

ptp::Json as_json(const bench::ClientAccount& account, const Capability& capability, double wall, ptp::Vendor vendor) {
  ptp::Json json = {{"type", "client"},
                    {"seconds", wall},
                    {"sessions", account.sessions},
                    {"operations", account.operations},
                    {"downloaded", account.downloaded},
                    {"uploaded", account.uploaded},
                    {"span", account.span},
                    {"thinking", account.thinking},
                    {"transferring", account.transferring},
                    {"answering", account.answering}};
  json["think_time"] = times(account.thoughts);
  json["answer_time"] = times(account.answers);
  if (const auto possible = capability.time(account)) {
    json["possible"] = *possible;
    json["camera_round_trip"] = capability.round_trip;
    json["camera_bytes_per_second"] = capability.bytes_per_second;
  }
  json["by_operation"] = ptp::Json::array();
  for (const auto& [code, operation] : account.by_operation)
    json["by_operation"].push_back({{"code", code},
                                    {"name", ptp::to_string(static_cast<ptp::OperationCode>(code), vendor)},
                                    {"count", operation.count},
                                    {"bytes", operation.bytes},
                                    {"seconds", operation.seconds}});
  return json;
}

void print(const bench::ClientAccount& account, const Capability& capability, double wall, ptp::Vendor vendor) {
  const auto seconds = [](double value) { return bench::time_text(value * 1e9); };
  const auto line = [&](const char* what, double time, const bench::Histogram* histogram) {
    fmt::print(stderr, "  {:<34}{:>10}{:>6.1f} %", what, seconds(time), share(time, wall));
    if (histogram != nullptr && histogram->count() != 0)
      fmt::print(stderr, "   median {}, p99 {}, longest {}",
                 bench::time_text(static_cast<double>(histogram->percentile(50))),
                 bench::time_text(static_cast<double>(histogram->percentile(99))),
                 bench::time_text(static_cast<double>(histogram->greatest())));
    fmt::print(stderr, "\n");
  };
  fmt::print(stderr, "{} session{}, {} operations, {} from the camera, {} to it, {}\n", account.sessions,
             account.sessions == 1 ? "" : "s", account.operations, bench::size_text(account.downloaded),
             bench::size_text(account.uploaded), seconds(wall));
  line("the client, between operations", account.thinking, &account.thoughts);
  line("data on its way", account.transferring, nullptr);
  line("the camera, answering", account.answering, &account.answers);
  line("before the first, after the last", std::max(wall - account.span, 0.0), nullptr);
  std::vector<std::pair<u16, bench::OperationAccount>> longest(account.by_operation.begin(),
                                                               account.by_operation.end());
  std::ranges::sort(longest, std::greater(), [](const auto& each) { return each.second.seconds; });
  if (longest.size() > operations_shown) longest.resize(operations_shown);
  for (const auto& [code, operation] : longest)
    fmt::print(stderr, "  {:>7} {:<32}{:>10}{:>12}\n", operation.count,
               ptp::to_string(static_cast<ptp::OperationCode>(code), vendor), seconds(operation.seconds),
               bench::size_text(operation.bytes));
  if (const auto possible = capability.time(account); possible && *possible > 0)
    fmt::print(
        stderr,
        "The camera could have done the same in {} ({}, {} an operation): the client took {:.3g} times as long.\n",
        seconds(*possible), capability.bytes_per_second > 0 ? bench::rate_text(capability.bytes_per_second) : "no data",
        seconds(capability.round_trip), wall / *possible);
}

}  // namespace

int bench_client(BenchOptions& options, const std::vector<std::string>& client_arguments) {
  if (options.visit.words.size() != 1) throw Failure(usage, "one CAMERA, then -- and the client");
  if (!options.plot.empty()) throw Failure(usage, "--plot is for a TARGET");
  const auto console = options.visit.console.console();
  options.host.cameras = {options.visit.words[0]};
  if (!options.host.port) options.host.port = 0;
  const auto meter = std::make_shared<bench::ClientMeter>();
  options.host.wrap = meter->wrap();
  std::signal(SIGPIPE, SIG_IGN);  // sendfile(2) to a client that left must fail, not end the program
  asio::io_context io{1};
  Client client(io);
  Host host(options.host, console);
  const auto& address = host.ready().front().address;
  const auto arguments = fill_in(client_arguments, address);
  ::setenv("STUNTCAM_TARGET", address.target().c_str(), 1);
  host.start();
  const auto begin = std::chrono::steady_clock::now();
  const int status = client.run(arguments, options.visit.timeout);
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  meter->stop();
  if (!client.problem().empty()) {
    console.error(client.problem());
    return status;
  }
  const auto vendor = host.ready().front().vendor;
  const auto capability = measure_camera(address.target(), console, options.plan);
  host.stop();
  if (options.visit.json)
    print_json(as_json(meter->account(), capability, wall, vendor), true);
  else
    print(meter->account(), capability, wall, vendor);
  return status;
}

}  // namespace stuntcam::cli
