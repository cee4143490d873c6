#include "fuzz/engine/verdict.h"

#include <gtest/gtest.h>

namespace stuntcam::fuzz {
namespace {

using transport::FaultKind;

Run ended(Ending::How how, int number, std::string said = {}) {
  Run run;
  run.ending.how = how;
  run.ending.number = number;
  run.ending.said = std::move(said);
  Step step;
  step.operation = static_cast<u16>(ptp::OperationCode::GetObjectInfo);
  run.heard.steps.push_back(step);
  return run;
}

constexpr const char* asan_report =
    "=================================================================\n"
    "==12==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000014 at pc 0x7f bp 0x7ffc sp 0x7ffc\n"
    "READ of size 4 at 0x602000000014 thread T0\n"
    "    #0 0x7f1c in __interceptor_memcpy ../../../libsanitizer/x.inc:827\n"
    "    #1 0x55d0 in unpack_info /src/unpack.c:33\n"
    "    #2 0x55d1 in main /src/main.c:12\n"
    "\n"
    "0x602000000014 is located 0 bytes to the right of 4-byte region\n"
    "    #0 0x7f1d in malloc ../../../libsanitizer/y.cpp:145\n";

TEST(Verdict, TellsCrashesByTheirStack) {
  const auto verdict = judge(ended(Ending::How::exited, 1, asan_report), {});
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->kind, FindingKind::crash);
  EXPECT_EQ(verdict->key, "sanitizer heap-buffer-overflow unpack_info main");
}

// A client's functions may begin like the library's.
TEST(Verdict, LeavesOutTheLibrarysFunctionsByTheirWholeNames) {
  const auto verdict = judge(ended(Ending::How::exited, 1,
                                   "==12==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x1\n"
                                   "    #0 0x7f1c in __interceptor_strlen ../../x.inc:1\n"
                                   "    #1 0x7f1d in strdup (/lib/x+0x1)\n"
                                   "    #2 0x55d0 in string_unpack /src/a.c:1\n"
                                   "    #3 0x55d1 in memory_list /src/a.c:2\n"
                                   "    #4 0x55d2 in stream_read /src/a.c:3\n"
                                   "    #5 0x55d3 in main /src/a.c:4\n"),
                             {});
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->key, "sanitizer heap-buffer-overflow string_unpack memory_list stream_read");
}

// Each has words of its own for a signal that it caught; the client exits then.
TEST(Verdict, KnowsTheCrashesThatEachSanitizerTellsOf) {
  for (const std::string name :
       {"AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "MemorySanitizer", "UndefinedBehaviorSanitizer"}) {
    const auto verdict =
        judge(ended(Ending::How::exited, 66,
                    "==12==ERROR: " + name + ": SEGV on unknown address 0x1\n    #0 0x55d0 in f /a.c:1\n"),
              {});
    ASSERT_TRUE(verdict) << name;
    EXPECT_EQ(verdict->kind, FindingKind::crash);
    EXPECT_EQ(verdict->key, "sanitizer SEGV f");
  }
}

TEST(Verdict, KnowsTheNamesOfCxx) {
  const auto verdict =
      judge(ended(Ending::How::exited, 1,
                  "==12==ERROR: AddressSanitizer: SEGV on unknown address 0x1\n"
                  "    #0 0x55d0 in net::(anonymous namespace)::half(unsigned char const*) /src/a.h:1\n"
                  "    #1 0x55d1 in (anonymous namespace)::unpack(int) /src/a.cpp:2\n"
                  "    #2 0x55d2 in main /src/a.cpp:4\n"),
            {});
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->key, "sanitizer SEGV net::half unpack main");
}

TEST(Verdict, TellsUndefinedBehaviourByItsPlace) {
  const auto verdict = judge(ended(Ending::How::exited, 0, "a.c:3:9: runtime error: signed integer overflow\n"), {});
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->key, "sanitizer undefined a.c:3:9");
}

TEST(Verdict, TellsOtherCrashesByWhereTheConversationWas) {
  const auto verdict = judge(ended(Ending::How::signalled, 11), {});
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->key, "signal 11 after GetObjectInfo unanswered");
  const auto shell = judge(ended(Ending::How::exited, 128 + 11), {});
  ASSERT_TRUE(shell);
  EXPECT_EQ(shell->key, verdict->key);
}

TEST(Verdict, LeavesClientsAloneThatGiveUp) { EXPECT_FALSE(judge(ended(Ending::How::exited, 1, "gave up\n"), {})); }

TEST(Verdict, KnowsHangsAndMemory) {
  EXPECT_EQ(judge(ended(Ending::How::timed_out, 9), {})->kind, FindingKind::hang);
  EXPECT_EQ(judge(ended(Ending::How::too_large, 9), {})->kind, FindingKind::memory);
}

TEST(Verdict, AWrongFileIsTheSameWhereverTheConversationEnded) {
  Baseline normal;
  normal.file = 1;
  auto run = ended(Ending::How::exited, 0);
  run.file = 2;
  run.plan.faults = {{.kind = FaultKind::truncate}};
  auto elsewhere = run;
  elsewhere.heard.steps.emplace_back().operation = static_cast<u16>(ptp::OperationCode::CloseSession);
  const auto here = judge(run, normal), there = judge(elsewhere, normal);
  ASSERT_TRUE(here && there);
  EXPECT_NE(here->key, there->key);
  EXPECT_TRUE(ends_alike(*here, *there));
  run.escaped = "../x";
  EXPECT_FALSE(ends_alike(*here, *judge(run, normal)));
  EXPECT_FALSE(ends_alike(*judge(ended(Ending::How::timed_out, 9), {}), *judge(ended(Ending::How::timed_out, 9), {})));
}

TEST(Verdict, ExpectsTheRightFileOfWhoSaysItWentWellAndWasNotLiedTo) {
  Baseline normal;
  normal.file = 1;
  auto run = ended(Ending::How::exited, 0);
  run.file = 2;
  run.plan.faults = {{.kind = FaultKind::truncate}};
  const auto verdict = judge(run, normal);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->kind, FindingKind::wrong);
  run.plan.faults.push_back({.kind = FaultKind::flip});
  EXPECT_FALSE(judge(run, normal));
  run.plan.faults.pop_back();
  run.ending.number = 1;
  EXPECT_FALSE(judge(run, normal));
}

TEST(Verdict, ExpectsTheSameStatusUnderWhatCannotBeSeen) {
  auto run = ended(Ending::How::exited, 1);
  run.applied = 1;
  run.plan.faults = {{.kind = FaultKind::slice}};
  EXPECT_TRUE(judge(run, {}));
  run.plan.faults.push_back({.kind = FaultKind::drop});
  EXPECT_FALSE(judge(run, {}));
}

}  // namespace
}  // namespace stuntcam::fuzz
