// [[operation]]: what it becomes, the way back to TOML, and what is wrong in one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "profiles/load.h"
#include "profiles/show.h"

namespace stuntcam::profiles {
namespace {

using Kind = Source::Kind;
using ptp::DataType;
using ptp::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

const std::string camera = R"([device]
manufacturer = "Maker"
model = "Model"
version = "1"
serial = "#"
operations = ["GetDeviceInfo"]
[[property]]
code = "WhiteBalance"
type = "uint16"
access = "rw"
default = 2
enum = [2, 4]
labels = { 4 = "sunny" }
[[property]]
code = "Artist"
type = "string"
access = "rw"
default = ""
)";
// Lines 19 and 20; what a test adds begins at 21.
const std::string operation = "[[operation]]\ncode = 0x9001\n";

Profile good(const std::string& text) {
  auto profile = parse(text, "my.toml");
  if (!profile) throw std::runtime_error(profile.error().front().to_string());
  return std::move(*profile);
}

std::vector<std::string> problems(const std::string& text) {
  std::vector<std::string> out;
  if (const auto profile = parse(camera + operation + text, "my.toml"); !profile)
    for (const auto& problem : profile.error()) out.push_back(problem.to_string());
  return out;
}

Template data(const std::string& text) { return *good(camera + operation + "data = '" + text + "'").canned[0].data; }

Source source(Kind kind, u32 number = 0, DataType type = DataType::undefined) {
  return {.kind = kind, .number = number, .type = type};
}

TEST(Operation, DataIsHexAndPlaceholders) {
  EXPECT_EQ(data(""), Template{});
  EXPECT_EQ(data("00 0102*3 ff"), (Template{Bytes{0, 1, 2, 2, 2, 0xFF}}));
  EXPECT_EQ(data("aa{param2}{param1:uint16}bb"),
            (Template{Bytes{0xAA}, source(Kind::param, 2), source(Kind::param, 1, DataType::uint16), Bytes{0xBB}}));
  EXPECT_EQ(data("{WhiteBalance}{0x5005:uint32}"),
            (Template{source(Kind::property, 0x5005), source(Kind::property, 0x5005, DataType::uint32)}));
  EXPECT_EQ(data("{count:uint8}{milliseconds}{time}{handle}{frame}"),
            (Template{source(Kind::count, 0, DataType::uint8), source(Kind::milliseconds), source(Kind::time),
                      source(Kind::handle), source(Kind::frame)}));
  EXPECT_EQ(data("{\"SD {1}\"}"), (Template{Source{.value = Value("SD {1}")}}));
}

TEST(Operation, EveryKeyLeadsBack) {
  const auto profile = good(camera + R"(
[[operation]]
code = 0x9001
data = '00*20 0102 {param1:uint16} {"text"} {Artist} ff*4'
params = [1, "{count}", "{handle}"]
delay = "1.5ms"
capture = true
set = { WhiteBalance = "sunny", Artist = "{time}" }
[operation.object]
name = "A_%04u.JPG"
folder = "DCIM/100AAAAA"
first = 3
size = 10
width = 20
height = 30
[[operation.event]]
code = "ObjectAdded"
params = ["{handle}"]
delay = "2s"
[[operation.event]]
code = 0xC001
[[operation.case]]
when = { param1 = [1, 2], WhiteBalance = "sunny", Artist = "me" }
response = "DeviceBusy"
[[operation.case]]
when = { param2 = 7 }
set = { Artist = "param2" }
[[operation.case.event]]
code = "CaptureComplete"

[[operation]]
code = 0x9002
set = { WhiteBalance = "{data}" }
[[operation.case]]
when = { param1 = 1 }
[operation.case.set]
Artist = "{data}"
)");
  ASSERT_EQ(profile.canned.size(), 2u);
  const auto& first = profile.canned[0];
  EXPECT_FALSE(first.takes_data);
  EXPECT_TRUE(first.capture);
  EXPECT_EQ(first.settings.at(0).second.value, Value(DataType::uint16, 4));
  EXPECT_EQ(first.object->first, 3u);
  EXPECT_EQ(first.events.at(0).delay, 2s);
  ASSERT_EQ(first.cases.size(), 2u);
  EXPECT_EQ(first.cases[0].when.at(0).values.size(), 2u);
  EXPECT_EQ(first.cases[0].when.at(1).values.at(0), Value(DataType::uint16, 4));
  EXPECT_EQ(first.cases[0].answer.response, 0x2019);
  EXPECT_EQ(first.cases[1].answer.settings.at(0).second.value, Value("param2"));
  EXPECT_EQ(first.cases[1].answer.events.size(), 1u);
  EXPECT_TRUE(profile.canned[1].takes_data);
  EXPECT_EQ(good(to_toml(profile)), profile);
}

TEST(Operation, WrongData) {
  const std::string start = "my.toml:21:8: 'data' must be bytes in hex such as \"74bfc0112233\", with {placeholders}: ";
  const auto wrong = [](const std::string& text) { return problems("data = '" + text + "'\n"); };
  EXPECT_THAT(wrong("123"), ElementsAre(start + "'3' is no byte in hex"));
  EXPECT_THAT(wrong("xy"), ElementsAre(start + "'xy' is no byte in hex"));
  for (const std::string text : {"*3", "00*", "00*0"})
    EXPECT_THAT(wrong(text),
                ElementsAre(start + "'*' stands between a byte and how often it comes, such as \"00*16\""));
  EXPECT_THAT(wrong("00*4000000000"), ElementsAre(start + "at most 1048576 bytes"));
  EXPECT_THAT(wrong("00*1048576 00"), ElementsAre(start + "at most 1048576 bytes"));
  EXPECT_THAT(wrong("00*524288{param1}00*524288{param1}00"), ElementsAre(start + "at most 1048576 bytes"));
  EXPECT_THAT(wrong("{param1"), ElementsAre(start + "a '{' without its '}'"));
  EXPECT_THAT(wrong("{\"text}"), ElementsAre(start + "a '{' without its '}'"));
  EXPECT_THAT(wrong("{param6}"), ElementsAre(HasSubstr("'{param6}' is none of param1 to param5, data, count, time, "
                                                       "milliseconds, handle, frame, a property, or text in quotes")));
  EXPECT_THAT(wrong("{FNumber}"), ElementsAre(start + "this camera has no property 'FNumber'"));
  EXPECT_THAT(wrong("{data}"), ElementsAre(start + "'{data}' comes from the initiator: it can be set, not sent"));
  for (const std::string text : {"{param1:string}", "{param1:word}", "{Artist:uint16}", "{frame:uint8}"})
    EXPECT_THAT(wrong(text), ElementsAre(HasSubstr("behind the colon stands a type of integers")));
}

TEST(Operation, WrongParameters) {
  EXPECT_THAT(problems("params = [1, 2, 3, 4, 5, 6]\n"),
              ElementsAre(HasSubstr("my.toml:21:10: 'params' in [[operation]] "
                                    "must be at most 5 parameters")));
  EXPECT_THAT(problems("params = [-1]\n"), ElementsAre(HasSubstr("my.toml:21:11: 'params' in [[operation]] must be")));
  EXPECT_THAT(problems("params = [\"{Artist}\"]\n"),
              ElementsAre("my.toml:21:11: '{Artist}' is no integer, so it can't be a parameter"));
  EXPECT_THAT(problems("[[operation.event]]\ncode = \"ObjectAdded\"\nparams = [1, 2, 3, 4]\n"),
              ElementsAre(HasSubstr("my.toml:23:10: 'params' in [[operation.event]] must be at most 3 parameters")));
}

TEST(Operation, WrongSettings) {
  EXPECT_THAT(problems("set = { FNumber = 1 }\n"), ElementsAre("my.toml:21:9: this camera has no property 'FNumber'"));
  EXPECT_THAT(problems("set = { WhiteBalnce = 1 }\n"),
              ElementsAre("my.toml:21:9: unknown property 'WhiteBalnce'; did you mean 'WhiteBalance'?"));
  EXPECT_THAT(problems("set = { WhiteBalance = 70000 }\n"),
              ElementsAre("my.toml:21:24: 'WhiteBalance': 70000 does not fit uint16 (0 to 65535)"));
  EXPECT_THAT(problems("set = { Artist = \"{frame}\" }\n"),
              ElementsAre("my.toml:21:18: a picture is no value of a property"));
  EXPECT_THAT(problems("set = { Artist = \"{parm}\" }\n"),
              ElementsAre(HasSubstr("my.toml:21:18: '{parm}' is none of")));
}

TEST(Operation, WrongDataPhase) {
  EXPECT_THAT(problems("data = \"00\"\ntakes_data = true\n"),
              ElementsAre(HasSubstr("my.toml:19:1: an operation has one data phase")));
  EXPECT_THAT(problems("data = \"00\"\nset = { Artist = \"{data}\" }\n"),
              ElementsAre(HasSubstr("my.toml:19:1: an operation has one data phase")));
  EXPECT_THAT(problems("takes_data = false\nset = { Artist = \"{data}\" }\n"),
              ElementsAre(HasSubstr("my.toml:19:1: \"{data}\" is what the initiator sends")));
}

TEST(Operation, DataThatIsNotTaken) {
  EXPECT_THAT(problems("takes_data = false\n[operation.set]\nArtist = \"{data}\"\n"),
              ElementsAre("my.toml:19:1: \"{data}\" is what the initiator sends, but takes_data is false"));
}

TEST(Operation, WrongCases) {
  EXPECT_THAT(problems("[[operation.case]]\nresponse = \"OK\"\n"),
              ElementsAre("my.toml:21:1: [[operation.case]] needs the key 'when'"));
  EXPECT_THAT(problems("[[operation.case]]\nwhen = { param9 = 1 }\n"), ElementsAre(HasSubstr("my.toml:22:10: ")));
  EXPECT_THAT(problems("[[operation.case]]\nwhen = { param1 = [1, \"x\"] }\n"),
              ElementsAre("my.toml:22:23: 'param1': 'x' is no number"));
  EXPECT_THAT(problems("[[operation.case]]\nwhen = { param1 = 1 }\nrespond = \"OK\"\n"),
              ElementsAre("my.toml:23:1: unknown key 'respond' in [[operation.case]]; did you mean 'response'?"));
}

TEST(Operation, WrongObject) {
  EXPECT_THAT(problems("[operation.object]\nfolder = \"../x\"\n"),
              ElementsAre("my.toml:21:1: [operation.object] needs the key 'name'",
                          HasSubstr("my.toml:22:10: 'folder' in [operation.object]")));
  EXPECT_THAT(problems("[operation.object]\nname = \"A%uB%u\"\n"), ElementsAre(HasSubstr("my.toml:22:8: 'name'")));
}

TEST(Operation, NothingIsWrongInTheLeastOne) { EXPECT_THAT(problems(""), IsEmpty()); }

}  // namespace
}  // namespace stuntcam::profiles
