// What `stuntcam bench` found, for people, for Google Benchmark's compare.py, and as pictures.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "bench/engine/plot.h"
#include "bench/engine/series.h"

namespace stuntcam::bench {

// The head of the table, and one line of it.
std::string table_head();
std::string table_line(const Series&);

// Google Benchmark's schema: an entry for each repetition, and the aggregates. What could not be measured has
// error_occurred. Percentiles of the steps are counters of the median.
nlohmann::ordered_json google_benchmark(const std::vector<Series>&, const nlohmann::ordered_json& context);

// Throughput against the size of objects and pieces, and how the times of steps are distributed.
std::vector<Plot> plots(const std::vector<Series>&);

}  // namespace stuntcam::bench
