// Recording what a camera sends, and reading captures.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "bench/client.h"
#include "bench/engine/statistics.h"
#include "bench/media.h"
#include "bench/pairs.h"
#include "bench/rows.h"
#include "bench/sample_capture.h"
#include "bench/served.h"

namespace stuntcam::bench {

using ptp::OperationCode;

namespace {

constexpr double megabyte = 1e6;

std::vector<double> repeated(int times, double amount, const std::vector<std::string>& command) {
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(times));
  for (int n = 0; n < times; ++n) values.push_back(amount / seconds([&] { Process::complete(command); }));
  return values;
}

}  // namespace

Row record_row(const Options& options) {
  const u64 size = options.object(u64{512} << 20);
  Row row("record", "GetObject of 512 MiB with --record", "a bare loop of receive and write to the same file system");
  const Media media(size);
  const Folder sink;
  const auto recording = sink.file("recording.pcapng"), received = sink.file("received");
  const auto listener = Socket::listen_on_free_port();
  const auto bare = Process::run([&] { serve_file(listener, media.object()); });
  const auto socket = Socket::connect_to(listener.port());
  const auto off = serve_folder(options, media.path());
  Client unrecorded(off.port());
  Bytes room(receive_size);
  const auto download = [&](Client& client, const Process& server) {
    const auto handle = client.only_object();
    return measure(server, [&] {
      if (client.drain(OperationCode::GetObject, {handle}) != size) throw std::runtime_error("bytes are missing");
    });
  };
  std::vector<Round> without;
  const auto pairs = in_pairs(
      options,
      [&] {
        std::remove(recording.c_str());
        const auto ours = serve(options, {"generic", "--media", media.path(), "--record", recording});
        Client client(ours.port());
        const auto round = download(client, ours.process);
        without.push_back(download(unrecorded, off.process));
        return round;
      },
      [&] {
        std::remove(received.c_str());
        return measure(bare, [&] {
          const Piece all{0, size};
          const Descriptor out(received, O_WRONLY | O_CREAT | O_EXCL);
          socket.send({reinterpret_cast<const u8*>(&all), sizeof all});
          write_from(socket, size, out.get(), room);
        });
      });
  const double amount = static_cast<double>(size) / gib;
  row.add({"throughput", "GiB/s", rates(pairs.ours, amount), rates(pairs.bare, amount), Bound::at_least, 0.8});
  row.add({"without --record, for comparison", "GiB/s", rates(without, amount), {}, Bound::none, 0});
  return row;
}

Row decode_row(const Options& options) {
  Row row("decode", "decode of a capture, 1 GB of 1448-byte frames in the page cache", "tshark, printed beside it");
  const Folder folder;
  const auto path = folder.file("session.pcapng");
  write_capture(path, options.brief ? u64{8} << 20 : u64{1'000'000'000});
  const double size = static_cast<double>(std::filesystem::file_size(path)) / megabyte;
  const auto ours = repeated(options.pairs, size, {options.stuntcam, "decode", path, "--json"});
  row.add({"stuntcam decode --json", "MB/s", ours, {}, Bound::at_least, 400});
  constexpr const char* tshark = "/usr/bin/tshark";
  if (!std::filesystem::exists(tshark)) {
    row.note("tshark is not installed: its figure is missing");
    return row;
  }
  row.add({"tshark", "MB/s", repeated(1, size, {tshark, "-n", "-r", path}), {}, Bound::none, 0});
  row.add({"tshark, PTP/IP only",
           "MB/s",
           repeated(1, size, {tshark, "-n", "-Y", "ptpip", "-r", path}),
           {},
           Bound::none,
           0});
  return row;
}

}  // namespace stuntcam::bench
