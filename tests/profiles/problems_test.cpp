// One test for each kind of mistake in a profile: where it is, what was found, what is allowed.
#include "tests/profiles/problems.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace stuntcam::profiles {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string property = R"([[property]]
code = "FNumber"
type = "uint16"
access = "rw"
)";

TEST(Problems, NoneInTheLeastProfile) { EXPECT_THAT(problems(device), IsEmpty()); }

TEST(Problems, NotToml) {
  EXPECT_THAT(problems("[device]\nmodel = \n"), ElementsAre(HasSubstr("my.toml:2:9: not TOML: ")));
}

TEST(Problems, NotTomlInWaysThatParsersStumbleOver) {
  for (const std::string text :
       {"[=", "[", "[[", "[[]]", "[a.]", "a.", "a", "\"", "a = [", "a = {", "a = 0x", "\xFF", "[[a]\n]"})
    EXPECT_THAT(problems(text), ElementsAre(HasSubstr("not TOML: "))) << text;
}

TEST(Problems, UnknownKeyNamesTheNearest) {
  EXPECT_THAT(problems("max_initiator = 3\n" + device),
              ElementsAre("my.toml:1:1: unknown key 'max_initiator' in the profile; did you mean 'max_initiators'?"));
  EXPECT_THAT(problems(device + "operatons = []\n"),
              ElementsAre("my.toml:7:1: unknown key 'operatons' in [device]; did you mean 'operations'?"));
  EXPECT_THAT(problems(device + "[quirks]\npol_events = true\n"),
              ElementsAre("my.toml:8:1: unknown key 'pol_events' in [quirks]; did you mean 'poll_events'?"));
  EXPECT_THAT(problems(device + property + "default = 350\n  defualt = 3\n"),
              ElementsAre("my.toml:12:3: unknown key 'defualt' in [[property]]; did you mean 'default'?"));
}

TEST(Problems, UnknownKeyWithoutNeighboursListsWhatThereIs) {
  EXPECT_THAT(problems(device + "[timing]\nqqqqqq = 1\n"),
              ElementsAre("my.toml:8:1: unknown key 'qqqqqq' in [timing]; it may have: capture, autofocus, "
                          "burst_interval, self_timer, live_view_start, vendor_session, live_view_rate"));
}

TEST(Problems, MissingKeys) {
  EXPECT_THAT(problems("description = \"x\"\n"), ElementsAre("my.toml:1:1: the profile needs the key 'device'"));
  EXPECT_THAT(
      problems("\n[device]\nmanufacturer = \"M\"\nversion = \"1\"\nserial = \"1\"\n"),
      ElementsAre("my.toml:2:1: [device] needs the key 'model'", "my.toml:2:1: [device] needs the key 'operations'"));
  EXPECT_THAT(problems(device + "[[property]]\ncode = \"FNumber\"\ntype = \"uint16\"\n"),
              ElementsAre("my.toml:7:1: [[property]] needs the key 'access'",
                          "my.toml:7:1: [[property]] needs the key 'default'"));
}

TEST(Problems, WrongTypes) {
  EXPECT_THAT(problems("port = \"x\"\n" + device),
              ElementsAre("my.toml:1:8: 'port' in the profile must be an integer from 1 to 65535, not the string 'x'"));
  EXPECT_THAT(problems("friendly_name = 5\n" + device),
              ElementsAre("my.toml:1:17: 'friendly_name' in the profile must be a string, not the integer 5"));
  EXPECT_THAT(problems(device + "[quirks]\npoll_events = 1\n"),
              ElementsAre("my.toml:8:15: 'poll_events' in [quirks] must be true or false, not the integer 1"));
  EXPECT_THAT(problems("device = 3\n"), ElementsAre("my.toml:1:10: [device] must be a table, not the integer 3"));
  EXPECT_THAT(problems(device + "events = \"ObjectAdded\"\n"),
              ElementsAre("my.toml:7:10: 'events' in [device] must be an array, not the string 'ObjectAdded'"));
}

TEST(Problems, NumberOutOfRange) {
  EXPECT_THAT(problems("port = 65536\n" + device),
              ElementsAre("my.toml:1:8: 'port' in the profile must be an integer from 1 to 65535, not the integer "
                          "65536"));
  EXPECT_THAT(problems(device + property + "default = 70000\n"),
              ElementsAre("my.toml:11:11: 'default' of this property: 70000 does not fit uint16 (0 to 65535)"));
  EXPECT_THAT(problems(device + property + "default = -1\n"),
              ElementsAre("my.toml:11:11: 'default' of this property: -1 does not fit uint16 (0 to 65535)"));
}

TEST(Problems, ValuesOfAnotherKind) {
  const auto found = [](const std::string& type, const std::string& value) {
    return problems(device + "[[property]]\ncode = 0xD001\ntype = \"" + type +
                    "\"\naccess = \"r\"\ndefault = " + value + "\n");
  };
  const std::string start = "my.toml:11:11: 'default' of this property: ";
  EXPECT_THAT(found("string", "5"), ElementsAre(start + "a string is wanted, not the integer 5"));
  EXPECT_THAT(found("uint32", "true"), ElementsAre(start + "an integer (uint32) is wanted, not true"));
  EXPECT_THAT(found("array_of_int16", "5"), ElementsAre(start + "an array of int16 is wanted, not the integer 5"));
  EXPECT_THAT(found("array_of_int16", "\"00\""),
              ElementsAre(start + "an array of int16 is wanted, not the string '00'"));
  EXPECT_THAT(found("array_of_uint8", "\"00ff*3\""), IsEmpty()) << "bytes are written as in an operation's data";
  EXPECT_THAT(found("array_of_uint8", "\"00{param1}\""), ElementsAre(start + "placeholders are for operations"));
}

TEST(Problems, CodesThatAreNone) {
  EXPECT_THAT(problems(device + "events = [true]\n"),
              ElementsAre("my.toml:7:11: the event must be a name or a code such as 0x1001, not true"));
}

TEST(Problems, UnknownCodeNames) {
  EXPECT_THAT(problems(device + "events = [\"ObjectAdded\", \"ObjectAded\"]\n"),
              ElementsAre("my.toml:7:26: unknown event 'ObjectAded'; did you mean 'ObjectAdded'?"));
  EXPECT_THAT(problems(device + "capture_formats = [\"EXIF_JPG\"]\n"),
              ElementsAre("my.toml:7:20: unknown format 'EXIF_JPG'; did you mean 'EXIF_JPEG'?"));
  EXPECT_THAT(problems(device + "[[operation]]\ncode = \"GetEvent\"\n"),
              ElementsAre(HasSubstr("my.toml:8:8: unknown operation 'GetEvent'")));
  EXPECT_THAT(problems(device + "events = [0x14002]\n"),
              ElementsAre("my.toml:7:11: 81922 is no event code: they go from 0 to 0xFFFF"));
  EXPECT_THAT(problems("assumed = [\"Nonsense\"]\n" + device),
              ElementsAre("my.toml:1:12: neither an operation nor a property: 'Nonsense'"));
}

TEST(Problems, VendorNamesAreKnownToTheVendorOnly) {
  EXPECT_THAT(problems(device + "vendor = \"nikon\"\n[[operation]]\ncode = \"DeviceReady\"\n"), IsEmpty());
  EXPECT_THAT(problems(device + "vendor = \"nikkon\"\n"),
              ElementsAre(HasSubstr("my.toml:7:10: unknown vendor 'nikkon'; known are: none, microsoft, nikon")));
}

TEST(Problems, Duplicates) {
  EXPECT_THAT(problems(device + "events = [\"ObjectAdded\", 0x4002]\n"),
              ElementsAre("my.toml:7:26: 0x4002 is twice in 'events' of [device]"));
  EXPECT_THAT(problems(device + property + "default = 1\n" + property + "default = 1\n"),
              ElementsAre("my.toml:13:8: property 0x5007 is described twice"));
  const std::string card = "[[storage]]\nid = 1\ncapacity = 1\n";
  EXPECT_THAT(problems(device + card + card), ElementsAre("my.toml:11:6: storage 0x00000001 is described twice"));
  const std::string answer = "[[operation]]\ncode = 0x9001\n";
  EXPECT_THAT(problems(device + answer + answer), ElementsAre("my.toml:10:8: operation 0x9001 is described twice"));
}

TEST(Problems, DataType) {
  EXPECT_THAT(problems(device + "[[property]]\ncode = 0xD001\ntype = \"uint15\"\naccess = \"r\"\ndefault = 1\n"),
              ElementsAre("my.toml:9:8: unknown data type 'uint15'; types are int8 to uint128, "
                          "array_of_int8 to array_of_uint128, and string; did you mean 'uint16'?"));
}

TEST(Problems, Forms) {
  EXPECT_THAT(
      problems(device + property + "default = 5\nrange = [9, 1, 1]\n"),
      ElementsAre("my.toml:12:9: the range begins at 9, behind its end 1 (the quirk accept_current_outside_form "
                  "lifts this)"));
  EXPECT_THAT(problems(device + property + "default = 5\nrange = [1]\n"),
              ElementsAre("my.toml:12:9: 'range' in [[property]] must be [minimum, maximum, step], not an array"));
  EXPECT_THAT(problems(device + property + "default = 5\nrange = [1, 9]\nenum = [5]\n"),
              ElementsAre("my.toml:13:8: a property has 'range' or 'enum', not both"));
  EXPECT_THAT(problems(device + property + "default = 5\nenum = [5, 6, 5]\n"),
              ElementsAre("my.toml:12:15: 5 is twice in 'enum'"));
  EXPECT_THAT(problems(device + property + "default = 5\nenum = [5, \"a\"]\n"),
              ElementsAre("my.toml:12:12: 'enum' of this property: 'a' is no number"));
  EXPECT_THAT(problems(device + "[[property]]\ncode = \"Artist\"\ntype = \"string\"\naccess = \"r\"\ndefault = \"\"\n"
                                "range = [1, 2]\n"),
              ElementsAre("my.toml:12:9: a string can't have a range"));
  EXPECT_THAT(problems(device + "[[property]]\ncode = 0xD001\ntype = \"int8\"\naccess = \"r\"\ndefault = 0\n"
                                "range = [-2, 2, -1]\n"),
              ElementsAre("my.toml:12:9: the step of a range can't be negative"));
}

TEST(Problems, CurrentOutsideItsForm) {
  const std::string outside = property + "default = 350\ncurrent = 360\nenum = [350, 400]\n";
  EXPECT_THAT(problems(device + outside),
              ElementsAre("my.toml:12:11: the current value 360 is outside the property's form; allowed: 350, 400 "
                          "(the quirk accept_current_outside_form lifts this)"));
  EXPECT_THAT(problems(device + "[quirks]\naccept_current_outside_form = true\n" + outside), IsEmpty());
  EXPECT_THAT(problems(device + property + "default = 4\nrange = [1, 9, 2]\n"),
              ElementsAre(HasSubstr("my.toml:11:11: the current value 4 is outside the property's form; allowed: 1 to "
                                    "9 in steps of 2")));
  EXPECT_THAT(problems(device + property + "default = 4\nenum = []\n"), IsEmpty()) << "cameras have empty ones";
}

TEST(Problems, Labels) {
  EXPECT_THAT(problems(device + property + "default = 1\nlabels = { one = \"x\" }\n"),
              ElementsAre("my.toml:12:12: in labels: 'one' is no number"));
  EXPECT_THAT(problems(device + property + "default = 1\nlabels = { 1 = 2 }\n"),
              ElementsAre("my.toml:12:16: '1' in labels must be a string, not the integer 2"));
}

TEST(Problems, LabelsOfWhatHasNone) {
  EXPECT_THAT(problems(device + "[[property]]\ncode = 0xD001\ntype = \"array_of_uint8\"\naccess = \"r\"\ndefault = []\n"
                                "labels = { 1 = \"x\" }\n"),
              ElementsAre("my.toml:12:10: only integers and strings can have labels"));
}

TEST(Problems, DormantValue) {
  EXPECT_THAT(problems(device + property + "default = 1\ndormant = 70000\n"),
              ElementsAre("my.toml:12:11: 'dormant' of this property: 70000 does not fit uint16 (0 to 65535)"));
}

TEST(Problems, RawBytes) {
  for (const std::string key : {"raw_value", "raw_description"})
    EXPECT_THAT(problems(device + property + "default = 1\n" + key + " = \"0g\"\n"),
                ElementsAre(AllOf(StartsWith("my.toml:12:"), HasSubstr("must be bytes in hex, not the string '0g'"))));
}

TEST(Problems, RefusalThatIsNoResponse) {
  EXPECT_THAT(problems(device + property + "default = 1\nrefuse = \"AccesDenied\"\n"),
              ElementsAre("my.toml:12:10: unknown response 'AccesDenied'; did you mean 'AccessDenied'?"));
}

TEST(Problems, ValueOfAPropertyThatIsOnlyRefused) {
  const std::string refused = "\n[[property]]\ncode = 0xD0F5\nrefuse = \"AccessDenied\"\n";
  EXPECT_THAT(problems(device + refused), IsEmpty());
  EXPECT_THAT(problems(device + refused + "access = \"r\"\ndefault = 1\n"),
              ElementsAre(HasSubstr("'access' needs a 'type'"), HasSubstr("'default' needs a 'type'")));
  EXPECT_THAT(problems(device + "\n[[property]]\ncode = 0xD0F5\nrefuse = \"OK\"\n"),
              ElementsAre(HasSubstr("OK refuses nothing")));
  EXPECT_THAT(problems(device + refused + "\n[presets.night]\n0xD0F5 = 1\n"), ElementsAre(HasSubstr("has no value")));
  const std::string operation = "\n[[operation]]\ncode = 0x9101\n";
  EXPECT_THAT(problems(device + refused + operation + "data = \"{0xD0F5}\"\n"),
              Contains(HasSubstr("'0xD0F5' has no value")));
  EXPECT_THAT(problems(device + refused + operation + "[operation.set]\n0xD0F5 = \"{param1}\"\n"),
              Contains(HasSubstr("'0xD0F5' has no value")));
}

TEST(Problems, TextThatIsTooLong) {
  const std::string longer(255, 'x');
  EXPECT_THAT(problems("[device]\nmanufacturer = \"" + longer + device.substr(device.find("Maker") + 5)),
              ElementsAre("my.toml:2:16: 'manufacturer' is longer than the 254 characters of a PTP string"));
}

TEST(Problems, BaseThatIsNoName) {
  EXPECT_THAT(problems("extends = 3\n" + device),
              ElementsAre("my.toml:1:11: 'extends' must be the name of a profile, not the integer 3"));
}

TEST(Problems, MediaThatIsNothing) {
  EXPECT_THAT(problems(device + "[[storage]]\nid = 1\nmedia = \"\"\n"),
              ElementsAre("my.toml:9:9: 'media' in [[storage]] must be \"synthetic\" or a folder, not the string ''"));
}

TEST(Problems, HandlePatterns) {
  EXPECT_THAT(problems(device + "[[storage]]\nid = 1\ncapacity = 1\n[storage.handles]\nfile_stepp = 1\n"),
              ElementsAre("my.toml:11:1: unknown key 'file_stepp' in [storage.handles]; did you mean 'file_step'?"));
}

TEST(Problems, FriendlyNameThatIsTooLong) {
  EXPECT_THAT(problems("friendly_name = \"12345678901234567890\"\n" + device),
              ElementsAre("my.toml:1:17: 'friendly_name' is '12345678901234567890': at most 19 characters fit the "
                          "InitCommandAck that clients read"));
  EXPECT_THAT(problems("friendly_name = \"ÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄ\"\n" + device), IsEmpty()) << "characters, not bytes";
}

TEST(Problems, FilePrefix) {
  EXPECT_THAT(problems("file_prefix = \"L100\"\n" + device), IsEmpty());
  for (const std::string prefix : {"", "IMG", "IMG_0", "IM G", "..//"})
    EXPECT_THAT(problems("file_prefix = \"" + prefix + "\"\n" + device),
                ElementsAre(HasSubstr("my.toml:1:15: 'file_prefix' in the profile must be four letters")));
}

TEST(Problems, HandlesOfObjects) {
  const std::string objects = "[[storage]]\nid = 1\ncapacity = 1\n[[storage.objects]]\nname = \"A%u\"\ncount = 2\n";
  EXPECT_THAT(problems(device + objects + "handle = 0\n"), ElementsAre(HasSubstr("my.toml:13:10: 'handle' in")));
  EXPECT_THAT(problems(device + objects + "handle = 0xFFFFFFFE\n"),
              ElementsAre("my.toml:13:10: the last of 2 objects would have handle 0xFFFFFFFF"));
  EXPECT_THAT(problems(device + objects + "handle = 1\nhandle_step = 0\n"),
              ElementsAre(HasSubstr("my.toml:14:15: 'handle_step' in")));
  EXPECT_THAT(
      problems(device + objects + "handle = 7\n[[storage.objects]]\nname = \"B\"\nhandle = 8\n"),
      ElementsAre(HasSubstr("two objects have the handle 0x00000008; the second is 'B' on storage 0x00000001")));
  EXPECT_THAT(problems(device + objects + "date = \"yesterday\"\n"),
              ElementsAre(HasSubstr("my.toml:13:8: 'date' in [[storage.objects]] must be a time")));
  EXPECT_THAT(problems(device + objects + "[[storage]]\nid = 2\ncapacity = 1\nfree = 2\n"),
              ElementsAre(HasSubstr("my.toml:16:8: 'free' in [[storage]] must be at most the 'capacity'")));
}

TEST(Problems, MoreObjectsThanACardHas) {
  const std::string objects = "[[storage]]\nid = 1\ncapacity = 1\n[[storage.objects]]\nname = \"A%u\"\nhandle = 1\n";
  EXPECT_THAT(problems(device + objects + "count = 1000000\n"), IsEmpty());
  EXPECT_THAT(problems(device + objects + "count = 4294967294\n"),
              ElementsAre("my.toml:13:9: 'count' in [[storage.objects]] must be an integer from 0 to 1000000, not the "
                          "integer 4294967294"));
}

TEST(Problems, Added) {
  EXPECT_THAT(problems(device + "[add]\noperations = [\"GetDeviceInfo\"]\n"),
              ElementsAre("my.toml:8:15: 0x1001 is twice in 'operations' of [add]"));
  EXPECT_THAT(problems(device + "[add]\nmodel = \"M\"\n"), ElementsAre(HasSubstr("my.toml:8:1: unknown key 'model'")));
}

TEST(Problems, PresetsThatAreOtherCameras) {
  EXPECT_THAT(problems(device + "[presets.later.device]\nversoin = \"2\"\n"),
              ElementsAre("my.toml:8:1: unknown key 'versoin' in [device]; did you mean 'version'?"));
  EXPECT_THAT(problems(device + "[presets.later.add]\noperations = [\"GetDeviceInfo\"]\n"),
              ElementsAre("my.toml:8:15: 0x1001 is twice in 'operations' of [add]"));
  EXPECT_THAT(problems(device + "[presets.later.override.FNumber]\ncurrent = 1\n"),
              ElementsAre(HasSubstr("there is no property 'FNumber' to override")));
  EXPECT_THAT(problems(device + "nonsense = 1\n[presets.a.timing]\n[presets.b.timing]\n"),
              ElementsAre(HasSubstr("my.toml:7:1: unknown key 'nonsense'")))
      << "once, whatever the number of presets";
}

TEST(Problems, Guid) {
  EXPECT_THAT(problems("guid = \"00112233445566778899aabbccddeeff\"\n" + device), IsEmpty());
  EXPECT_THAT(problems("guid = \"0011\"\n" + device),
              ElementsAre("my.toml:1:8: 'guid' in the profile must be 32 hex digits, not the string '0011'"));
  EXPECT_THAT(problems("guid = \"0011223344556677-8899aabbccddeef\"\n" + device),
              ElementsAre(HasSubstr("my.toml:1:8: 'guid' in the profile must be 32 hex digits")));
}

TEST(Problems, DurationsAndSizes) {
  EXPECT_THAT(problems(device + "[timing]\ncapture = \"350\"\nautofocus = 3\n"),
              ElementsAre("my.toml:8:11: 'capture' in [timing] must be a duration such as \"350ms\", \"2s\" or \"1m\", "
                          "not the string '350'",
                          "my.toml:9:13: 'autofocus' in [timing] must be a duration such as \"350ms\", \"2s\" or "
                          "\"1m\", not the integer 3"));
  EXPECT_THAT(problems("data_packet = \"4 MB\"\n" + device),
              ElementsAre("my.toml:1:15: 'data_packet' in the profile must be a size such as 4096, \"4MiB\" or "
                          "\"2GiB\", not the string '4 MB'"));
  EXPECT_THAT(
      problems("data_packet = 0\n" + device),
      ElementsAre("my.toml:1:15: 'data_packet' in the profile must be 1 to 4294967283 bytes, not the integer 0"));
}

TEST(Problems, Choices) {
  EXPECT_THAT(
      problems("dialect = \"usb\"\n" + device),
      ElementsAre("my.toml:1:11: 'dialect' in the profile must be \"ptpip\" or \"fuji\", not the string 'usb'"));
  EXPECT_THAT(problems(device + "[quirks]\ntransaction_ids = \"loose\"\n"),
              ElementsAre("my.toml:8:19: 'transaction_ids' in [quirks] must be one of off, lenient, strict, not the "
                          "string 'loose'"));
  EXPECT_THAT(problems(device + "[[property]]\ncode = 0xD001\ntype = \"int8\"\naccess = \"w\"\ndefault = 0\n"),
              ElementsAre("my.toml:10:10: 'access' in [[property]] must be one of r, rw, not the string 'w'"));
}

TEST(Problems, Storage) {
  EXPECT_THAT(problems(device + "[[storage]]\nid = 1\n"),
              ElementsAre("my.toml:7:1: a synthetic card needs a 'capacity' of more than 0 bytes"));
  EXPECT_THAT(problems(device + "[[storage]]\nid = 1\nmedia = \"/tmp\"\n"), IsEmpty());
  EXPECT_THAT(problems(device + "[[storage]]\nid = 1\npresent = false\n"), IsEmpty());
  EXPECT_THAT(problems(device + "[[storage]]\nid = 1\ncapacity = 1\naccess = \"none\"\n"),
              ElementsAre("my.toml:10:10: 'access' in [[storage]] must be one of read-write, read-only, "
                          "read-only-with-deletion, or a code, not the string 'none'"));
  const std::string objects = "[[storage]]\nid = 1\ncapacity = 1\n[[storage.objects]]\ncount = 2\n";
  EXPECT_THAT(problems(device + objects + "name = \"A.JPG\"\n"),
              ElementsAre("my.toml:12:8: 'name' in [[storage.objects]] must be a file name with one %u for its number, "
                          "such as \"DSC_%04u.JPG\", not the string 'A.JPG'"));
  EXPECT_THAT(problems(device + objects + "name = \"%s%u\"\n"), ElementsAre(HasSubstr("my.toml:12:8: 'name'")));
  EXPECT_THAT(problems(device + objects + "name = \"%u\"\nfolder = \"../x\"\n"),
              ElementsAre("my.toml:13:10: 'folder' in [[storage.objects]] must be a path such as \"DCIM/100ABCDE\", "
                          "not the string '../x'"));
}

TEST(Problems, Presets) {
  const std::string iris = property + "default = 350\nenum = [350, 400]\nlabels = { 350 = \"wide\" }\n";
  EXPECT_THAT(problems(device + "[presets.dark]\nFNumber = \"wide\"\n" + iris), IsEmpty());
  EXPECT_THAT(problems(device + "[presets.dark]\nFNumber = 360\n" + iris),
              ElementsAre("my.toml:8:11: 'FNumber': 360 is not allowed; allowed: 350 (wide), 400"));
  EXPECT_THAT(problems(device + "[presets.dark]\nFNumbr = 350\n" + iris),
              ElementsAre("my.toml:8:1: unknown property 'FNumbr'; did you mean 'FNumber'?"));
  EXPECT_THAT(problems(device + "[presets.dark]\nWhiteBalance = 2\n" + iris),
              ElementsAre("my.toml:8:1: this camera has no property 'WhiteBalance'"));
}

TEST(Problems, AllOfThemInTheOrderOfTheFile) {
  EXPECT_THAT(problems("port = 0\nguid = \"x\"\n" + device + "events = [\"Nothing at all\"]\n[quirks]\nx = 1\n"),
              ElementsAre(HasSubstr("my.toml:1:8: "), HasSubstr("my.toml:2:8: "), HasSubstr("my.toml:9:11: "),
                          HasSubstr("my.toml:11:1: ")));
}

TEST(Problems, UnknownBase) {
  EXPECT_THAT(problems("extends = \"nikn\"\n"),
              ElementsAre(AllOf(StartsWith("my.toml:1:11: there is no profile 'nikn' to extend; there are: "),
                                HasSubstr("nikon-d5300"), EndsWith("; did you mean 'nikon'?"))));
}

TEST(Problems, ABaseIsNoCamera) {
  const auto base = load("nikon");
  ASSERT_FALSE(base);
  EXPECT_EQ(base.error().front().file, "nikon.toml");
  EXPECT_THAT(base.error().front().message, HasSubstr("[device] needs the key 'model'"));
}

TEST(Problems, UnknownCamera) {
  const auto camera = load("nikon-d5301");
  ASSERT_FALSE(camera);
  EXPECT_THAT(camera.error().front().to_string(),
              AllOf(StartsWith("nikon-d5301: there is no such camera; there are: "), HasSubstr("generic"),
                    EndsWith(", or a path that ends in .toml; did you mean 'nikon-d5300'?")));
}

// Profiles in files of their own.
class Files : public testing::Test {
 protected:
  Files() : folder_(std::filesystem::temp_directory_path() / ("stuntcam-profiles-" + name())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~Files() override { std::filesystem::remove_all(folder_); }
  static std::string name() { return testing::UnitTest::GetInstance()->current_test_info()->name(); }
  std::string write(const std::string& file, const std::string& text) {
    std::ofstream(folder_ / file) << text;
    return (folder_ / file).string();
  }
  std::filesystem::path folder_;
};

TEST_F(Files, ProblemsOfABaseNameTheBase) {
  const auto base = write("base.toml", device + "nonsense = 1\n");
  const auto child = write("child.toml", "extends = \"base\"\nport = 0\n");
  const auto profile = load(child);
  ASSERT_FALSE(profile);
  ASSERT_EQ(profile.error().size(), 2u);
  EXPECT_THAT(profile.error()[0].to_string(), HasSubstr(base + ":7:1: unknown key 'nonsense'"));
  EXPECT_THAT(profile.error()[1].to_string(), HasSubstr(child + ":2:8: 'port'"));
}

TEST_F(Files, Circle) {
  write("a.toml", "extends = \"b\"\n");
  const auto b = write("b.toml", "extends = \"a\"\n");
  const auto profile = load(b);
  ASSERT_FALSE(profile);
  EXPECT_THAT(profile.error().front().message, HasSubstr("profiles extend each other in a circle: "));
  EXPECT_EQ(profile.error().front().line, 1u);
  EXPECT_EQ(profile.error().front().column, 11u);
}

TEST_F(Files, AFileMayExtendItsBuiltInNamesake) {
  const auto mine = write("nikon-d5300.toml", "extends = \"generic\"\n");
  EXPECT_EQ(load(mine).value().device.model, "Generic PTP Camera");
}

TEST_F(Files, UnreadableFile) {
  const auto missing = load((folder_ / "missing.toml").string());
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().front().message, HasSubstr("cannot be read: No such file or directory"));
  std::filesystem::create_directory(folder_ / "folder.toml");
  const auto folder = load((folder_ / "folder.toml").string());
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().front().message, HasSubstr("cannot be read: Is a directory"));
}

}  // namespace
}  // namespace stuntcam::profiles
