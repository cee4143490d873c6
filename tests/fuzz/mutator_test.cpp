#include "fuzz/engine/mutator.h"

#include <gtest/gtest.h>

#include <set>

namespace stuntcam::fuzz {
namespace {

using transport::FaultKind;
using namespace std::chrono_literals;

std::vector<transport::Fault> drawn(const Mutator& mutator) {
  Conversation heard;
  Step step;
  step.operation = 0x1001;
  heard.steps = {step, step};
  Random random(1);
  std::vector<transport::Fault> faults;
  for (int i = 0; i < 4000; ++i) faults.push_back(mutator.draw(random, heard));
  return faults;
}

TEST(Mutator, DrawsWaitsAroundThePatienceOfTheClient) {
  Mutator mutator({});
  mutator.set_patience(1s);
  std::set<transport::Duration> late, latency, stall;
  bool for_good = false;
  for (const auto& fault : drawn(mutator)) {
    if (fault.kind == FaultKind::late) late.insert(fault.with.delay.value_or(0s));
    if (fault.kind == FaultKind::latency) latency.insert(fault.with.delay.value_or(0s));
    if (fault.kind == FaultKind::stall && fault.with.time) stall.insert(*fault.with.time);
    for_good = for_good || (fault.kind == FaultKind::stall && !fault.with.time);
  }
  const std::set<transport::Duration> around{40ms, 480ms, 520ms, 960ms, 1040ms, 1500ms};
  EXPECT_EQ(late, around);
  EXPECT_EQ(latency, around);
  EXPECT_EQ(stall, around);
  EXPECT_TRUE(for_good);
}

TEST(Mutator, RefusesHandshakesForTheReasonsOfTheDialect) {
  const auto reasons = [](bool lanes) {
    Dictionary words;
    words.lanes = lanes;
    std::set<u32> found;
    for (const auto& fault : drawn(Mutator(words)))
      if (fault.kind == FaultKind::refuse && fault.with.reason) found.insert(*fault.with.reason);
    return found;
  };
  EXPECT_EQ(reasons(false), (std::set<u32>{0, 1, 2, 3, 4}));
  const auto codes = reasons(true);
  EXPECT_TRUE(codes.contains(0x2019));
  EXPECT_TRUE(codes.contains(0x201D));
}

}  // namespace
}  // namespace stuntcam::fuzz
