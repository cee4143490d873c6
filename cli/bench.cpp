// How fast a camera is, or a client.
#include "cli/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "bench/engine/report.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/picture.h"
#include "cli/version.h"
#include "ptp/text.h"

namespace stuntcam::cli {
namespace {

u64 size_of(const std::string& text) {
  std::optional<u64> value;
  size(value)(text);
  return value.value_or(0);
}

void add_chunk(bench::Plan& plan, bool& usual, const std::string& text) {
  if (std::exchange(usual, false)) plan.chunks.clear();
  const u64 chunk = size_of(text);
  if (chunk == 0 || chunk > 0xFFFFFFFF) throw std::invalid_argument(fmt::format("'{}' is no size of a piece", text));
  plan.chunks.push_back(chunk);
}

void add_only(bench::Plan& plan, const std::string& text) {
  const auto names = bench::measurement_names();
  const auto known = [&](std::string_view name) { return name == text || name.starts_with(text + "/"); };
  if (std::ranges::none_of(names, known))
    throw std::invalid_argument(fmt::format("'{}' is none of {}", text, fmt::join(names, ", ")));
  plan.only.push_back(text);
}

ptp::Json context(const std::string& target, const ptp::DeviceInfo& device, const bench::Plan& plan) {
  return {{"executable", fmt::format("stuntcam {} bench", version)},
          {"num_cpus", std::thread::hardware_concurrency()},
          {"target", target},
          {"camera", fmt::format("{} {}", device.manufacturer, device.model)},
          {"repetitions", plan.repetitions}};
}

int bench_target(const BenchOptions& options) {
  if (!options.plot.empty()) check_picture(options.plot);
  auto call = find_target(options.visit);
  if (!call.words.empty()) throw Failure(usage, fmt::format("unexpected argument '{}'", call.words[0]));
  if (!call.destination) throw Failure(usage, "no TARGET");
  auto destination = *std::move(call.destination);
  destination.wrap = recording_wrap(open_recording(options.visit.record));
  const auto console = options.visit.console.console();
  const auto target = destination.name;
  BenchSubject subject(std::move(destination), console, options.visit.timeout);
  const auto device = subject.device();
  std::vector<bench::Series> all;
  if (!options.visit.json)
    fmt::print("{} {}\n{}", ptp::printable(device.manufacturer), ptp::printable(device.model), bench::table_head());
  flush_output();
  bench::measure(subject, options.plan, [&](const bench::Series& series) {
    all.push_back(series);
    if (options.visit.json) return;
    fmt::print("{}", bench::table_line(series));
    flush_output();
  });
  if (options.visit.json) print_json(bench::google_benchmark(all, context(target, device, options.plan)), true);
  if (!options.plot.empty()) write_picture(options.plot, bench::svg(bench::plots(all)));
  if (const int signal = subject.signal(); signal != 0) return by_signal + signal;
  const bool any = std::ranges::any_of(all, [](const auto& series) { return !series.repetitions.empty(); });
  return any ? success : failed;
}

void declare_bench(Options& declared, BenchOptions& options) {
  auto& plan = options.plan;
  const auto count = [](unsigned& value) {
    return [&value](const std::string& text) {
      u64 number = 0;
      cli::number(number, 0, 1'000'000)(text);
      value = static_cast<unsigned>(number);
    };
  };
  declared.arguments("[TARGET | CAMERA -- CLIENT ARGS]", options.visit.words,
                     "TARGET is ptpip:HOST[:PORT[:EVENT_PORT]] or a name from the settings; CAMERA a profile");
  declared.section("What is measured");
  declared.option(
      "--only", "NAME", [&plan](const std::string& text) { add_only(plan, text); },
      fmt::format("this alone; again for more: {}", fmt::join(bench::measurement_names(), ", ")));
  declared.option("--repeat", "N", count(plan.repetitions), "repetitions of each (5)");
  declared.option("--warm-up", "N", count(plan.warm_up), "before those, and not counted (1)");
  declared.option("--round-trips", "N", count(plan.round_trips), "small operations in one repetition (200)");
  declared.option(
      "--object", "HANDLE",
      [&plan](const std::string& text) {
        u64 handle = 0;
        cli::number(handle, 1, 0xFFFFFFFF)(text);
        plan.object = static_cast<u32>(handle);
      },
      "download this one (some of different sizes)");
  declared.option(
      "--chunk", "SIZE",
      [&plan, usual = std::make_shared<bool>(true)](const std::string& text) { add_chunk(plan, *usual, text); },
      "pieces for GetPartialObject; again for more (64KiB to 8MiB)");
  declared.option(
      "--upload", "SIZE", [&plan](const std::string& text) { plan.upload = std::min<u64>(size_of(text), 0xFFFFFFFE); },
      "object to upload, and to delete again (8MiB)");
  declared.flag("--read-only", [&plan] { plan.changes = false; }, "upload nothing, set no property");
  declared.option("--plot", "FILE.svg|png", text(options.plot), "pictures: throughput by size, and how times spread");
  declared.section("The target");
  declared.option("-t,--target", "TARGET", text(options.visit.target), "the camera, where no TARGET comes first");
  declared.option("--timeout", "D", duration(options.visit.timeout),
                  "for each phase (10s, 30s for answers and data); of a client: end it after this long");
  declared.option("--config", "FILE", text(options.visit.settings), "settings (~/.config/stuntcam/config.toml)");
  declare(declared, options.host);
  declare(declared, options.visit.console);
  declared.flag(
      "--json", [&options] { options.visit.json = true; },
      "of a target: Google Benchmark's schema, for its compare.py; of a client: one object");
}

}  // namespace

BenchSubject::BenchSubject(Destination destination, const Console& console, const Timeout& timeout)
    : destination_(std::move(destination)), console_(console), timeout_(timeout) {}

Contact& BenchSubject::contact() {
  if (!contact_ || (!contact_->camera().connection().usable() && contact_->interrupted() == 0)) {
    contact_.reset();
    contact_.emplace(destination_, console_, timeout_);
  }
  return *contact_;
}

initiator::Camera& BenchSubject::camera() { return contact().camera(); }
initiator::Extension& BenchSubject::extension() { return contact().extension(); }
const ptp::DeviceInfo& BenchSubject::device() { return contact().device(); }

Command bench_command() {
  auto options = std::make_shared<BenchOptions>();
  return {"bench",
          "how fast a camera is, or a client",
          "Examples:\n"
          "  stuntcam bench ptpip:192.168.1.1\n"
          "  stuntcam bench ptpip:192.168.1.1 --only partial --chunk 256KiB --chunk 2MiB --plot pieces.svg\n"
          "  stuntcam bench ptpip:192.168.1.1 --json > before.json    # and after.json; then compare.py benchmarks\n"
          "  stuntcam bench nikon-d5300 --media shots -- gphoto2 {gphoto2} --get-all-files\n\n"
          "Of a TARGET each row is the median of the repetitions, their spread, and how long single steps took. An\n"
          "upload is deleted again; properties are set to what they are. What the camera cannot do is said in its\n"
          "row. Of a client: what it asked, where its time went, and what the camera could have done.\n"
          "docs/performance.md explains the numbers. Exit status: 1 nothing could be measured; of a client, its own.\n",
          "[CLIENT ARGS]",
          [options](Options& declared) { declare_bench(declared, *options); },
          [options](const std::vector<std::string>& client) {
            options->visit.record = options->host.record;
            if (!client.empty()) return bench_client(*options, client);
            try {
              return bench_target(*options);
            } catch (const initiator::Problem& problem) {
              throw failure_of(problem, 0, options->visit.console);
            }
          }};
}

}  // namespace stuntcam::cli
