#include "fuzz/engine/minimise.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace stuntcam::fuzz {
namespace {

using transport::Fault;
using transport::FaultKind;
using transport::FaultPlan;

Fault data(Bytes hex) {
  Fault fault{.kind = FaultKind::data};
  fault.with.hex = std::move(hex);
  return fault;
}

TEST(Minimise, LeavesTheGuiltyOneOfFourFaults) {
  FaultPlan plan{.seed = 7,
                 .faults = {{.kind = FaultKind::drop},
                            {.kind = FaultKind::repeat},
                            {.kind = FaultKind::early},
                            {.kind = FaultKind::empty}}};
  for (const auto& guilty : plan.faults) {
    const auto small = minimise(
        plan, [&](const FaultPlan& tried) { return std::ranges::find(tried.faults, guilty) != tried.faults.end(); });
    EXPECT_EQ(small, (FaultPlan{.seed = 1, .faults = {guilty}}));
  }
}

TEST(Minimise, LeavesTwoThatDoItTogether) {
  const FaultPlan plan{.seed = 1,
                       .faults = {{.kind = FaultKind::drop},
                                  {.kind = FaultKind::repeat},
                                  {.kind = FaultKind::early},
                                  {.kind = FaultKind::empty}}};
  const auto small = minimise(plan, [&](const FaultPlan& tried) {
    return std::ranges::find(tried.faults, plan.faults[0]) != tried.faults.end() &&
           std::ranges::find(tried.faults, plan.faults[2]) != tried.faults.end();
  });
  EXPECT_EQ(small.faults, (std::vector{plan.faults[0], plan.faults[2]}));
}

TEST(Minimise, LeavesTheBytesThatMatter) {
  Bytes long_data(512, 0xAB);
  long_data[4] = 9;
  unsigned tries = 0;
  const auto small = minimise({.seed = 1, .faults = {data(long_data)}}, [&](const FaultPlan& tried) {
    ++tries;
    const auto hex = tried.faults[0].with.hex.value_or(Bytes{});
    return hex.size() > 4 && hex[4] == 9;
  });
  EXPECT_EQ(small.faults[0].with.hex, (Bytes{0xAB, 0xAB, 0xAB, 0xAB, 9}));
  EXPECT_LE(tries, 12u);
}

TEST(Minimise, MakesBytesZeroThatDoNotMatter) {
  const auto small = minimise({.seed = 1, .faults = {data(Bytes(512, 0xAB))}}, [](const FaultPlan& tried) {
    return tried.faults[0].with.hex.value_or(Bytes{}).size() >= 3;
  });
  EXPECT_EQ(small.faults[0].with.hex, Bytes(3));
}

TEST(Minimise, LeavesAPlanAsItIsForWhoHasHadEnough) {
  const FaultPlan plan{.seed = 7, .faults = {data(Bytes(8, 1)), {.kind = FaultKind::drop}}};
  EXPECT_EQ(minimise(plan, [](const FaultPlan&) { return false; }), plan);
}

}  // namespace
}  // namespace stuntcam::fuzz
