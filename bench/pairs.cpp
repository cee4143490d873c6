#include "bench/pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "bench/machine.h"

namespace stuntcam::bench {
namespace {

void add(Round& sum, const Round& turn) {
  sum.seconds += turn.seconds;
  sum.processor += turn.processor;
  sum.p50 = turn.p50;
  sum.p99 = turn.p99;
}

struct Pair {
  Round ours, bare;
  bool disturbed = false;
};

Pair measure_pair(const Measured& ours, const Measured& bare, const Manner& manner, std::size_t number) {
  Pair pair;
  const double before = manner.taken_by_others();
  const double took = seconds([&] {
    for (std::size_t turn = 0; turn < static_cast<std::size_t>(manner.turns); ++turn) {
      const bool bare_first = (number + turn) % 2 != 0;
      if (bare_first) add(pair.bare, bare());
      add(pair.ours, ours());
      if (!bare_first) add(pair.bare, bare());
    }
  });
  const double processors = std::max(1u, std::thread::hardware_concurrency());
  pair.disturbed = manner.taken_by_others() - before > tolerated_share * took * processors;
  return pair;
}

}  // namespace

Pairs in_pairs(const Options& options, const Measured& ours, const Measured& bare, const Manner& manner) {
  Pairs pairs;
  const auto begin = std::chrono::steady_clock::now();
  if (!options.brief) (void)measure_pair(ours, bare, manner, 1);
  auto wanted = static_cast<std::size_t>(options.pairs);
  for (int look = 1;; ++look) {
    while (pairs.ours.size() < wanted) {
      const auto pair = measure_pair(ours, bare, manner, pairs.ours.size());
      if (pair.disturbed && !options.brief && pairs.repeated < options.pairs) {
        ++pairs.repeated;
        continue;
      }
      if (pair.disturbed) ++pairs.disturbed;
      pairs.ours.push_back(pair.ours);
      pairs.bare.push_back(pair.bare);
    }
    if (look == most_looks || options.brief || !manner.enough || manner.enough(pairs)) return pairs;
    const auto more = 2 * wanted + 1;
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    if (elapsed.count() / static_cast<double>(wanted) * static_cast<double>(more) > options.row_seconds) return pairs;
    wanted = more;
  }
}

Pairs in_pairs(const Options& options, const Measured& ours, const Measured& bare) {
  return in_pairs(options, ours, bare, {.enough = {}, .taken_by_others = taken_by_others});
}

void contest(Row& row, const Options& options, const Measured& ours, const Measured& bare,
             const std::function<std::vector<Measure>(const Pairs&)>& measures, int turns) {
  const auto looked_at = [&](const Pairs& pairs) {
    auto all = measures(pairs);
    for (auto& measure : all) measure.looks = most_looks;
    return all;
  };
  const auto clear = [](const Measure& measure) {
    const auto verdict = measure.verdict();
    return verdict != "noisy" && verdict != "few";
  };
  const auto enough = [&](const Pairs& pairs) { return std::ranges::all_of(looked_at(pairs), clear); };
  const auto pairs =
      in_pairs(options, ours, bare, {.enough = enough, .turns = turns, .taken_by_others = taken_by_others});
  for (auto& measure : looked_at(pairs)) row.add(std::move(measure));
  if (options.brief) return;
  auto note = fmt::format("{} pairs", pairs.ours.size());
  if (pairs.repeated > 0)
    note += fmt::format("; {} measured again, as others took more than {:g} % of the processors' time", pairs.repeated,
                        100 * tolerated_share);
  if (pairs.disturbed > 0) note += fmt::format("; {} kept although they did", pairs.disturbed);
  row.note(note + ".");
}

std::vector<double> rates(const std::vector<Round>& rounds, double amount) {
  std::vector<double> values;
  values.reserve(rounds.size());
  for (const auto& round : rounds) values.push_back(amount / round.seconds);
  return values;
}

std::vector<double> field(const std::vector<Round>& rounds, double Round::* which, double divisor) {
  std::vector<double> values;
  values.reserve(rounds.size());
  for (const auto& round : rounds) values.push_back(round.*which / divisor);
  return values;
}

}  // namespace stuntcam::bench
