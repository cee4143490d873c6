#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "process.h"

namespace stuntcam::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

TEST(Cameras, ListsWhatCanBeEmulated) {
  const auto result = stuntcam({"cameras"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("nikon-d5300"));
  EXPECT_THAT(result.out, HasSubstr("generic"));
}

TEST(Cameras, AreObjectsALineWithJson) {
  Process process({"cameras", "--json"});
  bool found = false;
  for (std::string line = process.line(); !line.empty(); line = process.line()) {
    const auto camera = nlohmann::json::parse(line);
    found = found || (camera["name"] == "nikon-d5300" && camera["model"] == "D5300");
  }
  EXPECT_TRUE(found);
  EXPECT_EQ(process.wait(), 0);
}

TEST(ProfileShow, PrintsAProfileThatCanBeUsed) {
  const Folder folder;
  const auto shown = stuntcam({"profile", "show", "nikon-d5300"});
  EXPECT_EQ(shown.status, 0);
  const auto checked = stuntcam({"profile", "check", folder.write("copy.toml", shown.out)});
  EXPECT_EQ(checked.status, 0) << checked.out;
}

TEST(ProfileShow, UnderAPreset) {
  const Folder folder;
  const auto path = folder.write("toy.toml", "extends = \"generic\"\n[presets.later.device]\nversion = \"2.0\"\n");
  const auto now = nlohmann::json::parse(stuntcam({"profile", "show", "--json", path}).out);
  EXPECT_EQ(now["device"]["version"], "1.0");
  const auto later = nlohmann::json::parse(stuntcam({"profile", "show", "--json", "--preset", "later", path}).out);
  EXPECT_EQ(later["device"]["version"], "2.0");
  const auto never = stuntcam({"profile", "show", "--preset", "never", path});
  EXPECT_EQ(never.status, 2);
  EXPECT_THAT(never.err, HasSubstr("toy has no preset 'never'; it has: later"));
}

TEST(ProfileCheck, NotesAreNoMistakes) {
  const Folder folder;
  const auto path = folder.write("quiet.toml", "extends = \"generic\"\n[add]\nevents = [0xC001]\n");
  const auto checked = stuntcam({"profile", "check", path});
  EXPECT_EQ(checked.status, 0);
  EXPECT_THAT(checked.out, ContainsRegex("note: .*quiet.toml:3:11: event 0xC001 is advertised, and nothing here"));
  EXPECT_THAT(checked.out, ContainsRegex("quiet.toml: ok\n"));
}

TEST(ProfileShow, IsOneObjectWithJson) {
  const auto shown = nlohmann::json::parse(stuntcam({"profile", "show", "--json", "nikon-d5300"}).out);
  EXPECT_EQ(shown["device"]["model"], "D5300");
  EXPECT_EQ(shown["device"]["operations"][0], "GetDeviceInfo");
  EXPECT_GT(shown["property"].size(), 50u);
}

TEST(ProfileCheck, FindsNothingWrongWithOurOwn) {
  const auto result = stuntcam({"profile", "check", "nikon-d5300", "generic"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, AllOf(HasSubstr("nikon-d5300: ok\n"), HasSubstr("generic: ok\n")));
  EXPECT_THAT(result.out, Not(ContainsRegex("(error|warning): ")));
}

TEST(ProfileCheck, TellsWhereAProfileIsBroken) {
  const Folder folder;
  const auto path = folder.write("broken.toml", "extends = \"generic\"\n[device]\nmodle = \"X\"\n");
  const auto checked = stuntcam({"profile", "check", path});
  EXPECT_EQ(checked.status, 2);
  EXPECT_THAT(checked.out, ContainsRegex("broken.toml:3:1: .*modle.*model"));
  const auto served = stuntcam({"serve", path, "--port", "0"});
  EXPECT_EQ(served.status, 2);
  EXPECT_THAT(served.err, ContainsRegex("broken.toml:3:1: "));
}

TEST(ProfileCheck, WarnsOfOperationsThatNothingAnswers) {
  const Folder folder;
  const auto path = folder.write("bold.toml",
                                 "extends = \"generic\"\n[device]\nmodel = \"X\"\n"
                                 "operations = [\"GetDeviceInfo\", \"OpenSession\", \"CloseSession\", 0x9123]\n");
  const auto checked = stuntcam({"profile", "check", path});
  EXPECT_EQ(checked.status, 0);
  EXPECT_THAT(checked.out, HasSubstr("0x9123 is advertised but not emulated"));
}

TEST(ProfileCheck, SaysThatAFileIsNotThere) {
  const auto checked = stuntcam({"profile", "check", "/nonexistent/my.toml"});
  EXPECT_EQ(checked.status, 2);
  EXPECT_THAT(checked.out, HasSubstr("/nonexistent/my.toml"));
}

}  // namespace
}  // namespace stuntcam::test
