// Our client, the whole program from its start to its end, against the least that any client can do, both with our
// server.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <functional>

#include "bench/client.h"
#include "bench/many_objects.h"
#include "bench/media.h"
#include "bench/pairs.h"
#include "bench/rows.h"
#include "bench/served.h"

namespace stuntcam::bench {

using ptp::OperationCode;

namespace {

template <class Work>
Round timed(Work work) {
  Round round;
  round.seconds = seconds(work);
  return round;
}

std::vector<Measure> rate(const Pairs& pairs, u64 bytes) {
  const double size = static_cast<double>(bytes) / gib;
  return {{"throughput", "GiB/s", rates(pairs.ours, size), rates(pairs.bare, size), Bound::at_least, 0.90}};
}

// peak: the program's, in KiB, with an object of a size.
Measure more_memory(const Options& options, const std::function<u64(u64)>& peak) {
  const u64 large = options.brief ? u64{64} << 20 : u64{8} << 30;
  const int times = options.times(3, 1);
  std::vector<double> more;
  more.reserve(static_cast<std::size_t>(times));
  for (int n = 0; n < times; ++n)
    more.push_back(std::max(static_cast<double>(peak(large)) - static_cast<double>(peak(8u << 10)), 0.0) / kib);
  return {"more memory for 8 GiB than for 8 KiB", "MiB", more, {}, Bound::at_most, 8, true};
}

}  // namespace

Row initiator_get_row(const Options& options) {
  const u64 size = options.object(u64{2} << 30);
  Row row("initiator-get", "stuntcam get, 2 GiB to disk", "a bare loop of receive and write");
  const Media source(size);
  const Folder sink;
  const auto server = serve_folder(options, source.path());
  const auto listener = Socket::listen_on_free_port();
  const auto bare = Process::run([&] { serve_file(listener, source.object()); });
  const auto socket = Socket::connect_to(listener.port());
  const auto file = sink.file("received");
  Bytes room(receive_size);
  contest(
      row, options,
      [&] {
        fresh_disk({file});
        return timed([&] { Process::complete({options.stuntcam, "get", server.target(), "OBJECT.MOV", "-o", file}); });
      },
      [&] {
        fresh_disk({file});
        return timed([&] {
          const Piece all{0, size};
          const Descriptor out(file, O_WRONLY | O_CREAT | O_EXCL);
          socket.send({reinterpret_cast<const u8*>(&all), sizeof all});
          write_from(socket, size, out.get(), room);
        });
      },
      [&](const Pairs& pairs) { return rate(pairs, size); });
  std::remove(file.c_str());
  row.add(more_memory(options, [&](u64 object) {
    const Media media(object);
    const auto other = serve_folder(options, media.path());
    return Process::watch({options.stuntcam, "get", other.target(), "OBJECT.MOV", "-o", "-"});
  }));
  return row;
}

Row initiator_put_row(const Options& options) {
  const u64 size = options.object(u64{2} << 30);
  Row row("initiator-put", "stuntcam put, 2 GiB to a camera on disk", "one packet by a bare sendfile loop");
  const Media source(size);
  const Folder card;
  const auto server = serve_folder(options, card.path(), true);
  const Descriptor file(source.object(), O_RDONLY);
  const auto clear = [&] {
    Client client(server.port());
    client.drain(OperationCode::DeleteObject, {client.only_object()});
  };
  contest(
      row, options,
      [&] {
        fresh_disk({});
        const auto round =
            timed([&] { Process::complete({options.stuntcam, "put", server.target(), source.object()}); });
        clear();
        return round;
      },
      [&] {
        fresh_disk({});
        const auto round = timed([&] { Client(server.port()).upload("UP.MOV", file.get(), size); });
        clear();
        return round;
      },
      [&](const Pairs& pairs) { return rate(pairs, size); });
  row.add(more_memory(options, [&](u64 object) {
    const Media media(object);
    const Folder empty;
    const auto other = serve_folder(options, empty.path(), true);
    return Process::watch({options.stuntcam, "put", other.target(), media.object()});
  }));
  return row;
}

Row initiator_list_row(const Options& options) {
  const u32 count = options.brief ? 100 : 10000;
  Row row("initiator-list", "stuntcam ls, 10,000 objects", "as many bare round trips of GetObjectInfo, not decoded");
  const ManyObjects card(count);
  const auto server = serve(options, {card.profile()});
  Client client(server.port());
  const auto handle = client.only_object();
  const auto pairs = in_pairs(
      options, [&] { return timed([&] { Process::complete({options.stuntcam, "ls", server.target()}); }); },
      [&] {
        return timed([&] {
          for (u32 n = 0; n < count; ++n) client.drain(OperationCode::GetObjectInfo, {handle});
        });
      });
  row.add({"listing", "objects/s", rates(pairs.ours, count), rates(pairs.bare, count), Bound::none, 0});
  row.add({"all of them", "s", field(pairs.ours, &Round::seconds), {}, Bound::at_most, 1});
  return row;
}

}  // namespace stuntcam::bench
