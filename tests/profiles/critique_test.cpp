// One test for each way in which a profile that can be used is probably wrong. What can't be used: problems_test.cpp.
#include "profiles/critique.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace stuntcam::profiles {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Lines 1 to 14; there is nothing to say about it.
const std::string camera = R"(friendly_name = "Toy"
[device]
manufacturer = "Maker"
model = "Model"
version = "1"
serial = "#"
operations = ["GetDeviceInfo", "GetDevicePropDesc", 0x9001]
events = ["ObjectAdded"]
capture_formats = ["EXIF_JPEG"]
image_formats = ["EXIF_JPEG", "Association"]
[[storage]]
id = 1
capacity = 10
)";

std::vector<std::string> said(const std::string& text, const FindGaps& gaps = {}) {
  std::vector<std::string> out;
  for (const auto& finding : check_text(text, "my.toml", gaps))
    out.push_back(std::string(name(finding.severity)) + ": " + finding.problem.to_string());
  return out;
}

// In a profile that is otherwise well.
std::vector<std::string> added(const std::string& text) { return said(camera + text); }

std::string changed(const std::string& from, const std::string& to) {
  auto text = camera;
  return text.replace(text.find(from), from.size(), to);
}

const std::string iris = R"([[property]]
code = "FNumber"
type = "uint16"
access = "rw"
)";

TEST(Critique, HasNothingToSay) { EXPECT_THAT(said(camera), IsEmpty()); }

TEST(Critique, ErrorsAreAll) {
  EXPECT_THAT(said("port = 0\n"), ElementsAre(HasSubstr("error: my.toml:1:1: the profile needs the key 'device'"),
                                              HasSubstr("error: my.toml:1:8: 'port' in the profile must be")));
}

TEST(Critique, NoName) {
  const auto nameless = camera.substr(camera.find('\n') + 1);
  EXPECT_THAT(said(nameless),
              ElementsAre("warning: my.toml:1:1: there is no friendly_name: clients see a camera without a name"));
  EXPECT_THAT(said("friendly_name = \"\"\n" + nameless), IsEmpty()) << "that is meant";
}

TEST(Critique, EventsThatNobodyHears) {
  EXPECT_THAT(added("[quirks]\npush_events = false\n"),
              ElementsAre("warning: my.toml:15:15: the quirks neither push nor queue events: nobody hears of any"));
}

TEST(Critique, NoStorage) {
  EXPECT_THAT(said(camera.substr(0, camera.find("[[storage]]"))),
              ElementsAre("warning: my.toml:1:1: there is no [[storage]]: the camera can't keep a picture"));
}

TEST(Critique, OperationsThatNothingAnswers) {
  const auto gaps = [](const Profile&) { return Gaps{{0x9001}, {}}; };
  EXPECT_THAT(said(camera, gaps), ElementsAre("warning: my.toml:7:53: operation 0x9001 is advertised but not emulated; "
                                              "an [[operation]] can answer it"));
}

TEST(Critique, OperationsThatAreKnownToBeAGuess) {
  const auto gaps = [](const Profile&) { return Gaps{{0x9001}, {}}; };
  EXPECT_THAT(said("assumed = [0x9001]\n" + camera, gaps), ElementsAre(HasSubstr("note: my.toml:8:53: ")));
}

TEST(Critique, EventsThatNothingSends) {
  const auto gaps = [](const Profile&) { return Gaps{{}, {0x4002}}; };
  EXPECT_THAT(said(camera, gaps),
              ElementsAre("note: my.toml:8:11: event ObjectAdded is advertised, and nothing here ever sends it"));
}

TEST(Critique, PropertiesThatNobodyCanAskFor) {
  EXPECT_THAT(said(changed("\"GetDevicePropDesc\", ", "") + iris + "default = 350\n"),
              ElementsAre("warning: my.toml:7:14: there are properties, but GetDevicePropDesc is not among the "
                          "operations"));
}

TEST(Critique, DefaultOutsideItsForm) {
  const auto property = iris + "default = 5\ncurrent = 4\nenum = [4]\n";
  EXPECT_THAT(added(property),
              ElementsAre("warning: my.toml:18:11: FNumber: the default 5 is outside its form; allowed: 4"));
  EXPECT_THAT(added("[quirks]\naccept_current_outside_form = true\n" + property), IsEmpty()) << "the quirk says so";
}

TEST(Critique, CurrentOutsideItsForm) {
  const auto property = iris + "default = 4\ncurrent = 5\nenum = [4]\n";
  EXPECT_THAT(added(property), ElementsAre(HasSubstr("error: my.toml:19:11: the current value 5 is outside")));
  EXPECT_THAT(added("[quirks]\naccept_current_outside_form = true\n" + property), IsEmpty()) << "the quirk says so";
}

TEST(Critique, AnOverrideIsWhereItIsWritten) {
  EXPECT_THAT(added(iris + "default = 4\nenum = [4]\n[override.FNumber]\ndefault = 5\ncurrent = 4\n"),
              ElementsAre(HasSubstr("warning: my.toml:21:11: FNumber: the default 5")));
}

TEST(Critique, WritableWithoutChoices) {
  EXPECT_THAT(added(iris + "default = 350\nenum = []\n"),
              ElementsAre("warning: my.toml:19:8: FNumber: can be written, but its enumeration is empty"));
}

TEST(Critique, LabelsOfWhatIsNotAllowed) {
  EXPECT_THAT(added(iris + "default = 4\nenum = [4]\nlabels = { 4 = \"wide\", 8 = \"narrow\" }\n"),
              ElementsAre("note: my.toml:20:10: FNumber: the label 'narrow' is for 8, which its form does not "
                          "allow"));
}

TEST(Critique, TwoOfAName) {
  EXPECT_THAT(added("[[property]]\ncode = 0xD001\nname = \"Knob\"\ntype = \"uint8\"\naccess = \"r\"\ndefault = 1\n"
                    "[[property]]\ncode = 0xD002\nname = \"Knob\"\ntype = \"uint8\"\naccess = \"r\"\ndefault = 1\n"),
              ElementsAre("warning: my.toml:22:8: 0xD001 and 0xD002 are both called Knob"));
}

TEST(Critique, AnswersThatAreNotAdvertised) {
  EXPECT_THAT(added("[[operation]]\ncode = 0x9033\n"),
              ElementsAre("note: my.toml:15:8: operation 0x9033 is answered but not among the operations: who looks "
                          "there first won't ask"));
}

TEST(Critique, CasesThatAreNeverReached) {
  EXPECT_THAT(added("[[operation]]\ncode = 0x9001\n[[operation.case]]\nwhen = {}\n[[operation.case]]\nwhen = { param1 "
                    "= 1 }\n"),
              ElementsAre("warning: my.toml:15:8: operation 0x9001: a case after one that always holds"));
}

TEST(Critique, EventsThatAreNotAdvertised) {
  EXPECT_THAT(added("[[operation]]\ncode = 0x9001\n[[operation.event]]\ncode = \"CaptureComplete\"\n"),
              ElementsAre("warning: my.toml:15:8: event CaptureComplete is not among the events, so it is never sent"));
}

TEST(Critique, ObjectsOfAnUnknownFormat) {
  EXPECT_THAT(added("[operation.nothing]\n"), Contains(HasSubstr("error"))) << "an array is wanted";
  EXPECT_THAT(added("[[operation]]\ncode = 0x9001\n[operation.object]\nname = \"A\"\nformat = \"Text\"\n"),
              ElementsAre("warning: my.toml:15:8: makes an object of format Text, which is not among the "
                          "image_formats"));
  EXPECT_THAT(added("[[storage.objects]]\nname = \"A\"\nformat = \"Text\"\n"),
              ElementsAre("warning: my.toml:14:1: objects of format Text, which is not among the image_formats"));
}

TEST(Critique, RawFormatsOfTheVendorAreLeftOut) {
  EXPECT_THAT(added("[[storage.objects]]\nname = \"A\"\nformat = 0xB108\n"),
              ElementsAre("note: my.toml:14:1: objects of format 0xB108, which is not among the image_formats"));
}

TEST(Critique, FormatsWithoutObjects) {
  EXPECT_THAT(said(changed("\"Association\"]", "\"Association\", \"DPOF\"]")),
              ElementsAre("note: my.toml:10:46: format DPOF is advertised, and no object has it"));
}

TEST(Critique, MoreThanFits) {
  EXPECT_THAT(added("[[storage.objects]]\nname = \"A%u\"\ncount = 2\nsize = 6\n"),
              ElementsAre("warning: my.toml:11:1: storage 0x00000001 has 12 bytes of objects and room for 10"));
}

TEST(Critique, AssumedWithoutBeingThere) {
  EXPECT_THAT(said("assumed = [\"GetDeviceInfo\", 0x9007]\n" + camera),
              ElementsAre("warning: my.toml:1:29: 0x9007 is assumed, but the camera does not have it"));
}

TEST(Critique, NamesTheFileThatSaysIt) {
  const auto folder = std::filesystem::temp_directory_path() / "stuntcam-critique-test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "base.toml") << camera << iris << "default = 5\ncurrent = 4\nenum = [4]\n";
  std::ofstream(folder / "child.toml") << "extends = \"base\"\nfriendly_name = \"Child\"\n";
  const auto findings = check((folder / "child.toml").string(), {});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].problem.file, (folder / "base.toml").string());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace stuntcam::profiles
