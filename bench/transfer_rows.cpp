// Objects to and from the camera against bare loops of sendfile, or of receive and write.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "bench/client.h"
#include "bench/engine/statistics.h"
#include "bench/media.h"
#include "bench/pairs.h"
#include "bench/rows.h"
#include "bench/served.h"

namespace stuntcam::bench {

using ptp::OperationCode;

namespace {

// Of pairs of as many bytes: the rate, and the server's processor time.
std::vector<Measure> rate_and_processor(const Pairs& pairs, u64 bytes, double least_rate, double most_processor) {
  const double size = static_cast<double>(bytes) / gib;
  return {{"throughput", "GiB/s", rates(pairs.ours, size), rates(pairs.bare, size), Bound::at_least, least_rate},
          {"server's processor time", "s/GiB", field(pairs.ours, &Round::processor, size),
           field(pairs.bare, &Round::processor, size), Bound::at_most, most_processor}};
}

void expect(u64 got, u64 wanted) {
  if (got != wanted) throw std::runtime_error(fmt::format("{} bytes came, and {} should have", got, wanted));
}

// Both servers on one file, with a client each.
struct Readers {
  Readers(const Options& options, u64 size)
      : media(size),
        ours(serve_folder(options, media.path())),
        bare(Process::run([this] { serve_file(listener, media.object()); })),
        client(ours.port()),
        handle(client.only_object()),
        socket(Socket::connect_to(listener.port())),
        room(receive_size) {}
  Media media;
  Socket listener = Socket::listen_on_free_port();
  Served ours;
  Process bare;
  Client client;
  u32 handle;
  Socket socket;
  Bytes room;
};

// One round of each, in pieces.
Round our_pieces(Readers& readers, u64 total, u64 piece) {
  return measure(readers.ours.process, [&] {
    for (u64 offset = 0; offset < total; offset += piece)
      expect(readers.client.drain(OperationCode::GetPartialObject,
                                  {readers.handle, static_cast<u32>(offset), static_cast<u32>(piece)}),
             piece);
  });
}

Round bare_pieces(Readers& readers, u64 total, u64 piece) {
  return measure(readers.bare, [&] {
    for (u64 offset = 0; offset < total; offset += piece) fetch(readers.socket, {offset, piece}, readers.room);
  });
}

Round our_object(Readers& readers, u64 size) {
  return measure(readers.ours.process,
                 [&] { expect(readers.client.drain(OperationCode::GetObject, {readers.handle}), size); });
}

// So many of each in one pair.
constexpr int short_turns = 4;

}  // namespace

Row get_row(const Options& options) {
  Row row("get", "GetObject 2 GiB, one client", "a bare sendfile loop of 512 KiB calls to the same receiver");
  const u64 size = options.object(u64{256} << 20);
  {
    Readers readers(options, size);
    const u64 total = size * short_turns;
    contest(
        row, options, [&] { return our_object(readers, size); }, [&] { return bare_pieces(readers, size, size); },
        [&](const Pairs& pairs) { return rate_and_processor(pairs, total, 0.97, 1.15); }, short_turns);
  }
  row.note("A pair is four objects of 256 MiB and as many bare ones, in turns.");
  const u64 whole = options.object(u64{2} << 30);
  Readers readers(options, whole);
  auto fewer = options;
  fewer.pairs = options.times(3, 1);
  const auto pairs =
      in_pairs(fewer, [&] { return our_object(readers, whole); }, [&] { return bare_pieces(readers, whole, whole); });
  const double amount = static_cast<double>(whole) / gib;
  row.add({"… of one object of 2 GiB", "GiB/s", rates(pairs.ours, amount), rates(pairs.bare, amount), Bound::none, 0});
  return row;
}

Row partial_row(const Options& options) {
  constexpr u64 usual = 1u << 20;
  const u64 total = options.object(u64{1} << 30);
  Row row("partial", "GetPartialObject, 1 MiB pieces", "a bare request and sendfile loop");
  Readers readers(options, total);
  const u64 turn = total / short_turns;
  contest(
      row, options, [&] { return our_pieces(readers, turn, usual); }, [&] { return bare_pieces(readers, turn, usual); },
      [&](const Pairs& pairs) { return rate_and_processor(pairs, turn * short_turns, 0.90, 1.4); }, short_turns);
  auto fewer = options;
  fewer.pairs = options.times(3, 1);
  Plot curve{"GetPartialObject by the size of the pieces",
             "piece, KiB",
             "GiB/s",
             true,
             false,
             {{"stuntcam", {}}, {"bare", {}}},
             {}};
  for (u64 piece = 64u << 10; piece <= 8u << 20; piece *= 2) {
    const u64 bytes = std::max(total / 4, piece);
    if (bytes > total) break;
    const auto pairs = in_pairs(
        fewer, [&] { return our_pieces(readers, bytes, piece); }, [&] { return bare_pieces(readers, bytes, piece); });
    const double size = static_cast<double>(bytes) / gib;
    const auto x = static_cast<double>(piece) / kib;
    curve.lines[0].points.emplace_back(x, median(rates(pairs.ours, size)));
    curve.lines[1].points.emplace_back(x, median(rates(pairs.bare, size)));
  }
  row.add(std::move(curve));
  return row;
}

Row send_row(const Options& options) {
  const u64 size = options.object(u64{2} << 30);
  Row row("send", "SendObject 2 GiB to disk", "a bare loop of receive and write");
  const Media source(size);
  const Folder card, sink;
  const auto ours = serve_folder(options, card.path(), true);
  const auto listener = Socket::listen_on_free_port();
  const auto received = sink.file("RECEIVED.MOV");
  const auto bare = Process::run([&] { serve_sink(listener, received); });
  Client client(ours.port());
  const auto socket = Socket::connect_to(listener.port());
  const Descriptor file(source.object(), O_RDONLY);
  contest(
      row, options,
      [&] {
        fresh_disk({});
        const auto round = measure(ours.process, [&] { client.upload("UP.MOV", file.get(), size); });
        client.drain(OperationCode::DeleteObject, {client.only_object()});
        return round;
      },
      [&] {
        fresh_disk({received});
        const auto round = measure(bare, [&] {
          socket.send({reinterpret_cast<const u8*>(&size), sizeof size});
          send_file(socket, file.get(), size);
          u8 done = 0;
          socket.receive_all({&done, 1});
        });
        std::remove(received.c_str());
        return round;
      },
      [&](const Pairs& pairs) { return rate_and_processor(pairs, size, 0.90, 1.2); });
  return row;
}

Row pass_through_row(const Options& options) {
  const u64 size = options.object(u64{512} << 20);
  Row row("pass-through", "GetObject of 512 MiB through a proxy, from a camera behind it",
          "a bare relay: a loop of receive and send");
  const Media media(size);
  const auto camera = serve_folder(options, media.path());
  const auto proxy = serve(options, {camera.target()});
  const auto files = Socket::listen_on_free_port(), relays = Socket::listen_on_free_port();
  const auto server = Process::run([&] { serve_file(files, media.object()); });
  const auto relay = Process::run([&] { serve_relay(relays, files.port()); });
  const auto socket = Socket::connect_to(relays.port());
  Client client(proxy.port(), true);
  const auto handle = client.only_object();
  Bytes room(receive_size);
  const double amount = static_cast<double>(size) / gib;
  contest(
      row, options,
      [&] { return measure(proxy.process, [&] { expect(client.drain(OperationCode::GetObject, {handle}), size); }); },
      [&] { return measure(relay, [&] { fetch(socket, {0, size}, room); }); },
      [&](const Pairs& pairs) -> std::vector<Measure> {
        return {{"throughput", "GiB/s", rates(pairs.ours, amount), rates(pairs.bare, amount), Bound::at_least, 0.9},
                {"the proxy's processor time", "s/GiB", field(pairs.ours, &Round::processor, amount),
                 field(pairs.bare, &Round::processor, amount), Bound::none, 0}};
      });
  return row;
}

Row memory_row(const Options& options) {
  constexpr u64 small = 8u << 10;
  const u64 large = options.brief ? u64{64} << 20 : u64{8} << 30;
  Row row("memory", "peak memory after GetObject of 8 GiB", "of 8 KiB, in a fresh process");
  const auto peak = [&](u64 size) {
    const Media media(size);
    const auto ours = serve_folder(options, media.path());
    Client client(ours.port());
    expect(client.drain(OperationCode::GetObject, {client.only_object()}), size);
    return static_cast<double>(ours.process.peak_memory_kib()) / kib;
  };
  std::vector<double> after_small, more;
  for (int n = 0; n < options.times(3, 1); ++n) {
    after_small.push_back(peak(small));
    more.push_back(std::max(peak(large) - after_small.back(), 0.0));
  }
  row.add({"peak after 8 KiB", "MiB", after_small, {}, Bound::none, 0, true});
  row.add({"more after 8 GiB", "MiB", more, {}, Bound::at_most, 8, true});
  return row;
}

}  // namespace stuntcam::bench
