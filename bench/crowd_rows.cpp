// Many sessions, many cameras, many watchers.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <thread>

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
  auto fewer = options;
  fewer.pairs = options.times(3, 1);
  Plot curve{"Total throughput by the number of sessions", "sessions", "GiB/s", true, false, {{"stuntcam", {}}}, {}};
  const auto counts = sizes(options, {1, 10, 100, 1000});
  for (const auto count : counts) {
    Crowd many(ours.ports, count);
    const auto ours_and_one = [&](const Pairs& pairs) -> std::vector<Measure> {
      curve.lines[0].points.back() = {count, median(rates(pairs.ours, size))};
      return {{"total throughput", "GiB/s", rates(pairs.ours, size), rates(pairs.bare, size), Bound::at_least, 0.9},
              {"server's processor time", "s/GiB", field(pairs.ours, &Round::processor, size),
               field(pairs.bare, &Round::processor, size), Bound::none, 0}};
    };
    curve.lines[0].points.emplace_back();
    if (count == counts.back()) {
      contest(row, options, [&] { return download(many); }, [&] { return download(one); }, ours_and_one);
    } else {
      (void)ours_and_one(in_pairs(fewer, [&] { return download(many); }, [&] { return download(one); }));
    }
  }
  row.add(std::move(curve));
  return row;
}

Row idle_row(const Options& options) {
  Row row("idle", "resident memory per idle session, both its connections open", "");
  const Media media(1);
  const auto count = static_cast<std::size_t>(options.times(500, 10));
  const auto each = static_cast<double>(count);
  std::vector<double> firsts, furthers;
  for (int n = 0; n < options.times(3, 1); ++n) {
    const auto ours = serve_folder(options, media.path());
    std::vector<std::unique_ptr<Client>> clients;
    clients.reserve(2 * count);
    const auto open = [&] {
      for (std::size_t client = 0; client < count; ++client) {
        clients.push_back(std::make_unique<Client>(ours.port(), true, small_buffer));
        clients.back()->drain(OperationCode::GetDeviceInfo, {});  // it was in use once
      }
      return static_cast<double>(ours.process.memory_kib());
    };
    const auto before = static_cast<double>(ours.process.memory_kib());
    const double half = open(), all = open();
    firsts.push_back((half - before) / each);
    furthers.push_back((all - half) / each);
  }
  row.add({fmt::format("each of the first {}", count), "KiB", firsts, {}, Bound::at_most, 24, true});
  row.add({fmt::format("each of {} more", count), "KiB", furthers, {}, Bound::at_most, 24, true});
  return row;
}

namespace {

// So many clients that may use all processors, as the cameras may: a thread each, on cameras of their own if there are
// enough.
double seconds_of_crowds(const std::vector<u16>& ports, std::size_t crowds, u64 transactions) {
  std::vector<std::unique_ptr<Crowd>> all;
  all.reserve(crowds);
  for (std::size_t n = 0; n < crowds; ++n)
    all.push_back(std::make_unique<Crowd>(std::vector<u16>{ports[n % ports.size()]}, 4));
  return seconds([&] {
    std::vector<std::jthread> threads;
    threads.reserve(crowds);
    for (auto& crowd : all)
      threads.emplace_back([&] {
        unpin();
        crowd->run([](Client& client) { return client.request(OperationCode::GetDeviceInfo, {}); },
                   transactions / crowds);
      });
  });
}

// One camera is one thread, wherever it may run; several have all processors.
void add_all_processors(Row& row, const Options& options) {
  const std::size_t processors = std::max(2u, std::thread::hardware_concurrency());
  const auto many = serve(options, {"generic"}, processors, false), one = serve(options, {"generic"}, 1, false);
  const auto transactions = static_cast<u64>(options.times(20000, 40));
  const auto round = [&](const Served& cameras) {
    Round result;
    const auto before = cameras.process.processor_nanoseconds();
    result.seconds = seconds_of_crowds(cameras.ports, processors, transactions);
    result.processor = static_cast<double>(cameras.process.processor_nanoseconds() - before) / 1e9 / result.seconds;
    return result;
  };
  const auto pairs = in_pairs(options, [&] { return round(many); }, [&] { return round(one); });
  const auto amount = static_cast<double>(transactions);
  row.add({fmt::format("not pinned: GetDeviceInfo of {} cameras", processors), "1/s", rates(pairs.ours, amount),
           rates(pairs.bare, amount), Bound::none, 0});
  row.add({"… processors that they keep busy", "", field(pairs.ours, &Round::processor),
           field(pairs.bare, &Round::processor), Bound::none, 0});
}

}  // namespace

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
           0,
           true});
  row.add(std::move(rate));
  row.add(std::move(memory));
  add_all_processors(row, options);
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
