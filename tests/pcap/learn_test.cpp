#include "pcap/learn.h"

#include <gtest/gtest.h>

#include "pcap/survey.h"
#include "profiles/load.h"
#include "usb.h"

namespace stuntcam::pcap {
namespace {

using namespace test;
using ptp::Value;

constexpr auto u16_type = ptp::DataType::uint16;

ptp::DeviceInfo device() {
  ptp::DeviceInfo info;
  info.manufacturer = "Maker";
  info.model = "Model 1";
  info.device_version = "1.0";
  info.serial_number = "0001234A";
  info.operations_supported = {0x1001, 0x1002, 0x1003, 0x1004, 0x1005, 0x1014, 0x9801};
  info.events_supported = {0x4002};
  info.device_properties_supported = {0x5005, 0xD001, 0xD002};
  info.image_formats = {0x3801};
  return info;
}
ptp::DevicePropDesc white_balance() {
  return {.code = 0x5005,
          .type = u16_type,
          .get_set = 1,
          .factory_default = Value(u16_type, 2),
          .current = Value(u16_type, 4),
          .form = ptp::EnumerationForm{{Value(u16_type, 2), Value(u16_type, 4), Value(u16_type, 4)}}};
}

// A conversation over USB, one transaction after the other.
struct Talk {
  UsbFrames usb{};
  u32 id = 0;
  Talk& ask(u16 code, std::initializer_list<u32> parameters, const Bytes& data = {}, u16 response = 0x2001) {
    usb.transfer(Way::out, container(1, code, id, words(parameters)));
    if (!data.empty()) usb.transfer(Way::in, container(2, code, id, data));
    usb.transfer(Way::in, container(3, response, id));
    ++id;
    return *this;
  }
  Learned learned() const {
    const TemporaryFile file(usb.file());
    return learn_capture(file.path(), {}).learned();
  }
};

Talk session() {
  ptp::StorageInfo storage;
  storage.storage_type = 4;
  storage.filesystem_type = 3;
  storage.max_capacity = 1'000'000;
  storage.free_space_in_bytes = 900'000;
  storage.free_space_in_images = 12;
  storage.volume_label = "ANNE";
  Talk talk;
  talk.ask(0x1002, {1}).ask(0x1001, {}, ptp::encode(device())).ask(0x1014, {0x5005}, ptp::encode(white_balance()));
  ptp::DevicePropDesc artist{.code = 0xD001, .type = ptp::DataType::string, .get_set = 1};
  artist.factory_default = Value("");
  artist.current = Value("Anne Owner");
  talk.ask(0x1014, {0xD001}, ptp::encode(artist)).ask(0x1014, {0xD002}, {}, 0x200A);
  talk.ask(0x1005, {0x10001}, ptp::encode(storage));
  return talk;
}

TEST(Learn, MakesAProfileOfACapture) {
  const auto learned = session().learned();
  const auto& profile = learned.profile;
  EXPECT_EQ(profile.device.manufacturer, "Maker");
  EXPECT_EQ(profile.device.operations, device().operations_supported);
  ASSERT_EQ(profile.properties.size(), 3u);
  EXPECT_EQ(profile.properties[0].current, Value(u16_type, 4));
  EXPECT_EQ(profile.properties[2].refusal, 0x200A);
  EXPECT_FALSE(profile.properties[2].described()) << "nothing is made up";
  EXPECT_EQ(std::get<ptp::EnumerationForm>(profile.properties[0].form).values.size(), 2u);  // each once
  ASSERT_EQ(profile.storages.size(), 1u);
  EXPECT_EQ(profile.storages[0].capacity, 1'000'000u);
  EXPECT_EQ(profile.storages[0].free, 900'000u);
}

TEST(Learn, LeavesOutWhoOwnsTheCameraAndItsNumber) {
  const auto learned = session().learned();
  EXPECT_EQ(learned.profile.device.serial, "000#####");
  EXPECT_EQ(learned.profile.properties[1].current, Value(""));
  const auto toml = to_toml(learned);
  for (const auto* secret : {"Anne", "ANNE", "1234"}) EXPECT_EQ(toml.find(secret), std::string::npos) << secret;
}

TEST(Learn, SaysWhereEachValueIsFromAndWhatIsUnknown) {
  const auto toml = to_toml(session().learned());
  EXPECT_NE(toml.find("model = \"Model 1\"  # frame 8\n"), std::string::npos) << toml;
  EXPECT_NE(toml.find("capture = \"100ms\"  # not observed\n"), std::string::npos);
  const auto refused = toml.find("refuse = \"DevicePropNotSupported\"  # frame ");
  ASSERT_NE(refused, std::string::npos) << toml;
  const auto next = toml.find("\n[", refused);
  EXPECT_EQ(toml.substr(refused, next - refused).find("type = "), std::string::npos) << toml;
}

TEST(Learn, ObjectPropertiesOfAllFormats) {
  Talk talk;
  talk.ask(0x1001, {}, ptp::encode(device()))
      .ask(0x9801, {0x3001}, ptp::encode_array(std::vector<u16>{0xDC01, 0xDC02}))
      .ask(0x9801, {0x3801}, ptp::encode_array(std::vector<u16>{0xDC01, 0xDC87}));
  EXPECT_EQ(talk.learned().profile.object_properties, (std::vector<u16>{0xDC01, 0xDC02, 0xDC87}));
}

TEST(Learn, RefusalsThatPassAreNoneOfTheProperty) {
  Talk talk;
  auto info = device();
  info.device_properties_supported = {0xD001, 0xD002, 0xD003};
  talk.ask(0x1001, {}, ptp::encode(info)).ask(0x1014, {0xD001}, {}, 0x2019).ask(0x1014, {0xD002}, {}, 0x2019);
  auto described = white_balance();
  described.code = 0xD002;
  talk.ask(0x1014, {0xD002}, ptp::encode(described)).ask(0x1014, {0xD003}, {}, 0x2003);
  const auto learned = talk.learned();
  ASSERT_EQ(learned.profile.properties.size(), 1u);
  EXPECT_EQ(learned.profile.properties[0].code, 0xD002);
  const auto toml = to_toml(learned);
  EXPECT_NE(toml.find("never described: 0xD001 (refused: 0x2019) 0xD003 (refused: 0x2003)"), std::string::npos) << toml;
}

TEST(Learn, WritesWhatCanBeLoaded) {
  const auto learned = session().learned();
  const auto loaded = profiles::parse(to_toml(learned), "learned.toml");
  ASSERT_TRUE(loaded.has_value()) << loaded.error()[0].to_string();
  EXPECT_EQ(loaded->device, learned.profile.device);
  EXPECT_EQ(loaded->properties, learned.profile.properties);
  EXPECT_EQ(loaded->storages, learned.profile.storages);
}

TEST(Learn, KeepsWhatVendorsOperationsAnsweredUnlessItHoldsText) {
  auto talk = session();
  talk.ask(0x9101, {1}, {1, 2, 3, 4, 5, 6});
  talk.ask(0x9102, {1}, {'A', 'n', 'n', 'e'});
  const auto learned = talk.learned();
  ASSERT_EQ(learned.answers.size(), 1u);
  EXPECT_EQ(learned.answers[0].code, 0x9101);
  EXPECT_EQ(learned.answers[0].data, (profiles::Template{Bytes{1, 2, 3, 4, 5, 6}}));
}

TEST(Learn, PutsObjectsThatFollowEachOtherIntoOneRun) {
  auto talk = session();
  ptp::ObjectInfo info;
  info.storage_id = 0x10001;
  info.object_format = 0x3001;
  info.filename = "DCIM";
  talk.ask(0x1008, {1}, ptp::encode(info));
  info.object_format = 0x3801;
  info.object_compressed_size = 1000;
  info.parent_object = 1;
  for (u32 i = 0; i < 5; ++i) {
    info.filename = "IMG_000" + std::to_string(i + 1) + ".JPG";
    talk.ask(0x1008, {100 + 2 * i}, ptp::encode(info));
  }
  info.filename = "Anne at the sea.jpg";
  talk.ask(0x1008, {200}, ptp::encode(info));
  const auto objects = talk.learned().profile.storages.at(0).objects;
  ASSERT_EQ(objects.size(), 3u);
  EXPECT_EQ(objects[0].name, "DCIM");
  EXPECT_EQ(objects[1].name, "IMG_%04u.JPG");
  EXPECT_EQ(objects[1].count, 5u);
  EXPECT_EQ(objects[1].handle, 100u);
  EXPECT_EQ(objects[1].handle_step, 2u);
  EXPECT_EQ(objects[1].folder, "DCIM");
  EXPECT_EQ(objects[2].name.find("Anne"), std::string::npos);
}

constexpr std::string_view summary = R"(Some remark of its owner
Device info:
Manufacturer: Maker
  Model: Model 2
  device version: V1.03
  serial number: '0000000098765432'
Vendor extension ID: 0x0000000a
Vendor extension version: 100
Vendor extension description: (null)
Functional Mode: 0x0000
PTP Standard Version: 100
Supported operations:
  0x1001 (Get device info)
  0x1002	OpenSession
  0x1014
Events Supported:
  0x4002 (ObjectAdded)
Device Properties Supported:
  0x5001 (Battery Level)
  0x5011 (Date & Time)
Camera summary:
Manufacturer: Maker
Model: Model 2
  Version: V1.03
Vendor Extension ID: 0xa (1.0)

Capture Formats: JPEG
Display Formats: Association/Directory, JPEG, Unknown(b103), MS AVI

Device Capabilities:
	File Download, File Deletion, File Upload

Storage Devices Summary:
store_00010001:
	StorageDescription: SD1
	VolumeLabel: None
	Storage Type: Removable RAM (memory card)
	Filesystemtype: Digital Camera Layout (DCIM)
	Access Capability: Read Only with Object deletion
	Maximum Capability: 64054362112 (61087 MB)
	Free Space (Bytes): 62234427392 (59351 MB)
	Free Space (Images): -1

Device Property Summary:
Battery Level(0x5001):(read only) (type=0x2) Enumeration [100,0,75,0,50] value: 28% (28)
Image Size(0x5003):(readwrite) (type=0xffff) Enumeration [
	'6000x4000',
	'4496x3000'
	] value: '6000x4000'
F-Number(0x5007):(readwrite) (type=0x4) Enumeration [350,400] value: f/3.5 (350)
Exposure Index (film speed ISO)(0x500f):(readwrite) (type=0x4) Range [100 - 6400, step 100] value: ISO 200 (200)
Date & Time(0x5011):(readwrite) (type=0xffff) '20140510T104014'
Property 0xd001:(readwrite) (type=0x4002) a[3] 1,2,3
Property 0xd002:(read only) (type=0x6) 18 mm (1800)
Flash Mode(0x500c): error 200a on query.
Property 0xd003:(readwrite) (type=0x6) Enumeration [1,
/main/actions
)";

TEST(LearnSummary, ReadsWhatSummariesSay) {
  SummaryCount count;
  const auto learned = learn_summary(summary, count).learned();
  const auto& profile = learned.profile;
  EXPECT_EQ(profile.device.model, "Model 2");
  EXPECT_EQ(profile.device.version, "V1.03");
  EXPECT_EQ(profile.device.serial, "00000000########");
  EXPECT_EQ(profile.device.operations, (std::vector<u16>{0x1001, 0x1002, 0x1014}));
  EXPECT_EQ(profile.device.image_formats, (std::vector<u16>{0x3001, 0x3801, 0xB103, 0x300A}));
  EXPECT_EQ(profile.device.vendor_extension_id, 10u);
  EXPECT_EQ(count.property_lines, 8u);
  EXPECT_EQ(count.properties, 7u);
  ASSERT_EQ(count.unread.size(), 1u);
  EXPECT_TRUE(count.unread[0].starts_with("line 56"));
  ASSERT_EQ(profile.storages.size(), 1u);
  EXPECT_EQ(profile.storages[0].capacity, 64054362112u);
  EXPECT_EQ(profile.storages[0].access_capability, 2);
  EXPECT_EQ(profile.storages[0].free_images, 0xFFFFFFFFu);
  const auto* battery = profile.property(0x5001);
  ASSERT_TRUE(battery);
  EXPECT_EQ(battery->current, Value(ptp::DataType::uint8, 28));
  EXPECT_FALSE(battery->writable);
  const auto* size = profile.property(0x5003);
  ASSERT_TRUE(size);
  EXPECT_EQ(std::get<ptp::EnumerationForm>(size->form).values, (std::vector{Value("6000x4000"), Value("4496x3000")}));
  const auto* iso = profile.property(0x500F);
  ASSERT_TRUE(iso);
  EXPECT_EQ(std::get<ptp::RangeForm>(iso->form).maximum, Value(u16_type, 6400));
  EXPECT_EQ(iso->current, Value(u16_type, 200));
  EXPECT_EQ(profile.property(0xD001)->current, Value(ptp::DataType::array_of_uint8, {1, 2, 3}));
  EXPECT_EQ(profile.property(0xD002)->current, Value(ptp::DataType::uint32, 1800));
  EXPECT_TRUE(profile.quirks.accept_current_outside_form);  // the battery's 28
}

TEST(LearnSummary, WritesWhatCanBeLoaded) {
  SummaryCount count;
  const auto toml = to_toml(learn_summary(summary, count).learned());
  const auto loaded = profiles::parse(toml, "learned.toml");
  ASSERT_TRUE(loaded.has_value()) << loaded.error()[0].to_string();
  EXPECT_NE(toml.find("code = \"BatteryLevel\"  # line 45\n"), std::string::npos) << toml;
  EXPECT_EQ(toml.find("98765432"), std::string::npos);
}

TEST(LearnSummary, TakesArraysThatTheTextDoesNotShow) {
  SummaryCount count;
  const auto learned = learn_summary(
                           "Camera summary:\nManufacturer: Maker\nModel: Model 3\nDevice Property Summary:\n"
                           "Property 0xd101:(read only) (type=0x4004) <CLOCK>20071214</CLOCK>\n"
                           "Device Icon(0xd405):(read only) (type=0x4002) \n"
                           "Property 0xd102:(read only) (type=0x6) nothing\n",
                           count)
                           .learned();
  EXPECT_EQ(count.property_lines, 3u);
  EXPECT_EQ(count.properties, 2u);
  ASSERT_EQ(learned.profile.properties.size(), 2u);
  EXPECT_EQ(learned.profile.property(0xD405)->current, Value(ptp::DataType::array_of_uint8, std::vector<i128>()));
  EXPECT_NE(to_toml(learned).find("# line 6 doesn't show the value of 0xD405"), std::string::npos) << to_toml(learned);
  EXPECT_EQ(to_toml(learned).find("20071214"), std::string::npos);
}

TEST(LearnSummary, ReadsHowNewerVersionsDescribeProperties) {
  SummaryCount count;
  const auto learned = learn_summary(
                           "Camera summary:\nManufacturer: Maker\nModel: Model 4\nDevice Property Summary:\n"
                           "White Balance             (5005 rw u16): Enumeration [2,4,32785] value: Automatic (2)\n"
                           "Exposure Index (film speed ISO) (500f rw u16): Range [100 - 6400, step 100] value: 200\n"
                           "Exposure Bias             (5010 ro i16): Enumeration [300,0,-300] value: 0.0 stops (0)\n"
                           "[Unknown Property]        (d406 rw str): 'as it is'\n"
                           "Device Icon               (d405 ro [u8 ]): a[71680] 0,0,1, ...\n"
                           "[Unknown Property]        (d004 -- ---): PTP error 200a on query\n"
                           "[Unknown Property]        (d005 rw u17): 1\n",
                           count)
                           .learned();
  EXPECT_EQ(count.property_lines, 6u);
  EXPECT_EQ(count.properties, 5u);
  ASSERT_EQ(count.unread.size(), 1u);
  EXPECT_TRUE(count.unread[0].starts_with("line 11")) << count.unread[0];
  const auto& profile = learned.profile;
  const auto* balance = profile.property(0x5005);
  ASSERT_TRUE(balance);
  EXPECT_TRUE(balance->writable);
  EXPECT_EQ(balance->current, Value(u16_type, 2));
  EXPECT_EQ(std::get<ptp::EnumerationForm>(balance->form).values.size(), 3u);
  EXPECT_EQ(std::get<ptp::RangeForm>(profile.property(0x500F)->form).step, Value(u16_type, 100));
  const auto* bias = profile.property(0x5010);
  ASSERT_TRUE(bias);
  EXPECT_FALSE(bias->writable);
  EXPECT_EQ(std::get<ptp::EnumerationForm>(bias->form).values.back(), Value(ptp::DataType::int16, -300));
  EXPECT_EQ(profile.property(0xD406)->type, ptp::DataType::string);
  EXPECT_EQ(profile.property(0xD405)->type, ptp::DataType::array_of_uint8);
  EXPECT_EQ(profile.property(0xD004)->refusal, 0x200A);
}

TEST(LearnSummary, KnowsBothWordsForAStoreThatOnlyDeletes) {
  for (const std::string words : {"Read-Only with Object deletion", "Read Only with Object deletion"}) {
    SummaryCount count;
    const auto learned = learn_summary(
        "Manufacturer: Maker\nModel: M\nStorage Devices Summary:\nstore_00010001:\n\tAccess Capability: " + words +
            "\n",
        count);
    EXPECT_EQ(learned.learned().profile.storages.at(0).access_capability, 2);
  }
}

// For each format, and on as many lines as it takes; a profile has one list.
TEST(LearnSummary, ListsTheObjectPropertiesOfAllFormats) {
  const std::string text =
      "Device info:\nManufacturer: Maker\nModel: M\nSupported MTP Object Properties:\n"
      "\tAssociation/Directory/3001: dc01/StorageID dc02/ObjectFormat dc44/Name\n"
      "\tJPEG/3801: dc01/StorageID dc02/ObjectFormat\n\tdc87/Width dc88/Height\n"
      "\tScript/3002: PTP error a802 on query\n"
      "\nDevice Capabilities:\n\tFile Download\n";
  SummaryCount count;
  const auto learned = learn_summary(text, count).learned();
  EXPECT_EQ(learned.profile.object_properties, (std::vector<u16>{0xDC01, 0xDC02, 0xDC44, 0xDC87, 0xDC88}));
  EXPECT_TRUE(learned.profile.advertises(ptp::OperationCode::GetObjectPropsSupported));
  const auto toml = to_toml(learned);
  EXPECT_NE(toml.find("object_properties = ["), std::string::npos) << toml;
  const auto loaded = profiles::parse(toml, "learned.toml");
  ASSERT_TRUE(loaded.has_value()) << loaded.error()[0].to_string();
  EXPECT_EQ(loaded->object_properties, learned.profile.object_properties);
}

// Newer versions print no lists of operations: they are made of what the camera is said to be able to do, and marked.
TEST(LearnSummary, AssumesTheOperationsThatAreNotListed) {
  std::string text(summary.substr(summary.find("Camera summary")));
  SummaryCount count;
  const auto learned = learn_summary(text, count).learned();
  const auto& operations = learned.profile.device.operations;
  EXPECT_TRUE(learned.profile.advertises(ptp::OperationCode::GetDevicePropDesc));
  EXPECT_TRUE(learned.profile.advertises(ptp::OperationCode::DeleteObject));
  EXPECT_FALSE(learned.profile.advertises(ptp::OperationCode::InitiateCapture));
  EXPECT_GT(operations.size(), 10u);
  EXPECT_NE(to_toml(learned).find("# assumed: "), std::string::npos);
}

TEST(LearnSummary, SurvivesEveryCut) {
  for (std::size_t size = 0; size < summary.size(); size += 3) {
    SummaryCount count;
    const auto toml = to_toml(learn_summary(summary.substr(0, size), count).learned());
    EXPECT_TRUE(profiles::parse(toml, "learned.toml").has_value()) << size;
  }
}

TEST(Survey, SumsUpWhatATraceHolds) {
  const TemporaryFile file(session().usb.file());
  Survey survey;
  read_trace(file.path(), {}, survey);
  const auto sessions = survey.sessions();
  ASSERT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions[0]["dialect"], "usb");
  EXPECT_EQ(sessions[0]["transactions"], 6);
  EXPECT_EQ(sessions[0]["model"], "Model 1");
  for (const auto& one : survey.operations()) {
    EXPECT_FALSE(survey_line(one).empty());
    if (one["name"] != "GetDevicePropDesc") continue;
    EXPECT_EQ(one["count"], 3);
    EXPECT_EQ(one["failed"], 1);
  }
}

}  // namespace
}  // namespace stuntcam::pcap
