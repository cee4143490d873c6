#include <gtest/gtest.h>

#include "profiles/load.h"

namespace stuntcam::profiles {
namespace {

TEST(Cameras, LoadWithoutComplaint) {
  EXPECT_EQ(cameras(), (std::vector<std::string>{"generic", "nikon-d5300"}));
  for (const auto& name : cameras()) {
    const auto profile = load(name);
    if (!profile) FAIL() << profile.error().front().to_string();
    EXPECT_EQ(critique(*profile), std::vector<Problem>{});
  }
}

}  // namespace
}  // namespace stuntcam::profiles
