// Each case is kept by an honest camera, and fails on one that breaks just its rule.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/conform/breaker.h"

namespace stuntcam::tests {
namespace {

namespace conform = initiator::conform;

bool covers(const std::string& pattern, std::string_view id) {
  if (pattern.ends_with('*')) return id.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == id;
}

std::string why(const conform::Result& result) {
  std::string text = result.expected + "; got " + result.got;
  for (const auto& line : result.trace) text += "\n  " + line;
  return text;
}

TEST(Conform, AnHonestCameraPassesEveryCase) {
  World world({});
  for (const auto& result : world.run()) {
    EXPECT_NE(result.verdict, conform::Verdict::failed) << result.what->id << ": " << why(result);
    EXPECT_NE(result.verdict, conform::Verdict::skipped) << result.what->id << ": " << result.reason;
  }
}

TEST(Conform, EveryCaseHasADeviation) {
  std::set<std::string> cases, broken;
  for (const auto* each : conform::all_cases()) EXPECT_TRUE(cases.emplace(each->id).second) << each->id << " twice";
  for (const auto& each : deviations()) EXPECT_TRUE(broken.insert(each.id).second) << each.id << " twice";
  EXPECT_EQ(cases, broken);
}

class Broken : public testing::TestWithParam<std::string> {};

TEST_P(Broken, IsFound) {
  auto all = deviations();
  const auto deviation = std::ranges::find(all, GetParam(), &Deviation::id);
  ASSERT_NE(deviation, all.end());
  const auto also = deviation->also;
  World world(std::move(*deviation));
  std::set<std::string> unused(also.begin(), also.end());
  for (const auto& result : world.run()) {
    const auto id = result.what->id;
    if (result.verdict != conform::Verdict::failed) {
      EXPECT_NE(id, GetParam()) << "not found";
      continue;
    }
    if (id == GetParam()) continue;
    const auto follows = std::ranges::find_if(also, [&](const auto& pattern) { return covers(pattern, id); });
    EXPECT_NE(follows, also.end()) << id << " fails as well: " << why(result);
    if (follows != also.end()) unused.erase(*follows);
  }
  EXPECT_TRUE(unused.empty()) << *unused.begin() << " does not fail";
}

std::vector<std::string> ids() {
  std::vector<std::string> list;
  for (const auto& each : deviations()) list.push_back(each.id);
  return list;
}

std::string name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::ranges::replace_if(name, [](char c) { return c == '.' || c == '-'; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Cases, Broken, testing::ValuesIn(ids()), name);

}  // namespace
}  // namespace stuntcam::tests
