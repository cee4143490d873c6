#include "bench/engine/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

namespace stuntcam::bench {
namespace {

using testing::HasSubstr;
using testing::Not;

Plot simple() { return {"Speed & size", "bytes", "MiB/s", true, false, {{"a<b", {{1024, 10}, {65536, 40}}}}, {}}; }

TEST(Plot, SaysWhatItShows) {
  const auto picture = svg({simple()});
  EXPECT_THAT(picture, HasSubstr("Speed &amp; size"));
  EXPECT_THAT(picture, HasSubstr("a&lt;b"));
  EXPECT_THAT(picture, HasSubstr(">MiB/s<"));
  EXPECT_THAT(picture, HasSubstr(">1024<"));
  EXPECT_THAT(picture, HasSubstr(">40<"));
}

TEST(Plot, StaysWithinThePicture) {
  const auto picture = svg({simple(), simple()});
  EXPECT_THAT(picture, HasSubstr("viewBox=\"0 0 760 680\""));
  const std::regex point("<circle cx=\"([0-9.]+)\" cy=\"([0-9.]+)\"");
  int points = 0;
  for (std::sregex_iterator found(picture.begin(), picture.end(), point), end; found != end; ++found, ++points) {
    EXPECT_LE(std::stod((*found)[1]), 760);
    EXPECT_LE(std::stod((*found)[2]), 680);
  }
  EXPECT_EQ(points, 4);
}

TEST(Plot, LeavesOutWhatHasNoPoints) {
  auto empty = simple();
  empty.title = "Nothing";
  empty.lines[0].points.clear();
  const auto picture = svg({empty, simple()});
  EXPECT_THAT(picture, Not(HasSubstr("Nothing")));
  EXPECT_THAT(picture, HasSubstr("viewBox=\"0 0 760 340\""));
}

TEST(Plot, DrawsValuesThatAreAllTheSame) {
  Plot flat{"Flat", "x", "y", false, false, {{"one", {{5, 7}, {5, 7}}}}, {}};
  EXPECT_THAT(svg({flat}), Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace stuntcam::bench
