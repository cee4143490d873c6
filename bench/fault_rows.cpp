// What a layer of faults costs that does nothing, and how often a client can be tried.
#include <fmt/format.h>

#include <stdexcept>

#include <nlohmann/json.hpp>

#include "bench/client.h"
#include "bench/media.h"
#include "bench/pairs.h"
#include "bench/rows.h"
#include "bench/served.h"

namespace stuntcam::bench {
namespace {

// So many of each in one pair.
constexpr int short_turns = 4;

// A camera with one object, and who reads it.
struct Reader {
  explicit Reader(Served camera) : served(std::move(camera)), client(served.port()), handle(client.only_object()) {}
  Round get(u64 size) {
    return measure(served.process, [&] {
      const u64 got = client.drain(ptp::OperationCode::GetObject, {handle});
      if (got != size) throw std::runtime_error(fmt::format("{} bytes came, and {} should have", got, size));
    });
  }
  Served served;
  Client client;
  u32 handle;
};

// Runs of the client in a second, as the summary says.
double runs_a_second(const std::vector<std::string>& command) {
  const auto fuzzer = Process::start(command, {.pinned = false});
  const auto summary =
      fuzzer.lines().empty() ? Json() : Json::parse(fuzzer.lines().front(), nullptr, /*allow_exceptions=*/false);
  if (!summary.is_object() || summary.value("type", "") != "summary")
    throw std::runtime_error("the client was not tried to the end, or found to be wrong");
  return summary.value("runs", 0.0) / summary.value("seconds", 0.0);
}

}  // namespace

Row faults_row(const Options& options) {
  Row row("faults", "GetObject 256 MiB with a fault that waits for something else", "the same without --fault");
  const u64 size = options.object(u64{256} << 20);
  const Media media(size);
  Reader idle(serve(options, {"generic", "--media", media.path(), "--fault", "late:delay=1s,operation=FormatStore"}));
  Reader without(serve_folder(options, media.path()));
  const double amount = static_cast<double>(size) * short_turns / gib;
  contest(
      row, options, [&] { return idle.get(size); }, [&] { return without.get(size); },
      [&](const Pairs& pairs) -> std::vector<Measure> {
        return {{"throughput", "GiB/s", rates(pairs.ours, amount), rates(pairs.bare, amount), Bound::none, 0},
                {"server's processor time", "s/GiB", field(pairs.ours, &Round::processor, amount),
                 field(pairs.bare, &Round::processor, amount), Bound::none, 0}};
      },
      short_turns);
  return row;
}

Row fuzz_row(const Options& options) {
  const std::string client = STUNTCAM_FUZZED_CLIENT;
  const int runs = options.times(2000, 20);
  Row row("fuzz", fmt::format("stuntcam fuzz, {} runs of a client without a bug", runs), "");
  const Folder findings;
  const int times = options.times(3, 1);
  std::vector<double> rates;
  rates.reserve(static_cast<std::size_t>(times));
  for (int n = 0; n < times; ++n)
    rates.push_back(runs_a_second({options.stuntcam, "fuzz", STUNTCAM_FUZZED_CAMERA, "--runs", std::to_string(runs),
                                   "--out", findings.path(), "--json", "--quiet", "--", client, "{port}"}));
  row.add({"the client", "runs/s", rates, {}, Bound::none, 0});
  return row;
}

}  // namespace stuntcam::bench
