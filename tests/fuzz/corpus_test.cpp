// What is gone on from, and how little of the memory and the time it may take.
#include "fuzz/engine/corpus.h"

#include <gtest/gtest.h>

#include "fuzz/engine/jobs.h"
#include "fuzz/engine/prices.h"

namespace stuntcam::fuzz {
namespace {

using transport::FaultKind;
using namespace std::chrono_literals;

Entry entry(u16 operation, std::size_t bytes = 0) {
  Entry made;
  Step step;
  step.operation = operation;
  step.data.resize(bytes);
  made.heard.steps.push_back(step);
  made.heard.data = bytes;
  return made;
}

TEST(Corpus, KeepsWhatIsNew) {
  Corpus corpus;
  EXPECT_TRUE(corpus.add(entry(1), {1, 2}));
  EXPECT_FALSE(corpus.add(entry(2), {2, 1}));
  EXPECT_TRUE(corpus.add(entry(3), {1, 3}));
  EXPECT_EQ(corpus.size(), 2u);
  EXPECT_EQ(corpus.features(), 3u);
}

TEST(Corpus, LetsTheOldestGoAndNeverTheFirst) {
  Corpus corpus;
  for (u16 i = 0; i < 600; ++i) corpus.add(entry(i, most_data_in_all), {i});
  EXPECT_LE(corpus.bytes(), Corpus::most_bytes);
  EXPECT_GT(corpus.bytes(), Corpus::most_bytes - 2 * most_data_in_all);
  Random random(1);
  bool first = false;
  for (int i = 0; i < 100; ++i) {
    const u16 operation = corpus.pick(random)->heard.steps.front().operation;
    first = first || operation == 0;
    EXPECT_TRUE(operation == 0 || operation > 300) << operation;
  }
  EXPECT_TRUE(first);
}

TEST(Corpus, SeldomPicksWhatMakesAClientWait) {
  Corpus corpus;
  corpus.add(entry(0), {0});
  for (u16 i = 1; i < 100; ++i) {
    auto waits = entry(i);
    waits.dear = true;
    corpus.add(std::move(waits), {i});
  }
  Random random(1);
  int dear_ones = 0;
  for (int i = 0; i < 1000; ++i) dear_ones += corpus.pick(random)->dear ? 1 : 0;
  EXPECT_GT(dear_ones, 0);
  EXPECT_LT(dear_ones, 500);
}

TEST(Prices, FollowWhatAKindCostWithItsOperation) {
  Prices prices;
  prices.usual(10ms);
  transport::Fault silence{.kind = FaultKind::silence};
  silence.where.operation = 0x1001;
  auto elsewhere = silence;
  elsewhere.where.operation = 0x1002;
  EXPECT_EQ(prices.of({.faults = {silence}}), 1u);
  prices.paid({.faults = {silence}}, 2500ms);
  prices.paid({.faults = {{.kind = FaultKind::flip}}}, 20ms);
  EXPECT_EQ(prices.of({.faults = {silence}}), 32u);
  EXPECT_EQ(prices.of({.faults = {elsewhere}}), 1u);
  EXPECT_EQ(prices.of({.faults = {{.kind = FaultKind::flip}}}), 1u);
  EXPECT_EQ(prices.of({.faults = {{.kind = FaultKind::flip}, silence}}), 32u);
  EXPECT_GE(prices.of(300ms), dear);
}

TEST(Jobs, AreMoreWhileProcessorsAreIdleAndFewerWhenOthersNeedThem) {
  EXPECT_EQ(steer(2, 0.5, 2, 128), 3u);
  EXPECT_EQ(steer(80, 0.5, 2, 128), 91u);
  EXPECT_EQ(steer(127, 0.5, 2, 128), 128u);
  EXPECT_EQ(steer(50, 0.05, 2, 128), 50u);
  EXPECT_EQ(steer(50, 0, 2, 128), 49u);
  EXPECT_EQ(steer(2, 0, 2, 128), 2u);
  EXPECT_GE(most_jobs(0), 1u);
  EXPECT_EQ(most_jobs(u64{1} << 60), 1u);
}

TEST(Jobs, BeginAndEndAsTheyAreWanted) {
  std::atomic<int> at_work{0};
  Jobs jobs([&](const auto& wanted) {
    ++at_work;
    while (wanted()) std::this_thread::yield();
    --at_work;
  });
  const auto until = [&](int count) {
    while (at_work != count) std::this_thread::yield();
  };
  jobs.want(3);
  until(3);
  jobs.want(1);
  until(1);
  jobs.want(2);
  until(2);
  jobs.want(0);
  jobs.join();
  EXPECT_FALSE(jobs.working());
}

TEST(Jobs, EndWhenOneFailsAndSayWhy) {
  std::atomic<bool> fail{false};
  Jobs jobs([&](const auto& wanted) {
    while (wanted())
      if (fail.exchange(false)) throw std::runtime_error("no room");
  });
  jobs.want(2);
  fail = true;
  EXPECT_THROW(jobs.join(), std::runtime_error);
}

TEST(IdleTime, IsAShare) {
  IdleTime idle;
  const double share = idle.share();
  EXPECT_GE(share, 0);
  EXPECT_LE(share, 1);
}

}  // namespace
}  // namespace stuntcam::fuzz
