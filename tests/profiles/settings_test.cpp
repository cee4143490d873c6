// Keys of a profile that are said elsewhere (--set flight.path=tour.gpx), and [flight].
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "profiles/load.h"
#include "profiles/show.h"

namespace stuntcam::profiles {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

std::vector<std::string> problems(const Setting& setting) {
  std::vector<std::string> out;
  if (const auto profile = load("parrot-sequoia", {setting}); !profile)
    for (const auto& problem : profile.error()) out.push_back(problem.to_string());
  return out;
}

TEST(Settings, ChangeAKeyWhateverItsType) {
  const auto profile = load("parrot-sequoia", {{"timing.capture", "2s"},
                                               {"flight.path", "a \"b\"\\c.gpx"},
                                               {"flight.speed", "7.5"},
                                               {"quirks.poll_events", "true"},
                                               {"device.version", "\"1.0\""}})
                           .value();
  EXPECT_EQ(profile.timing.capture, std::chrono::seconds(2));
  EXPECT_EQ(profile.flight.path, "a \"b\"\\c.gpx");
  EXPECT_EQ(profile.flight.speed, 7.5);
  EXPECT_TRUE(profile.quirks.poll_events);
  EXPECT_EQ(profile.device.version, "1.0");
  EXPECT_EQ(profile.flight.latitude, load("parrot-sequoia")->flight.latitude);
}

TEST(Settings, CountUnderPresetsToo) {
  const auto profile = load("parrot-sequoia", {{"flight.height", "80"}, {"flight.speed", "3"}}).value();
  EXPECT_EQ(under_preset(profile, "on-the-ground").flight.height, 80);
  EXPECT_EQ(under_preset(profile, "on-the-ground").flight.speed, 3);
  EXPECT_EQ(under_preset(profile, "later-firmware").flight.speed, 3);
  EXPECT_FALSE(under_preset(profile, "no-sunshine-module").flight.sunshine_module);
}

// Once for the camera, and again for each preset that has such a table.
TEST(Settings, AreCheckedAsInTheFile) {
  EXPECT_THAT(problems({"flight.sped", "1"}),
              Contains(HasSubstr("unknown key 'sped' in [flight]; did you mean 'speed'?")));
  EXPECT_THAT(problems({"flight.speed", "fast"}),
              Contains(AllOf(HasSubstr("flight.speed=fast:1:16: "), HasSubstr("must be a number from 0 to 100"))));
  EXPECT_THAT(problems({"flights.speed", "1"}), Contains(HasSubstr("unknown key 'flights'")));
  EXPECT_THAT(problems({"flight.path", "a\nb"}), Contains(HasSubstr("no line breaks")));
  EXPECT_THAT(problems({"[flight.path", "a"}), Contains(HasSubstr("not TOML")));
  EXPECT_THAT(problems({"timing.capture.x", "a"}), Contains(HasSubstr("capture")));
}

TEST(Flight, ComesBackFromToml) {
  const auto profile = load("parrot-sequoia", {{"flight.path", "tour.gpx"}, {"flight.latitude", "-33.25"}}).value();
  const auto again = parse(to_toml(profile), "parrot-sequoia.toml");
  ASSERT_TRUE(again) << again.error().front().to_string();
  EXPECT_EQ(again->flight, profile.flight);
  for (const auto& [name, preset] : profile.presets)
    EXPECT_EQ(under_preset(*again, name).flight, under_preset(profile, name).flight) << name;
  EXPECT_EQ(again->quirks, profile.quirks);
}

TEST(Flight, IsWhereAndHowOneCanFly) {
  for (const char* const wrong : {"latitude = 91", "longitude = -181", "height = -1", "speed = 1000", "speed = nan",
                                  "ground = 1e9", "path = 3", "sunshine_module = 1"}) {
    const auto profile = parse("extends = \"parrot-sequoia\"\n[flight]\n" + std::string(wrong), "my.toml");
    ASSERT_FALSE(profile) << wrong;
    EXPECT_THAT(profile.error().front().to_string(), HasSubstr("my.toml:3:")) << wrong;
  }
}

}  // namespace
}  // namespace stuntcam::profiles
