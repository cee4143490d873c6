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
  const double amount = static_cast<double>(size) / gib;
  contest(
      row, options,
      [&] {
        fresh_disk({recording, received});
        const auto ours = serve(options, {"generic", "--media", media.path(), "--record", recording});
        Client client(ours.port());
        return download(client, ours.process);
      },
      [&] {
        fresh_disk({recording, received});
        return measure(bare, [&] {
          const Piece all{0, size};
          const Descriptor out(received, O_WRONLY | O_CREAT | O_EXCL);
          socket.send({reinterpret_cast<const u8*>(&all), sizeof all});
          write_from(socket, size, out.get(), room);
        });
      },
      [&](const Pairs& pairs) -> std::vector<Measure> {
        return {{"throughput", "GiB/s", rates(pairs.ours, amount), rates(pairs.bare, amount), Bound::at_least, 0.8}};
      });
  fresh_disk({recording, received});
  std::vector<Round> without;
  without.reserve(static_cast<std::size_t>(options.pairs));
  for (int n = 0; n < options.pairs; ++n) without.push_back(download(unrecorded, off.process));
  row.add({"without --record, for comparison", "GiB/s", rates(without, amount), {}, Bound::none, 0});
  return row;
}

Row decode_row(const Options& options) {
  Row row("decode", "decode of a capture, 1 GB of 1448-byte frames in the page cache", "tshark, printed beside it");
  const Folder folder;
  Plot curve{
      "decode --json by the length of the capture", "capture, MB", "seconds", true, true, {{"stuntcam", {}}}, {}};
  const auto lengths =
      options.brief ? std::vector<u64>{2'000'000, 8'000'000} : std::vector<u64>{10'000'000, 100'000'000, 1'000'000'000};
  std::string tenth;
  for (const auto length : lengths) {
    const auto path = folder.file(fmt::format("{}.pcapng", length));
    write_capture(path, length);
    const double size = static_cast<double>(std::filesystem::file_size(path)) / megabyte;
    const auto ours = repeated(options.pairs, size, {options.stuntcam, "decode", path, "--json"});
    curve.lines[0].points.emplace_back(size, size / median(ours));
    if (length == lengths.back())
      row.add({"stuntcam decode --json", "MB/s", ours, {}, Bound::at_least, 400});
    else
      tenth = path;
  }
  row.add(std::move(curve));
  constexpr const char* tshark = "/usr/bin/tshark";
  if (!std::filesystem::exists(tshark)) {
    row.note("tshark is not installed: its figure is missing");
    return row;
  }
  const double size = static_cast<double>(std::filesystem::file_size(tenth)) / megabyte;
  row.add({"tshark", "MB/s", repeated(1, size, {tshark, "-n", "-r", tenth}), {}, Bound::none, 0});
  row.add({"tshark, PTP/IP only",
           "MB/s",
           repeated(1, size, {tshark, "-n", "-Y", "ptpip", "-r", tenth}),
           {},
           Bound::none,
           0});
  row.note("tshark has a tenth of the capture: all of it takes half a minute.");
  return row;
}

}  // namespace stuntcam::bench
