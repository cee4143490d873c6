#include "bench/pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "bench/machine.h"

namespace stuntcam::bench {
namespace {

using testing::HasSubstr;

// Who was measured, in turn.
struct Sides {
  std::string order;
  double our_seconds = 1, bare_seconds = 1;
  Measured ours() {
    return [this] {
      order += 'o';
      return Round{.seconds = our_seconds, .processor = 2};
    };
  }
  Measured bare() {
    return [this] {
      order += 'b';
      return Round{.seconds = bare_seconds, .processor = 1};
    };
  }
};

double nothing() { return 0; }

TEST(Pairs, TakeTurnsAfterOneThatWarmsUp) {
  Sides sides;
  Options options;
  options.pairs = 3;
  const auto pairs = in_pairs(options, sides.ours(), sides.bare(), {.enough = {}, .taken_by_others = nothing});
  EXPECT_EQ(sides.order, "boobboob");
  EXPECT_EQ(pairs.ours.size(), 3u);
  EXPECT_EQ(pairs.bare.size(), 3u);
}

TEST(Pairs, AddUpShortTurns) {
  Sides sides;
  Options options;
  options.brief = true;
  options.pairs = 1;
  const auto pairs =
      in_pairs(options, sides.ours(), sides.bare(), {.enough = {}, .turns = 4, .taken_by_others = nothing});
  EXPECT_EQ(sides.order, "obboobbo");
  ASSERT_EQ(pairs.ours.size(), 1u);
  EXPECT_EQ(pairs.ours[0].seconds, 4);
  EXPECT_EQ(pairs.ours[0].processor, 8);
  EXPECT_EQ(pairs.bare[0].processor, 4);
}

std::size_t pairs_until(std::size_t enough, double row_seconds = 40) {
  Sides sides;
  Options options;
  options.row_seconds = row_seconds;
  const auto pairs = in_pairs(
      options, sides.ours(), sides.bare(),
      {.enough = [&](const Pairs& so_far) { return so_far.ours.size() >= enough; }, .taken_by_others = nothing});
  return pairs.ours.size();
}

TEST(Pairs, GoOnUntilTheyAreEnoughOrTheThirdLook) {
  EXPECT_EQ(pairs_until(1), 7u);
  EXPECT_EQ(pairs_until(8), 15u);
  EXPECT_EQ(pairs_until(16), 31u);
  EXPECT_EQ(pairs_until(1000), 31u);
  EXPECT_EQ(pairs_until(1000, 0), 7u) << "there is no time for more";
}

TEST(Pairs, AreMeasuredAgainWhenOthersHadTheProcessors) {
  Sides sides;
  Options options;
  int asked = 0;
  // Before and after each of the first three pairs, of which one only warms up, an hour goes by.
  const auto others = [&] { return asked++ < 6 ? 3600.0 * asked : 3600.0 * 6; };
  const auto pairs = in_pairs(options, sides.ours(), sides.bare(), {.enough = {}, .taken_by_others = others});
  EXPECT_EQ(pairs.ours.size(), 7u);
  EXPECT_EQ(pairs.repeated, 2);
  EXPECT_EQ(pairs.disturbed, 0);
}

TEST(Pairs, AreNotMeasuredAgainForEver) {
  Sides sides;
  Options options;
  double hours = 0;
  const auto pairs =
      in_pairs(options, sides.ours(), sides.bare(), {.enough = {}, .taken_by_others = [&] { return hours += 3600; }});
  EXPECT_EQ(pairs.ours.size(), 7u);
  EXPECT_EQ(pairs.repeated, 7);
  EXPECT_EQ(pairs.disturbed, 7);
}

TEST(Contest, LooksAgainOnlyWhileAVerdictIsOpen) {
  const auto row_of = [](double limit) {
    Row row("get", "", "");
    Sides sides;
    int n = 0;
    const Measured ours = [&] { return Round{.seconds = n++ % 2 == 0 ? 2.0 : 1.0}; };
    contest(row, Options{}, ours, sides.bare(), [&](const Pairs& pairs) -> std::vector<Measure> {
      return {{"throughput", "", rates(pairs.ours, 1), rates(pairs.bare, 1), Bound::at_least, limit}};
    });
    return row.json();
  };
  const auto clear = row_of(0.4), open = row_of(0.75);
  EXPECT_EQ(clear["measures"][0]["values"].size(), 7u);
  EXPECT_EQ(clear["measures"][0]["verdict"], "met");
  EXPECT_THAT(clear["notes"][0].get<std::string>(), HasSubstr("7 pairs"));
  EXPECT_EQ(open["measures"][0]["values"].size(), 31u);
  EXPECT_EQ(open["measures"][0]["verdict"], "noisy");
}

TEST(Machine, TellsTasksApartWhateverTheirNames) {
  const auto task = parse_task("12 (a) b (c) S 3 4 5 0 -1 4194560 1 2 3 4 10 20 30 40 20 0 1 0 9 8 7");
  ASSERT_TRUE(task);
  EXPECT_EQ(task->parent, 3);
  EXPECT_EQ(task->group, 4);
  EXPECT_EQ(task->ticks, 100);
  EXPECT_FALSE(parse_task(""));
  EXPECT_FALSE(parse_task("12 (a) S 3 4"));
}

TEST(Machine, IsDescribedWithoutANameOfItsOwn) {
  const auto json = machine();
  for (const auto* key : {"model", "processors", "memory_gib", "kernel", "file_system"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_GE(json["processors"], 1);
  EXPECT_GT(json["memory_gib"], 0.1);
  EXPECT_NE(json["file_system"], "unknown");
}

TEST(Machine, CountsWhatOtherProgramsTake) {
  const double before = taken_by_others();
  const auto other = Process::run([] {
    ::setpgid(0, 0);
    while (seconds([] {}) >= 0) {
    }
  });
  while (other.processor_nanoseconds() < 200'000'000) {
  }
  EXPECT_GE(taken_by_others() - before, 0.1);
}

}  // namespace
}  // namespace stuntcam::bench
