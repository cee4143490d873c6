// Small operations against an echo; what one client does to another; how long until a camera is ready; many objects.
#include <fmt/format.h>

#include <stdexcept>

#include "bench/client.h"
#include "bench/engine/statistics.h"
#include "bench/many_objects.h"
#include "bench/media.h"
#include "bench/pairs.h"
#include "bench/rows.h"
#include "bench/served.h"
#include "ptp/datasets.h"

namespace stuntcam::bench {

using ptp::OperationCode;

namespace {

constexpr u32 property = 0x5001;  // BatteryLevel: one byte

// A request as it goes over the wire, and room for the whole answer.
struct Exchange {
  Bytes request, reply;
  void operator()(const Socket& socket) {
    socket.send(request);
    socket.receive_all(reply);
  }
};

Exchange small_exchange(Client& client) {
  Exchange exchange{client.request(OperationCode::GetDevicePropValue, {property}), {}};
  exchange.reply.resize(client.answer_size(exchange.request));
  return exchange;
}

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
  const auto pairs = in_pairs(
      options, [&] { return measure_operations(ours.process, count, [&] { exchange(client.socket()); }); },
      [&] { return measure_operations(bare, count, [&] { exchange(socket); }); });
  row.add({"median", "µs", field(pairs.ours, &Round::p50), field(pairs.bare, &Round::p50), Bound::at_most, 1.1});
  row.add(
      {"99th percentile", "µs", field(pairs.ours, &Round::p99), field(pairs.bare, &Round::p99), Bound::at_most, 1.3});
  const double to_each = count / 1e6;
  row.add({"server's processor time", "µs", field(pairs.ours, &Round::processor, to_each),
           field(pairs.bare, &Round::processor, to_each), Bound::at_most, 1.3});
  return row;
}

Row neighbour_row(const Options& options) {
  const u64 size = options.object(u64{2} << 30);
  Row row("neighbour", "another client's small operation while one downloads 2 GiB, over and over", "");
  const Media media(size);
  const auto ours = serve_folder(options, media.path());
  Client client(ours.port());
  auto exchange = small_exchange(client);
  const int count = options.times(2000, 20);
  std::vector<double> alone, beside, beside_median;
  for (int n = 0; n < options.pairs; ++n) {
    alone.push_back(measure_operations(ours.process, count, [&] { exchange(client.socket()); }).p99 / 1000);
    Client other(ours.port());
    const auto handle = other.only_object();
    const auto listener = Socket::listen_on_free_port();
    const auto downloader = Process::run([&] {
      pin_to(client_processor);
      const auto signal = Socket::connect_to(listener.port());
      for (;;) other.drain(OperationCode::GetObject, {handle});
    });
    const auto started = listener.accept();
    const auto round = measure_operations(ours.process, count, [&] { exchange(client.socket()); });
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
    ready.push_back(seconds([&] { (void)serve(options, {"nikon-d5300"}); }) * 1000);
    alone.push_back(seconds([&] { (void)Process::start({options.stuntcam, "--version"}); }) * 1000);
    more.push_back(ready.back() - alone.back());
  }
  row.add({"start to ready", "ms", ready, {}, Bound::none, 0});
  row.add({"process start alone", "ms", alone, {}, Bound::none, 0});
  row.add({"more than the process start", "ms", more, {}, Bound::at_most, 10});
  return row;
}

namespace {

struct Listing {
  double handles = 0, info = 0, small = 0;  // seconds: of all, of one, of one
};

Listing list(const Options& options, u32 count) {
  const ManyObjects card(count);
  const auto ours = serve(options, {card.profile()});
  Client client(ours.port());
  std::vector<u32> all;
  std::vector<double> handles, infos, smalls;
  for (int n = 0; n < options.times(7, 1); ++n)
    handles.push_back(seconds([&] {
      all = ptp::decode_u32_array(client.data(OperationCode::GetObjectHandles, {0xFFFFFFFF, 0, 0}), "handles").value();
    }));
  if (all.size() < count) throw std::runtime_error("objects are missing");
  auto small = small_exchange(client);
  const std::size_t asked = options.brief ? 100 : 10000;
  for (int n = 0; n < options.times(5, 1); ++n) {
    infos.push_back(seconds([&] {
      for (std::size_t i = 0; i < asked; ++i)  // all over the card, whatever its size
        client.drain(OperationCode::GetObjectInfo, {all[i * all.size() / asked % all.size()]});
    }));
    smalls.push_back(seconds([&] {
      for (std::size_t i = 0; i < asked; ++i) small(client.socket());
    }));
  }
  const auto each = static_cast<double>(asked);
  return {median(handles), median(infos) / each, median(smalls) / each};
}

}  // namespace

Row listing_row(const Options& options) {
  Row row("listing", "objects listed: handles in one reply, ObjectInfo one by one", "");
  Plot handles{"All handles in one reply", "objects", "ms", true, false, {{"GetObjectHandles", {}}}, {}};
  Plot each{"One by one",
            "objects on the card",
            "µs each",
            true,
            false,
            {{"GetObjectInfo", {}}, {"GetDevicePropValue", {}}},
            {}};
  std::vector<Listing> all;
  for (const u32 count : options.brief ? std::vector<u32>{10, 100} : std::vector<u32>{100, 1000, 10000, 100000}) {
    const auto& listing = all.emplace_back(list(options, count));
    handles.lines[0].points.emplace_back(count, listing.handles * 1e3);
    each.lines[0].points.emplace_back(count, listing.info * 1e6);
    each.lines[1].points.emplace_back(count, listing.small * 1e6);
  }
  const auto& most = all.back();
  const auto& tenth = all[all.size() - 2];
  row.add({"all handles, 100,000 objects", "ms", {most.handles * 1e3}, {}, Bound::none, 0});
  row.add(
      {"… against ten times those of 10,000", "ms", {most.handles * 1e3}, {tenth.handles * 1e4}, Bound::at_most, 1.3});
  row.add({"ObjectInfo among 100,000 against a small operation",
           "µs",
           {most.info * 1e6},
           {most.small * 1e6},
           Bound::none,
           0});
  row.add(
      {"ObjectInfo among 100,000 against 100", "µs", {most.info * 1e6}, {all.front().info * 1e6}, Bound::at_most, 1.3});
  row.add(std::move(handles));
  row.add(std::move(each));
  return row;
}

}  // namespace stuntcam::bench
