// The EOS R6 as its sources show it. The tables are typed from docs/cameras.md and from miniPtp's listing; the profile
// has no part in them.
#include "tests/emulator/canon.h"

namespace stuntcam::tests {
namespace {

using ptp::DataType;
using ptp::DevicePropDesc;
using ptp::Value;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

const u16 operations[] = {
    0x1001, 0x1002, 0x1003, 0x1004, 0x1005, 0x1006, 0x1007, 0x1008, 0x1009, 0x100A, 0x100B, 0x100C, 0x100D, 0x100F,
    0x1014, 0x1016, 0x101B, 0x902F, 0x9033, 0x9050, 0x9051, 0x905C, 0x905D, 0x9060, 0x9068, 0x9069, 0x906A, 0x906B,
    0x906C, 0x906D, 0x906E, 0x906F, 0x9077, 0x9078, 0x9079, 0x9101, 0x9102, 0x9103, 0x9104, 0x9105, 0x9106, 0x9107,
    0x9108, 0x9109, 0x910A, 0x910C, 0x910F, 0x9110, 0x9114, 0x9115, 0x9116, 0x9117, 0x9118, 0x911A, 0x911B, 0x911C,
    0x911D, 0x911E, 0x911F, 0x9122, 0x9123, 0x9124, 0x9127, 0x9128, 0x9129, 0x912B, 0x912C, 0x912D, 0x912E, 0x912F,
    0x9130, 0x9131, 0x9132, 0x9133, 0x9134, 0x9135, 0x9136, 0x9137, 0x9138, 0x9139, 0x913A, 0x913B, 0x913C, 0x913D,
    0x913E, 0x913F, 0x9140, 0x9141, 0x9143, 0x9144, 0x9145, 0x9146, 0x9148, 0x9149, 0x914A, 0x914B, 0x914D, 0x914F,
    0x9150, 0x9153, 0x9154, 0x9155, 0x9157, 0x9158, 0x9159, 0x915A, 0x915B, 0x915C, 0x915D, 0x9160, 0x9166, 0x916B,
    0x916C, 0x916D, 0x916E, 0x916F, 0x9170, 0x9171, 0x9172, 0x9173, 0x9174, 0x9177, 0x9178, 0x9179, 0x9180, 0x9181,
    0x9182, 0x9183, 0x9184, 0x9185, 0x9186, 0x9187, 0x9188, 0x9189, 0x918A, 0x91AE, 0x91AF, 0x91B9, 0x91BA, 0x91D3,
    0x91D4, 0x91D5, 0x91D7, 0x91D8, 0x91D9, 0x91DA, 0x91DB, 0x91DC, 0x91DD, 0x91DE, 0x91E1, 0x91E3, 0x91E6, 0x91E7,
    0x91E8, 0x91E9, 0x91EC, 0x91F0, 0x91F1};

struct Row {
  u32 handle, storage, parent;
  u16 format;
  u32 size;
  std::string_view name;
};
const Row listing[] = {
    {0x50000000, 0x00010001, 0x00000000, 0x3001, 0, "DCIM"},
    {0x51900000, 0x00010001, 0x50000000, 0x3001, 0, "100CANON"},
    {0x5190D321, 0x00010001, 0x51900000, 0xB108, 21662294, "2U4A3378.CR3"},
    {0x5190D381, 0x00010001, 0x51900000, 0xB108, 18202710, "2U4A3384.CR3"},
    {0x5190D391, 0x00010001, 0x51900000, 0xB108, 18094166, "2U4A3385.CR3"},
    {0x5190D4E1, 0x00010001, 0x51900000, 0xB108, 17670230, "2U4A3406.CR3"},
    {0x5190D4F1, 0x00010001, 0x51900000, 0xB108, 18219606, "2U4A3407.CR3"},
    {0x60080000, 0x00010001, 0x00000000, 0x3001, 0, "MISC"},
};

// As it comes out of the box: no settings of the test's own.
struct PlainStage : Stage {
  PlainStage() { profile = profiles::load("canon-eos-r6").value(); }
};

TEST(CanonEosR6, DeviceInfo) {
  PlainStage stage;
  CanonPlay client(stage.camera());
  ASSERT_EQ(client.ask(Op::GetDeviceInfo), Code::OK);
  const auto info = client.decoded<ptp::DeviceInfo>();
  EXPECT_EQ(std::size(operations), 159u);
  EXPECT_THAT(info.operations_supported, ElementsAreArray(operations));
  EXPECT_THAT(info.events_supported,
              ElementsAre(0xC181, 0x4003, 0xC183, 0xC184, 0xC185, 0xC186, 0xC187, 0xC188, 0xC189, 0xC18A, 0xC18B,
                          0xC18D, 0xC18E, 0xC18F, 0xC190, 0xC191, 0xC1A0, 0xC1A1, 0x4009));
  EXPECT_THAT(info.device_properties_supported, ElementsAre(0x5001, 0xD303, 0xD402, 0xD406, 0xD407));
  EXPECT_THAT(info.capture_formats, ElementsAre(0x3801));
  EXPECT_THAT(info.image_formats, ElementsAre(0x3001, 0x3002, 0x3006, 0x300A, 0x3008, 0x3801, 0xB101, 0xB103, 0xBF02,
                                              0x3800, 0xB104, 0xB105));
  EXPECT_EQ(info.manufacturer, "Canon.Inc");
  EXPECT_EQ(info.model, "Canon EOS R6");
  EXPECT_EQ(info.device_version, "3-1.5.0");
  EXPECT_EQ(info.serial_number.size(), 32u);
  EXPECT_EQ(info.standard_version, 100);
  EXPECT_EQ(info.vendor_extension_id, 0xBu);
  EXPECT_EQ(info.vendor_extension_version, 100);
  EXPECT_EQ(info.vendor_extension_desc, "");
  EXPECT_EQ(info.functional_mode, 0);
}

TEST(CanonEosR6, Properties) {
  PlainStage stage;
  CanonPlay client(stage.camera());
  ptp::EnumerationForm levels;  // as clients read the 16-bit values: the first five bytes
  for (const int level : {100, 0, 75, 0, 50}) levels.values.emplace_back(DataType::uint8, level);
  const Value eos("Canon EOS R6"), nobody("Unknown Initiator"), one(DataType::uint8, 1), wide_one(DataType::uint32, 1),
      charge(DataType::uint8, 63);
  const DevicePropDesc expected[] = {{0x5001, DataType::uint8, 0, charge, charge, levels},
                                     {0xD303, DataType::uint8, 0, one, one, {}},
                                     {0xD402, DataType::string, 0, eos, eos, {}},
                                     {0xD406, DataType::string, 1, nobody, nobody, {}},
                                     {0xD407, DataType::uint32, 0, wide_one, wide_one, {}}};
  for (const DevicePropDesc& desc : expected) {
    ASSERT_EQ(client.ask(Op::GetDevicePropDesc, {desc.code}), Code::OK);
    EXPECT_EQ(client.decoded<DevicePropDesc>(), desc) << std::hex << desc.code;
  }
}

TEST(CanonEosR6, MacAddress) {
  PlainStage stage;
  CanonPlay client(stage.camera());
  ASSERT_EQ(client.ask(0x9033), Code::OK);
  ASSERT_EQ(client.data().size(), 6u);
  EXPECT_EQ(Bytes(client.data().begin(), client.data().begin() + 3), (Bytes{0x74, 0xBF, 0xC0}));
}

TEST(CanonEosR6, Stores) {
  PlainStage stage;
  CanonPlay client(stage.camera());
  ASSERT_EQ(client.ask(Op::GetStorageIDs), Code::OK);
  ASSERT_THAT(client.handles(), ElementsAre(0x00010001u, testing::_));
  const u32 second = client.handles()[1];
  ASSERT_EQ(client.ask(Op::GetStorageInfo, {0x00010001}), Code::OK);
  EXPECT_EQ(client.decoded<ptp::StorageInfo>(),
            (ptp::StorageInfo{4, 3, 0, 15923150848, 15554052096, 4294967295, "SD1", ""}));
  ASSERT_EQ(client.ask(Op::GetStorageInfo, {second}), Code::OK);
  EXPECT_EQ(client.decoded<ptp::StorageInfo>(), (ptp::StorageInfo{4, 3, 0, 0, 0, 4294967295, "SD2", ""}));
  ASSERT_EQ(client.ask(Op::GetObjectHandles, {second, 0, all}), Code::OK);
  EXPECT_THAT(client.handles(), IsEmpty());
}

TEST(CanonEosR6, Listing) {
  PlainStage stage;
  CanonPlay client(stage.camera());
  ASSERT_EQ(client.ask(Op::GetObjectHandles, {0x00010001, 0, all}), Code::OK);
  EXPECT_THAT(client.handles(), ElementsAre(0x50000000u, 0x60080000u)) << "the listing's 2 objects of the root";
  ASSERT_EQ(client.ask(Op::GetObjectHandles, {0x00010001, 0, 0}), Code::OK);
  const auto handles = client.handles();
  ASSERT_EQ(handles.size(), std::size(listing));
  for (std::size_t i = 0; i < handles.size(); ++i) {
    const Row& row = listing[i];
    EXPECT_EQ(handles[i], row.handle);
    const auto info = client.info(handles[i]);
    EXPECT_EQ(info.storage_id, row.storage) << row.name;
    EXPECT_EQ(info.parent_object, row.parent) << row.name;
    EXPECT_EQ(info.object_format, row.format) << row.name;
    EXPECT_EQ(info.object_compressed_size, row.size) << row.name;
    EXPECT_EQ(info.filename, row.name);
  }
}

// The same by the operations that EOS hosts use.
TEST(CanonEosR6, ListingForHosts) {
  namespace op = canon::operation;
  PlainStage stage;
  CanonPlay client(stage.camera());
  ASSERT_EQ(client.ask(op::GetObjectInfoEx, {0x00010001, all, 0x100000}), Code::OK);
  ptp::Reader reader(client.data());
  ASSERT_EQ(reader.integer<u32>("count"), 2u);
  EXPECT_EQ(reader.integer<u32>("size"), 56u);
  EXPECT_EQ(reader.integer<u32>("handle"), 0x50000000u);
  EXPECT_EQ(client.data().size(), 4u + 2 * 56);
  ASSERT_EQ(client.ask(op::GetObjectInfoEx, {0x00010001, 0x51900000, 0x100000}), Code::OK);
  EXPECT_EQ(client.data().size(), 4u + 5 * 56);
  ASSERT_EQ(client.ask(op::GetObjectInfoEx, {0x00020000, all, 0x100000}), Code::OK);
  EXPECT_EQ(client.data(), words({0}));
  EXPECT_EQ(client.ask(op::GetObjectInfoEx, {0x00010001, 0x12345, 0x100000}), Code::InvalidObjectHandle);
  EXPECT_EQ(client.ask(op::GetObjectInfoEx, {0x00030001, all, 0x100000}), Code::InvalidStorageId);
  ASSERT_EQ(client.ask(op::GetStorageIDs), Code::OK);
  EXPECT_EQ(client.data(), words({2, 0x00010001, 0x00020000}));
  // The 60D's 36 bytes for "SD": this name takes two more.
  ASSERT_EQ(client.ask(op::GetStorageInfo, {0x00020000}), Code::OK);
  const Bytes expected{4, 0, 3, 0, 0,    0,    0,    0,    0, 0,   0, 0,   0, 0,   0, 0, 0, 0,
                       0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 4, 'S', 0, 'D', 0, '2', 0, 0, 0, 0};
  EXPECT_EQ(client.data(), expected);
}

TEST(CanonEosR6, FilesComeWholeAndInParts) {
  namespace op = canon::operation;
  PlainStage stage;
  CanonPlay client(stage.camera());
  const u32 handle = 0x5190D4E1;
  ASSERT_EQ(client.ask(Op::GetObject, {handle}), Code::OK);
  const Bytes whole = client.data();
  ASSERT_EQ(whole.size(), 17670230u);
  const auto part = [&](Code code) {
    EXPECT_EQ(code, Code::OK);
    EXPECT_EQ(client.data(), Bytes(whole.begin() + 1000, whole.begin() + 3000));
  };
  part(client.ask(op::GetPartialObject, {handle, 1000, 2000}));
  part(client.ask(Op::GetPartialObject, {handle, 1000, 2000}));
  part(client.ask(op::GetPartialObjectEx, {handle, 1000, 2000}));
  part(client.ask(op::GetPartialObject64, {handle, 1000, 0, 2000}));
  part(client.ask(op::GetPartialObjectEx64, {handle, 1000, 0, 2000}));
  EXPECT_EQ(client.ask(op::GetObject, {handle}), Code::OK);
  EXPECT_EQ(client.data(), whole);
  EXPECT_EQ(client.ask(op::GetThumbEx, {handle}), Code::OK);
  EXPECT_EQ(client.data()[0], 0xFF);
}

// The dump was made in P, which has no lists for what the camera chooses.
TEST(CanonEosR6, AsInTheDump) {
  PlainStage stage;
  stage.options.preset = "program";
  CanonPlay client(stage.camera());
  const auto records = client.take_over();
  const auto told = [&](const Bytes& payload) {
    return std::ranges::any_of(records, [&](const Record& record) { return record.payload == payload; });
  };
  EXPECT_TRUE(told(words({0xD105, 0})));
  EXPECT_TRUE(told(words({0xD138, 0})));
  EXPECT_TRUE(told(words({0xD101, 3, 0})));
  EXPECT_TRUE(told(words({0xD102, 3, 0})));
  EXPECT_TRUE(told(words({0xD120, 2, 16, 6, 0, 4, 16, 1, 14, 3})));
  EXPECT_TRUE(told(words({0xD106, 3, 6, 0, 0x12, 4, 5, 0x10, 0x11})));
  EXPECT_TRUE(told(words({0xD11E, 0x00010001})));
  EXPECT_TRUE(told(words({0xD11F, 0x51900000})));
  EXPECT_TRUE(told(words({0xD199, 0x13})));
  EXPECT_TRUE(told(words({0x00010001}))) << "CTGInfoCheckComplete";
}

}  // namespace
}  // namespace stuntcam::tests
