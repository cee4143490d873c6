// Ours and the bare one in turns, so that what the machine does meanwhile hits both.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "bench/options.h"
#include "bench/process.h"
#include "bench/row.h"

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
  int repeated = 0;   // because others had the processors meanwhile
  int disturbed = 0;  // kept all the same: there is an end of repeating
};

// After 7, 15 and 31 pairs somebody may say that these are enough.
inline constexpr int most_looks = 3;
// Of the processors' time: a pair during which others took more is measured again, whatever came out.
inline constexpr double tolerated_share = 0.02;

struct Manner {
  // Asked at each look; without it there is one look.
  std::function<bool(const Pairs&)> enough;
  // Of each in one pair, their times added: short turns let a slow drift of the machine hit both alike.
  int turns = 1;
  // Processor time that others have had so far, in seconds.
  std::function<double()> taken_by_others;
};
using Measured = std::function<Round()>;

// Who is first changes from turn to turn; one pair more, before the others, warms up.
Pairs in_pairs(const Options&, const Measured& ours, const Measured& bare, const Manner& manner);
// One look, on this machine.
Pairs in_pairs(const Options&, const Measured& ours, const Measured& bare);

// In pairs until every verdict on what `measures` makes of them is clear, or the row's time is over. Adds that to the
// row, and how many pairs were disturbed.
void contest(Row&, const Options&, const Measured& ours, const Measured& bare,
             const std::function<std::vector<Measure>(const Pairs&)>& measures, int turns = 1);

// A field of each round, as a rate: amount / seconds, or as it is.
std::vector<double> rates(const std::vector<Round>&, double amount);
std::vector<double> field(const std::vector<Round>&, double Round::* which, double divisor = 1);

}  // namespace stuntcam::bench
