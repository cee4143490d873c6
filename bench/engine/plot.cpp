#include "bench/engine/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

namespace stuntcam::bench {
namespace {

constexpr double width = 760, height = 340, left = 78, right = 170, top = 40, bottom = 56;
constexpr double plot_width = width - left - right, plot_height = height - top - bottom;
constexpr double legend_line = 20;
constexpr std::size_t most_point_ticks = 10;
constexpr int wanted_ticks = 5;
constexpr double least_logarithm = 1e-12;  // of what is drawn on a logarithmic axis
// Told apart also by people who see no red and green.
constexpr std::array colours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"};

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

struct Range {
  double low = std::numeric_limits<double>::max(), high = std::numeric_limits<double>::lowest();
  void take(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  double share(double value) const { return high > low ? (value - low) / (high - low) : 0.5; }
};

// Round numbers that cover the range: 0, 20, 40, …
std::vector<Tick> round_ticks(Range& range) {
  const double rough = std::max(range.high - range.low, 1e-12) / wanted_ticks;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = power;
  for (const double factor : {1.0, 2.0, 5.0, 10.0})
    if (step = factor * power; step >= rough) break;
  range.low = std::floor(range.low / step) * step;
  range.high = std::ceil(range.high / step) * step;
  const long count = std::lround((range.high - range.low) / step);
  std::vector<Tick> ticks;
  for (long n = 0; n <= count; ++n) {
    const double at = range.low + static_cast<double>(n) * step;
    ticks.push_back({at, fmt::format("{:g}", std::abs(at) < step / 2 ? 0 : at)});
  }
  return ticks;
}

// 0.1, 1, 10, …
std::vector<Tick> powers_of_ten(long from, long to) {
  std::vector<Tick> ticks;
  for (long power = from; power <= to; ++power) {
    const double at = std::pow(10, static_cast<double>(power));
    ticks.push_back({at, fmt::format("{:g}", at)});
  }
  return ticks;
}

// Of logarithms.
std::vector<Tick> decades(Range& range) {
  range.low = std::floor(range.low);
  range.high = std::ceil(range.high);
  return powers_of_ten(std::lround(range.low), std::lround(range.high));
}

// Drawing one plot.
class Picture {
 public:
  Picture(const Plot& plot, double offset) : plot_(plot), offset_(offset) {
    for (const auto& line : plot.lines) {
      for (const auto& [x, y] : line.points) {
        x_.take(scaled(x));
        y_.take(scaled_y(y));
      }
    }
    if (!plot.log_y) y_.take(0);
  }

  std::string draw() {
    text(width / 2 - right / 2 + left / 2, top - 18, "middle", plot_.title, "font-weight=\"bold\" font-size=\"14\"");
    axes();
    for (std::size_t n = 0; n < plot_.lines.size(); ++n) line(n);
    return std::move(out_);
  }

 private:
  double scaled(double x) const { return plot_.log_x ? std::log10(std::max(x, least_logarithm)) : x; }
  double at_x(double x) const { return left + x_.share(scaled(x)) * plot_width; }
  double scaled_y(double y) const { return plot_.log_y ? std::log10(std::max(y, least_logarithm)) : y; }
  double at_y(double y) const { return offset_ + top + (1 - y_.share(scaled_y(y))) * plot_height; }

  void text(double x, double y, const char* anchor, const std::string& what, const std::string& more = {}) {
    out_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" {}>{}</text>\n", x, offset_ + y, anchor,
                        more, escaped(what));
  }

  std::vector<Tick> x_ticks() {
    if (!plot_.x_ticks.empty()) {
      for (const auto& tick : plot_.x_ticks) x_.take(scaled(tick.at));
      return plot_.x_ticks;
    }
    if (!plot_.log_x) return round_ticks(x_);
    std::set<double> all;
    for (const auto& line : plot_.lines)
      for (const auto& point : line.points) all.insert(point.first);
    if (all.size() > most_point_ticks)
      return powers_of_ten(std::lround(std::floor(x_.low)), std::lround(std::ceil(x_.high)));
    std::vector<Tick> ticks;
    ticks.reserve(all.size());
    for (const double x : all) ticks.push_back({x, fmt::format("{:g}", x)});
    return ticks;
  }

  std::vector<Tick> y_ticks() { return plot_.log_y ? decades(y_) : round_ticks(y_); }

  void axes() {
    for (const auto& tick : y_ticks()) {
      out_ += fmt::format("<path d=\"M{:.1f} {:.1f}h{:.1f}\" stroke=\"#ddd\"/>\n", left, at_y(tick.at), plot_width);
      text(left - 8, at_y(tick.at) - offset_ + 4, "end", tick.label);
    }
    for (const auto& tick : x_ticks()) {
      out_ +=
          fmt::format("<path d=\"M{:.1f} {:.1f}v6\" stroke=\"#444\"/>\n", at_x(tick.at), offset_ + top + plot_height);
      text(at_x(tick.at), top + plot_height + 20, "middle", tick.label);
    }
    out_ += fmt::format("<path d=\"M{:.1f} {:.1f}v{:.1f}h{:.1f}\" fill=\"none\" stroke=\"#444\"/>\n", left,
                        offset_ + top, plot_height, plot_width);
    text(left + plot_width / 2, height - 14, "middle", plot_.x);
    const double middle = offset_ + top + plot_height / 2;
    out_ += fmt::format("<text transform=\"translate(18 {:.1f}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
                        middle, escaped(plot_.y));
  }

  void line(std::size_t number) {
    const auto& line = plot_.lines[number];
    const auto* const colour = colours[number % colours.size()];
    std::string path;
    for (const auto& [x, y] : line.points) {
      path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? 'M' : 'L', at_x(x), at_y(y));
      if (line.points.size() <= most_point_ticks)
        out_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"/>\n", at_x(x), at_y(y), colour);
    }
    const auto* const dashes = number < colours.size() ? "" : " stroke-dasharray=\"6 3\"";
    out_ += fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"{}/>\n", path, colour, dashes);
    const double y = top + 10 + legend_line * static_cast<double>(number);
    out_ += fmt::format("<path d=\"M{:.1f} {:.1f}h18\" stroke=\"{}\" stroke-width=\"3\"{}/>\n", width - right + 12,
                        offset_ + y - 4, colour, dashes);
    text(width - right + 36, y, "start", line.name);
  }

  const Plot& plot_;
  double offset_;
  Range x_, y_;
  std::string out_;
};

}  // namespace

std::string svg(const std::vector<Plot>& plots) {
  std::string pictures;
  double offset = 0;
  for (const auto& plot : plots) {
    if (std::ranges::all_of(plot.lines, [](const PlotLine& line) { return line.points.empty(); })) continue;
    pictures += Picture(plot, offset).draw();
    offset += height;
  }
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:g} {1:g}\" width=\"{0:g}\" height=\"{1:g}\" "
             "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
             width, std::max(offset, legend_line)) +
         pictures + "</svg>\n";
}

}  // namespace stuntcam::bench
