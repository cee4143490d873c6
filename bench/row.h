// One row of the table: what was measured, beside its limit, and whether it holds.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "bench/engine/plot.h"

namespace stuntcam::bench {

using Json = nlohmann::ordered_json;

enum class Bound : unsigned char { none, at_least, at_most };

// `ours` alone, or in pairs with `bare`: then what counts is the median of the pairs' ratios.
struct Measure {
  std::string what, unit;
  std::vector<double> ours, bare;
  Bound bound = Bound::none;
  double limit = 0;

  std::vector<double> values() const;  // the ratios, or ours
  // "met" and "missed" when the median's interval says so, "noisy" when the limit lies inside it; "" without a limit.
  std::string verdict() const;
  Json json() const;
};

class Row {
 public:
  Row(std::string name, std::string work, std::string against)
      : name_(std::move(name)), work_(std::move(work)), against_(std::move(against)) {}

  void add(Measure measure) { measures_.push_back(std::move(measure)); }
  void add(Plot plot) { plots_.push_back(std::move(plot)); }
  void note(std::string text) { notes_.push_back(std::move(text)); }
  void fail(std::string why) { failed_ = std::move(why); }

  const std::string& name() const { return name_; }
  bool failed() const { return !failed_.empty(); }
  Json json() const;
  std::string text() const;  // for a terminal

 private:
  std::string name_, work_, against_, failed_;
  std::vector<Measure> measures_;
  std::vector<Plot> plots_;
  std::vector<std::string> notes_;
};

}  // namespace stuntcam::bench
