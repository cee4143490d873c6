// Small operations against an echo; what one client does to another; how long until a camera is ready.
#include <fmt/format.h>

#include <optional>

#include "bench/engine/statistics.h"
#include "bench/exchange.h"
#include "bench/media.h"
#include "bench/rows.h"
#include "bench/served.h"

namespace stuntcam::bench {

using ptp::OperationCode;

namespace {

template <class Operation>
Round measure_operations(const Process& server, int count, Operation operation) {
  std::vector<double> taken;
  taken.reserve(static_cast<std::size_t>(count));
  auto round = measure(server, [&] {
    for (int n = 0; n < count; ++n) taken.push_back(seconds(operation) * 1e6);
  });
  round.p50 = percentile(taken, 0.50);
  round.p99 = percentile(taken, 0.99);
  return round;
}

}  // namespace

Row operation_row(const Options& options) {
  const int count = options.times(20000, 200);
  const Media media(1);
  const auto ours = serve_folder(options, media.path());
  Client client(ours.port());
  auto exchange = small_exchange(client);
  Row row("operation",
          fmt::format("a small operation, GetDevicePropValue: {} to {} bytes", exchange.request.size(),
                      exchange.reply.size()),
          "a bare epoll echo of the same sizes");
  const auto listener = Socket::listen_on_free_port();
  const auto bare = Process::run([&] { serve_echo(listener, exchange.request.size(), exchange.reply.size()); });
  const auto socket = Socket::connect_to(listener.port());
  const double to_each = count / 1e6;
  contest(
      row, options, [&] { return measure_operations(ours.process, count, [&] { exchange(client.socket()); }); },
      [&] { return measure_operations(bare, count, [&] { exchange(socket); }); },
      [&](const Pairs& pairs) -> std::vector<Measure> {
        const auto& [our_rounds, bare_rounds, repeated, disturbed] = pairs;
        return {{"median", "µs", field(our_rounds, &Round::p50), field(bare_rounds, &Round::p50), Bound::at_most, 1.1},
                {"99th percentile", "µs", field(our_rounds, &Round::p99), field(bare_rounds, &Round::p99),
                 Bound::at_most, 1.3},
                {"server's processor time", "µs", field(our_rounds, &Round::processor, to_each),
                 field(bare_rounds, &Round::processor, to_each), Bound::at_most, 1.3}};
      });
  return row;
}

Row neighbour_row(const Options& options) {
  const u64 size = options.object(u64{2} << 30);
  Row row("neighbour", "another client's small operation while one downloads 2 GiB, over and over", "");
  const Media media(size);
  const auto ours = serve_folder(options, media.path());
  Client client(ours.port());
  auto exchange = small_exchange(client);
  const int count = options.times(1000, 20);
  // The downloader has the same processor: what is measured is how long the server takes, not how they share it.
  const RealTime first;
  row.note(first.permitted() ? "The measuring client goes before the downloading one on their processor (SCHED_FIFO)."
                             : "Not permitted to go before the downloading client on their processor: they share it.");
  const auto asked = [&] { return measure_operations(ours.process, count, [&] { exchange(client.socket()); }); };
  std::vector<double> alone, beside, beside_median;
  for (int n = 0; n < options.times(15, 1); ++n) {
    alone.push_back(asked().p99 / 1000);
    Client other(ours.port());
    const auto handle = other.only_object();
    const auto listener = Socket::listen_on_free_port();
    const auto downloader = Process::run([&] {
      pin_to(client_processor);
      const auto signal = Socket::connect_to(listener.port());
      for (;;) other.drain(OperationCode::GetObject, {handle});
    });
    const auto started = listener.accept();
    const auto round = asked();
    beside.push_back(round.p99 / 1000);
    beside_median.push_back(round.p50 / 1000);
  }
  row.add({"99th percentile, nobody else there", "ms", alone, {}, Bound::none, 0});
  row.add({"median beside the download", "ms", beside_median, {}, Bound::none, 0});
  row.add({"99th percentile beside the download", "ms", beside, {}, Bound::at_most, 2});
  return row;
}

Row start_row(const Options& options) {
  Row row("start", "start to ready, the D5300", "the start of the same program that only says its version");
  std::vector<double> ready, alone, more;
  for (int n = 0; n < options.times(21, 1); ++n) {
    // They end after their times were taken.
    std::optional<Served> camera;
    std::optional<Process> version;
    ready.push_back(seconds([&] { camera.emplace(serve(options, {"nikon-d5300"})); }) * 1000);
    camera.reset();
    alone.push_back(seconds([&] { version.emplace(Process::start({options.stuntcam, "--version"})); }) * 1000);
    more.push_back(ready.back() - alone.back());
  }
  row.add({"start to ready", "ms", ready, {}, Bound::none, 0});
  row.add({"process start alone", "ms", alone, {}, Bound::none, 0});
  row.add({"more than the process start", "ms", more, {}, Bound::at_most, 10});
  return row;
}

}  // namespace stuntcam::bench
