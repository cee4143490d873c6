// Wrong command lines: one clear line, a hint, exit status 2. And --help.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "process.h"

namespace stuntcam::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Arguments = std::vector<std::string>;

TEST(Help, NamesEveryCommandAndShowsExamples) {
  const auto result = stuntcam({"--help"});
  EXPECT_EQ(result.status, 0);
  for (const auto* word : {"serve", "run", "cameras", "profile show", "profile check", "gphoto2", "Examples:"})
    EXPECT_THAT(result.out, HasSubstr(word));
  EXPECT_THAT(result.err, IsEmpty());
}

TEST(Help, ExplainsEachCommand) {
  for (const auto& command : std::vector<Arguments>{
           {"serve"},        {"run"},         {"cameras"},     {"profile", "show"}, {"profile", "check"},
           {"info"},         {"ls"},          {"get"},         {"get-all"},         {"put"},
           {"rm"},           {"mkdir"},       {"format"},      {"capture"},         {"watch"},
           {"prop", "list"}, {"prop", "get"}, {"prop", "set"}, {"prop", "reset"},   {"op"},
           {"state"},        {"preview"},     {"liveview"},    {"prop", "watch"}}) {
    auto arguments = command;
    arguments.emplace_back("--help");
    const auto result = stuntcam(arguments);
    EXPECT_EQ(result.status, 0) << command[0];
    EXPECT_THAT(result.out, HasSubstr("Examples:"));
    EXPECT_THAT(result.out, HasSubstr("stuntcam " + command[0]));
  }
}

TEST(Help, VersionIsOneLine) {
  const auto result = stuntcam({"--version"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, StartsWith("stuntcam 0."));
}

struct Wrong {
  Arguments arguments;
  std::string says;
  friend void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.says; }
};
class WrongUsage : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongUsage, IsStatus2AndSaysWhatIsWrong) {
  const auto result = stuntcam(GetParam().arguments);
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, StartsWith("stuntcam: "));
  EXPECT_THAT(result.err, HasSubstr(GetParam().says));
  EXPECT_THAT(result.out, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongUsage,
    ::testing::Values(Wrong{{}, "no command"}, Wrong{{"srve"}, "unknown command 'srve'; did you mean 'serve'?"},
                      Wrong{{"profile"}, "profile wants one of: show, check"},
                      Wrong{{"profile", "shwo"}, "unknown profile command 'shwo'; did you mean 'show'?"},
                      Wrong{{"serve"}, "CAMERA"},
                      Wrong{{"serve", "generic", "--prot", "0"}, "unknown option '--prot'; did you mean '--port'?"},
                      Wrong{{"serve", "generic", "--port"}, "--port"},
                      Wrong{{"serve", "generic", "--port", "x"}, "--port: 'x' is no number"},
                      Wrong{{"serve", "generic", "--port", "65536"}, "--port: 65536 is not between 0 and 65535"},
                      Wrong{{"serve", "generic", "--count", "0"}, "--count"},
                      Wrong{{"serve", "generic", "--color", "blue"}, "'blue' is none of auto, always, never"},
                      Wrong{{"serve", "generc"}, "unknown camera 'generc'; did you mean 'generic'?"},
                      Wrong{{"serve", "nikon"}, "unknown camera 'nikon'"},  // only what others extend
                      Wrong{{"serve", "generic", "--set", "timing.captur=2s"}, "unknown key 'captur'"},
                      Wrong{{"serve", "generic", "--preset", "x"}, "has no preset 'x'"},
                      Wrong{{"serve", "generic", "--set", "x"}, "'x' is not PROP=VALUE"},
                      Wrong{{"serve", "generic", "--set", "x=1"}, "unknown property 'x'"},
                      Wrong{{"serve", "nikon-d5300", "--set", "ExposureIndx=1"}, "did you mean 'ExposureIndex'?"},
                      Wrong{{"serve", "generic", "--port", "65530", "--count", "20"}, "would need port 65536"},
                      Wrong{{"run", "generic"}, "-- CLIENT ARGS"}, Wrong{{"run", "generic", "--"}, "-- CLIENT ARGS"},
                      Wrong{{"run", "--", "true"}, "CAMERA"},
                      Wrong{{"run", "generic", "--timeout", "5x", "--", "true"}, "--timeout: '5x' is no duration"},
                      Wrong{{"cameras", "extra"}, "unexpected argument 'extra'"}));

}  // namespace
}  // namespace stuntcam::test
