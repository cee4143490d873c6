// Many sessions, many cameras, many watchers.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "bench/crowd.h"
#include "bench/engine/statistics.h"
#include "bench/media.h"
#include "bench/pairs.h"
#include "bench/rows.h"
#include "bench/served.h"

namespace stuntcam::bench {

using ptp::OperationCode;

namespace {

std::vector<std::size_t> sizes(const Options& options, std::vector<std::size_t> whole) {
  if (options.brief) return {1, 3};
  return whole;
}

}  // namespace

Row sessions_row(const Options& options) {
  constexpr u64 object = 1u << 20;
  Row row("sessions", "1,000 sessions, GetObject of 1 MiB each, over and over", "one session alone");
  const Media media(object);
  const auto ours = serve_folder(options, media.path());
  const u64 transactions = static_cast<u64>(options.times(2000, 6));
  const double size = static_cast<double>(transactions * object) / gib;
  const auto handle = Client(ours.port()).only_object();
  const auto download = [&](Crowd& crowd) {
    return measure(ours.process, [&] {
      const auto bytes =
          crowd.run([&](Client& client) { return client.request(OperationCode::GetObject, {handle}); }, transactions);
      if (bytes < transactions * object) throw std::runtime_error("bytes are missing");
    });
  };
  Crowd one(ours.ports, 1);
  Plot curve{"Total throughput by the number of sessions", "sessions", "GiB/s", true, false, {{"stuntcam", {}}}, {}};
  for (const auto count : sizes(options, {1, 10, 100, 1000})) {
    std::unique_ptr<Crowd> many = std::make_unique<Crowd>(ours.ports, count);
    const auto pairs = in_pairs(options, [&] { return download(*many); }, [&] { return download(one); });
    curve.lines[0].points.emplace_back(count, median(rates(pairs.ours, size)));
    if (count < 1000 && !options.brief) continue;
    if (count == 1) continue;
    row.add({"total throughput", "GiB/s", rates(pairs.ours, size), rates(pairs.bare, size), Bound::at_least, 0.9});
    row.add({"server's processor time", "s/GiB", field(pairs.ours, &Round::processor, size),
             field(pairs.bare, &Round::processor, size), Bound::none, 0});
  }
  row.add(std::move(curve));
  return row;
}

Row idle_row(const Options& options) {
  Row row("idle", "resident memory per idle session, both its connections open", "");
  const Media media(1);
  const auto ours = serve_folder(options, media.path());
  const auto count = static_cast<std::size_t>(options.times(500, 10));
  std::vector<std::unique_ptr<Client>> clients;
  clients.reserve(2 * count);
  const auto open = [&] {
    for (std::size_t n = 0; n < count; ++n) {
      clients.push_back(std::make_unique<Client>(ours.port(), true, small_buffer));
      clients.back()->drain(OperationCode::GetDeviceInfo, {});  // it was in use once
    }
    return static_cast<double>(ours.process.memory_kib());
  };
  const double before = static_cast<double>(ours.process.memory_kib());
  const double half = open(), all = open();
  const auto each = static_cast<double>(count);
  row.add({fmt::format("each of the first {}", count), "KiB", {(half - before) / each}, {}, Bound::at_most, 24});
  row.add({fmt::format("each of {} more", count), "KiB", {(all - half) / each}, {}, Bound::at_most, 24});
  return row;
}

Row cameras_row(const Options& options) {
  constexpr u64 object = 1u << 20;
  Row row("cameras", "1 to 100 cameras in one process, GetObject of 1 MiB each, over and over", "one camera");
  const Media media(object);
  const u64 transactions = static_cast<u64>(options.times(2000, 6));
  const double size = static_cast<double>(transactions * object) / gib;
  Plot rate{"Total throughput by the number of cameras", "cameras", "GiB/s", true, false, {{"stuntcam", {}}}, {}};
  Plot memory{"Memory by the number of cameras", "cameras", "MiB resident", true, false, {{"stuntcam", {}}}, {}};
  std::vector<double> one, most;
  double first_memory = 0, last_memory = 0;
  const auto counts = sizes(options, {1, 10, 100});
  for (const auto count : counts) {
    const auto ours = serve(options, {"generic", "--media", media.path()}, count);
    const auto handle = Client(ours.port()).only_object();
    Crowd crowd(ours.ports, count);
    std::vector<double> values;
    for (int n = -1; n < options.pairs; ++n) {
      const auto round = measure(ours.process, [&] {
        crowd.run([&](Client& client) { return client.request(OperationCode::GetObject, {handle}); }, transactions);
      });
      if (n >= 0) values.push_back(size / round.seconds);
    }
    rate.lines[0].points.emplace_back(count, median(values));
    last_memory = static_cast<double>(ours.process.memory_kib()) / kib;
    memory.lines[0].points.emplace_back(count, last_memory);
    if (count == 1) {
      one = values;
      first_memory = last_memory;
    }
    most = values;
  }
  row.add({fmt::format("total throughput, {} cameras", counts.back()), "GiB/s", most, one, Bound::none, 0});
  row.add({"memory per further camera",
           "KiB",
           {(last_memory - first_memory) * kib / static_cast<double>(counts.back() - 1)},
           {},
           Bound::none,
           0});
  row.add(std::move(rate));
  row.add(std::move(memory));
  return row;
}

Row live_view_row(const Options& options) {
  Row row("live-view", "live view of one D5300, 30 frames a second, to many watchers", "");
  const Folder folder;
  const auto profile = folder.file("watched.toml");
  std::ofstream(profile) << "extends = \"nikon-d5300\"\nmax_initiators = 1000\n[timing]\nlive_view_start = \"0ms\"\n";
  const auto ours = serve(options, {profile});
  const auto get = static_cast<OperationCode>(0x9203);  // GetLiveViewImage
  Client starter(ours.port(), true);
  starter.drain(static_cast<OperationCode>(0x9201), {});  // StartLiveView
  Plot curve{"Live-view frames by the number of watchers",
             "watchers",
             "frames/s of each",
             true,
             false,
             {{"stuntcam", {}}},
             {}};
  std::vector<double> each, processor;
  std::size_t watchers = 0;
  for (const auto count : sizes(options, {1, 10, 100})) {
    Crowd crowd(ours.ports, count);
    const u64 frames = count * static_cast<u64>(options.times(60, 2));
    each.clear();
    processor.clear();
    for (int n = 0; n < options.times(3, 1); ++n) {
      const auto round =
          measure(ours.process, [&] { crowd.run([&](Client& client) { return client.request(get, {}); }, frames); });
      each.push_back(static_cast<double>(frames) / round.seconds / static_cast<double>(count));
      processor.push_back(round.processor * 1e6 / static_cast<double>(frames));
    }
    watchers = count;
    curve.lines[0].points.emplace_back(count, median(each));
  }
  row.add({fmt::format("each of {} watchers", watchers), "frames/s", each, {}, Bound::none, 0});
  row.add({"server's processor time for each frame sent", "µs", processor, {}, Bound::none, 0});
  row.add(std::move(curve));
  return row;
}

}  // namespace stuntcam::bench
