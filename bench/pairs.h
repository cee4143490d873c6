// Ours and the bare one in turns, so that what the machine does meanwhile hits both.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "bench/options.h"
#include "bench/process.h"

namespace stuntcam::bench {

// One measured round: time, and the server's processor time.
struct Round {
  double seconds = 0, processor = 0;
  double p50 = 0, p99 = 0;  // of single operations, in microseconds
};

template <class Work>
double seconds(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

template <class Work>
Round measure(const Process& server, Work work) {
  const auto processor = server.processor_nanoseconds();
  Round round;
  round.seconds = seconds(work);
  round.processor = static_cast<double>(server.processor_nanoseconds() - processor) / 1e9;
  return round;
}

struct Pairs {
  std::vector<Round> ours, bare;
};
// Who is first changes from pair to pair; one pair more, before the others, warms up.
inline Pairs in_pairs(const Options& options, const std::function<Round()>& ours, const std::function<Round()>& bare) {
  Pairs pairs;
  for (int pair = options.brief ? 0 : -1; pair < options.pairs; ++pair) {
    const bool bare_first = pair % 2 != 0;
    Round bare_round;
    if (bare_first) bare_round = bare();
    const Round our_round = ours();
    if (!bare_first) bare_round = bare();
    if (pair < 0) continue;
    pairs.ours.push_back(our_round);
    pairs.bare.push_back(bare_round);
  }
  return pairs;
}

// A field of each round, as a rate: amount / seconds, or as it is.
inline std::vector<double> rates(const std::vector<Round>& rounds, double amount) {
  std::vector<double> values;
  values.reserve(rounds.size());
  for (const auto& round : rounds) values.push_back(amount / round.seconds);
  return values;
}
inline std::vector<double> field(const std::vector<Round>& rounds, double Round::* which, double divisor = 1) {
  std::vector<double> values;
  values.reserve(rounds.size());
  for (const auto& round : rounds) values.push_back(round.*which / divisor);
  return values;
}

}  // namespace stuntcam::bench
