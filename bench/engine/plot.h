// Pictures of measurements, as SVG.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace stuntcam::bench {

struct PlotLine {
  std::string name;
  std::vector<std::pair<double, double>> points;  // by x
};

struct Tick {
  double at = 0;
  std::string label;
};

struct Plot {
  std::string title, x, y;  // the axes with their units
  bool log_x = false;
  bool log_y = false;  // else from zero
  std::vector<PlotLine> lines;
  std::vector<Tick> x_ticks{};  // none: round numbers, or with log_x the points themselves
};

// One picture, the plots below each other. Those without points are left out.
std::string svg(const std::vector<Plot>&);

}  // namespace stuntcam::bench
