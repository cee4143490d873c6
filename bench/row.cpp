#include "bench/row.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "bench/engine/statistics.h"

namespace stuntcam::bench {

std::vector<double> Measure::values() const {
  if (bare.empty()) return ours;
  std::vector<double> ratios;
  ratios.reserve(ours.size());
  for (std::size_t n = 0; n < std::min(ours.size(), bare.size()); ++n) {
    if (bare[n] == 0) throw std::runtime_error(what + ": the bare one has none, and there is no ratio");
    ratios.push_back(ours[n] / bare[n]);
  }
  return ratios;
}

Measure::Range Measure::range() const {
  const auto all = values();
  if (all.empty()) return {};
  const auto interval = exact ? std::nullopt : median_interval(all, looks);
  if (interval) return {interval->low, interval->high, true};
  const auto [least, greatest] = std::ranges::minmax(all);
  return {least, greatest, false};
}

std::string Measure::verdict() const {
  if (bound == Bound::none || ours.empty()) return {};
  const auto [low, high, interval] = range();
  if (!exact && !interval) return "few";
  const bool least = bound == Bound::at_least;
  if (least ? low >= limit : high <= limit) return "met";
  if (least ? high < limit : low > limit) return "missed";
  return "noisy";
}

Json Measure::json() const {
  const auto all = values();
  const auto [low, high, interval] = range();
  Json json = {{"what", what}, {"unit", unit}, {"ours", median(ours)}};
  if (!bare.empty()) {
    json["bare"] = median(bare);
    json["ratio"] = median(all);
  }
  json.update({{"low", low}, {"high", high}, {"interval", interval}, {"spread", spread(all)}, {"values", all}});
  if (bound != Bound::none)
    json.update(
        {{"bound", bound == Bound::at_least ? "at least" : "at most"}, {"limit", limit}, {"verdict", verdict()}});
  return json;
}

void Row::add(Measure measure) {
  if (measure.values().empty()) throw std::runtime_error(measure.what + ": nothing was measured");
  measures_.push_back(std::move(measure));
}

Json Row::json() const {
  Json json = {{"name", name_}, {"work", work_}, {"against", against_}};
  if (failed()) json["failed"] = failed_;
  json["measures"] = Json::array();
  for (const auto& measure : measures_) json["measures"].push_back(measure.json());
  json["plots"] = Json::array();
  for (const auto& plot : plots_) {
    Json lines = Json::array();
    for (const auto& line : plot.lines) lines.push_back({{"name", line.name}, {"points", line.points}});
    json["plots"].push_back(
        {{"title", plot.title}, {"x", plot.x}, {"y", plot.y}, {"lines", lines}, {"svg", svg({plot})}});
  }
  json["notes"] = notes_;
  return json;
}

std::string Row::text() const {
  std::string text = fmt::format("{}: {}{}{}\n", name_, work_, against_.empty() ? "" : ", against ", against_);
  if (failed()) text += fmt::format("  could not be measured: {}\n", failed_);
  for (const auto& measure : measures_) {
    const auto all = measure.values();
    const auto [low, high, interval] = measure.range();
    text += fmt::format("  {:<42}{:>11.4g}", measure.what + ", " + measure.unit, median(measure.ours));
    if (measure.bare.empty()) {
      text += fmt::format("{:>11}{:>9}", "", "");
    } else {
      text += fmt::format("{:>11.4g}{:>8.3f}x", median(measure.bare), median(all));
    }
    text += fmt::format("  {:.4g}..{:.4g}{}", low, high, interval ? "" : fmt::format(" (of {})", all.size()));
    if (measure.bound != Bound::none)
      text += fmt::format("  {} {:g}: {}", measure.bound == Bound::at_least ? "at least" : "at most", measure.limit,
                          measure.verdict());
    text += "\n";
  }
  for (const auto& plot : plots_) {
    text += fmt::format("  {}: {} by {}\n", plot.title, plot.y, plot.x);
    for (const auto& line : plot.lines) {
      text += fmt::format("    {:<12}", line.name);
      for (const auto& [x, y] : line.points) text += fmt::format(" {:g}:{:.4g}", x, y);
      text += "\n";
    }
  }
  for (const auto& note : notes_) text += fmt::format("  {}\n", note);
  return text;
}

}  // namespace stuntcam::bench
