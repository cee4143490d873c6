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
  bool exact = false;  // what hardly differs from run to run, as memory: all of the values are judged, however few
  int looks = 1;       // how often somebody asked whether these are enough (pairs.h)

  std::vector<double> values() const;  // the ratios, or ours; throws where there is nothing to divide by
  // "met" and "missed" when the median's interval, or all exact values say so; "noisy" when the limit lies inside it,
  // "few" when there are too few for an interval; "" without a limit.
  std::string verdict() const;
  Json json() const;

 private:
  // What is shown: the interval of 95 % where there is one, else from the least value to the greatest.
  struct Range {
    double low = 0, high = 0;
    bool interval = false;
  };
  Range range() const;
  friend class Row;
};

class Row {
 public:
  Row(std::string name, std::string work, std::string against)
      : name_(std::move(name)), work_(std::move(work)), against_(std::move(against)) {}

  void add(Measure measure);  // throws where it has no value
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
