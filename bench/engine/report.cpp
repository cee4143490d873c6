#include "bench/engine/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "bench/engine/sizes.h"
#include "bench/engine/statistics.h"

namespace stuntcam::bench {
namespace {

using Json = nlohmann::ordered_json;

struct Percentile {
  double percent;
  const char* label;
};
constexpr Percentile percentiles[] = {{50, "p50"}, {90, "p90"}, {99, "p99"}, {99.9, "p99.9"}};

std::string rate(const Series& series, double value) {
  if (series.item.empty()) return rate_text(value);
  if (value >= 1000) return fmt::format("{:.0f} {}/s", value, series.item);
  return fmt::format("{:.3g} {}/s", value, series.item);
}

double mean(const std::vector<double>& values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  const double middle = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - middle) * (value - middle);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

// One iteration is one step where there are steps, else the whole repetition.
u64 iterations(const Repetition& repetition, const Series& series) {
  return series.steps.count() == 0 ? 1 : std::max<u64>(1, repetition.items);
}

struct Columns {
  std::vector<double> real, cpu, bytes, items;  // nanoseconds an iteration; a second
};

Columns columns(const Series& series) {
  Columns all;
  for (const auto& each : series.repetitions) {
    const auto count = static_cast<double>(iterations(each, series));
    all.real.push_back(each.seconds * 1e9 / count);
    all.cpu.push_back(each.processor_seconds * 1e9 / count);
    all.bytes.push_back(static_cast<double>(each.bytes) / each.seconds);
    all.items.push_back(static_cast<double>(each.items) / each.seconds);
  }
  return all;
}

Json entry(const Series& series, std::size_t index, const char* type) {
  return {{"name", series.name},     {"family_index", index}, {"per_family_instance_index", 0},
          {"run_name", series.name}, {"run_type", type},      {"repetitions", series.repetitions.size()}};
}

void add_times(Json& json, double real, double cpu) {
  json["real_time"] = real;
  json["cpu_time"] = cpu;
  json["time_unit"] = "ns";
}

void add_rates(Json& json, const Series& series, double bytes, double items) {
  if (bytes > 0) json["bytes_per_second"] = bytes;
  if (items > 0 && !series.item.empty()) json["items_per_second"] = items;
}

void add_aggregate(Json& all, const Series& series, std::size_t index, const char* name,
                   double (*summary)(const std::vector<double>&)) {
  const auto column = columns(series);
  auto json = entry(series, index, "aggregate");
  json["name"] = fmt::format("{}_{}", series.name, name);
  json["threads"] = 1;
  json["aggregate_name"] = name;
  json["aggregate_unit"] = "time";
  json["iterations"] = series.repetitions.size();
  add_times(json, summary(column.real), summary(column.cpu));
  add_rates(json, series, summary(column.bytes), summary(column.items));
  if (std::string_view(name) == "median" && series.steps.count() != 0) {
    for (const auto& [percent, label] : percentiles)
      json[fmt::format("{}_ns", label)] = series.steps.percentile(percent);
    json["max_ns"] = series.steps.greatest();
  }
  all.push_back(std::move(json));
}

std::string family(const Series& series) { return series.name.substr(0, series.name.find('/')); }

}  // namespace

std::string table_head() {
  return fmt::format("{:<20}{:>22}{:>8}  {:>10}{:>10}{:>10}{:>10}\n", "", "median", "spread", "p50", "p99", "p99.9",
                     "longest");
}

std::string table_line(const Series& series) {
  auto text = fmt::format("{:<20}", series.name);
  if (!series.repetitions.empty()) {
    const auto rates = series.rates();
    text += fmt::format("{:>22}{:>7.1f}%", rate(series, median(rates)), 100 * spread(rates));
  }
  if (series.steps.count() != 0)
    text += fmt::format("  {:>10}{:>10}{:>10}{:>10}", time_text(static_cast<double>(series.steps.percentile(50))),
                        time_text(static_cast<double>(series.steps.percentile(99))),
                        time_text(static_cast<double>(series.steps.percentile(99.9))),
                        time_text(static_cast<double>(series.steps.greatest())));
  if (!series.problem.empty()) text += fmt::format("  {}", series.problem);
  return text + "\n";
}

Json google_benchmark(const std::vector<Series>& all, const Json& context) {
  Json benchmarks = Json::array();
  for (std::size_t index = 0; index < all.size(); ++index) {
    const auto& series = all[index];
    if (!series.problem.empty()) {
      auto json = entry(series, index, "iteration");
      json.update(
          {{"repetition_index", 0}, {"threads", 1}, {"error_occurred", true}, {"error_message", series.problem}});
      benchmarks.push_back(std::move(json));
    }
    const auto column = columns(series);
    for (std::size_t n = 0; n < series.repetitions.size(); ++n) {
      auto json = entry(series, index, "iteration");
      json.update({{"repetition_index", n}, {"threads", 1}, {"iterations", iterations(series.repetitions[n], series)}});
      add_times(json, column.real[n], column.cpu[n]);
      add_rates(json, series, column.bytes[n], column.items[n]);
      benchmarks.push_back(std::move(json));
    }
    if (series.repetitions.empty()) continue;
    add_aggregate(benchmarks, series, index, "mean", mean);
    add_aggregate(benchmarks, series, index, "median",
                  [](const std::vector<double>& values) { return median(values); });
    add_aggregate(benchmarks, series, index, "stddev", deviation);
  }
  return {{"context", context}, {"benchmarks", benchmarks}};
}

std::vector<Plot> plots(const std::vector<Series>& all) {
  Plot throughput{"Throughput by the size of objects and pieces", "size", "MiB/s", true, false, {}, {}};
  Plot latency{"How long single steps take", "of all steps, so many take no longer", "ms", false, true, {}, {}};
  constexpr double mebibyte = 1024.0 * 1024;
  std::map<std::string, PlotLine> by_size;
  std::set<u64> sizes;
  for (const auto& series : all) {
    if (series.size && !series.repetitions.empty()) {
      auto& line = by_size[family(series)];
      line.name = family(series);
      line.points.emplace_back(static_cast<double>(*series.size), 0.0);
      std::vector<double> rates;
      rates.reserve(series.repetitions.size());
      for (const auto& each : series.repetitions) rates.push_back(static_cast<double>(each.bytes) / each.seconds);
      line.points.back().second = median(rates) / mebibyte;
      sizes.insert(*series.size);
    }
    if (series.steps.count() < 10) continue;
    PlotLine line{series.name, {}};
    // Nines on the x axis: as far as there are steps to tell.
    const double last = std::min(4.0, std::log10(static_cast<double>(series.steps.count())));
    constexpr int points_each = 20;
    for (int point = 0; point <= static_cast<int>(last * points_each); ++point) {
      const double nines = static_cast<double>(point) / points_each;
      line.points.emplace_back(nines,
                               static_cast<double>(series.steps.percentile(100 * (1 - std::pow(10, -nines)))) / 1e6);
    }
    latency.lines.push_back(std::move(line));
  }
  for (auto& [name, line] : by_size) {
    std::ranges::sort(line.points);
    throughput.lines.push_back(std::move(line));
  }
  throughput.x_ticks.reserve(sizes.size());
  for (const u64 size : sizes) throughput.x_ticks.push_back({static_cast<double>(size), size_text(size)});
  latency.x_ticks = {{0, "0 %"}, {std::log10(2), "50 %"}, {1, "90 %"}, {2, "99 %"}, {3, "99.9 %"}};
  return {std::move(throughput), std::move(latency)};
}

}  // namespace stuntcam::bench
