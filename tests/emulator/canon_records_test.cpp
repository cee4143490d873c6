// How a Canon writes things down. The bytes were read off an EOS 60D's traffic, or put together by what it shows.
#include "emulator/vendors/canon_records.h"

#include "tests/emulator/canon.h"

namespace stuntcam::tests {
namespace {

using emulator::Object;
using ptp::DataType;
using ptp::Value;
using testing::ElementsAreArray;
namespace property = canon::property;

Bytes text(std::string_view characters, std::size_t field) {
  Bytes out(characters.begin(), characters.end());
  out.resize(field);
  return out;
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

TEST(CanonRecords, EndWithAnEmptyOne) { EXPECT_EQ(canon::end_record(), words({8, 0})); }

TEST(CanonRecords, IntegersHave32BitsWhateverTheirType) {
  EXPECT_EQ(canon::value_record(0xD105, Value(DataType::uint16, 2)), words({16, 0xC189, 0xD105, 2}));
  EXPECT_EQ(canon::value_record(0xD104, Value(DataType::uint8, 0xE8)), words({16, 0xC189, 0xD104, 0xE8}));
  EXPECT_EQ(canon::value_record(0xD10B, Value(DataType::int32, -9)), words({16, 0xC189, 0xD10B, 0xFFFFFFF7}));
}

TEST(CanonRecords, TextIsAsciiInAFieldOfItsOwn) {
  EXPECT_EQ(canon::property_bytes(0xD115, Value("")), Bytes(1, 0));
  EXPECT_EQ(canon::property_bytes(0xD115, Value("me")), text("me", 3));
  EXPECT_EQ(canon::property_bytes(property::Artist, Value("me")), text("me", 64));
  EXPECT_EQ(canon::property_bytes(property::LensName, Value("RF24-105mm F4 L IS USM")),
            text("RF24-105mm F4 L IS USM", 63));
  const std::string longer(100, 'x');
  EXPECT_EQ(canon::property_bytes(property::Artist, Value(longer)), text(std::string(63, 'x'), 64));
}

TEST(CanonRecords, ListsOfValues) {
  profiles::Property lists;
  lists.form = ptp::EnumerationForm{};
  const std::vector<Value> values{Value(DataType::uint16, 1), Value(DataType::uint16, 5), Value(DataType::uint16, 4)};
  EXPECT_EQ(canon::list_record(0xD11C, lists, values), words({32, 0xC18A, 0xD11C, 3, 3, 1, 5, 4}));
  EXPECT_EQ(canon::list_record(0xD101, lists, {}), words({20, 0xC18A, 0xD101, 3, 0}));
  profiles::Property plain;
  plain.type = DataType::uint32;
  EXPECT_EQ(canon::list_record(0xD105, plain, {}), words({20, 0xC18A, 0xD105, 1, 0}));
  plain.type = DataType::string;
  EXPECT_EQ(canon::list_record(0xD115, plain, {}), words({20, 0xC18A, 0xD115, 7, 0}));
}

struct Format {
  u32 packed;
  Bytes wire;
};
const Format formats[] = {
    {0x0300, words({1, 16, 1, 0, 3})},                 // large fine JPEG: seen on the 60D
    {0x1200, words({1, 16, 1, 1, 2})},                 // medium normal JPEG
    {0xE300, words({1, 16, 1, 0xF, 3})},               // the smallest
    {0x0C00, words({1, 16, 6, 0, 4})},                 // RAW
    {0x0CD3, words({2, 16, 6, 0, 4, 16, 1, 0xE, 3})},  // RAW and small fine JPEG: seen on the R6
    {0x0B02, words({2, 16, 6, 0, 3, 16, 1, 0, 2})},    // cRAW and large normal JPEG
};

TEST(CanonRecords, ImageFormatsAreStructures) {
  for (const auto& [packed, wire] : formats) {
    const Value value(DataType::uint16, packed);
    EXPECT_EQ(canon::property_bytes(property::ImageFormat, value), wire) << std::hex << packed;
    EXPECT_EQ(canon::property_value(property::ImageFormat, DataType::uint16, wire), value) << std::hex << packed;
  }
}

TEST(CanonRecords, BrokenImageFormatsAreNone) {
  const Bytes broken[] = {{},
                          words({0}),
                          words({1}),
                          words({3, 16, 1, 0, 3, 16, 1, 0, 3, 16, 1, 0, 3}),
                          words({1, 12, 1, 0, 3}),
                          words({1, 16, 1, 0x11, 3}),
                          words({1, 16, 1, 0, 8}),
                          words({1, 16, 1, 0xFFFFFFFF, 0xFFFFFFFF}),
                          words({2, 16, 6, 0, 4}),
                          words({2, 16, 6, 0, 4, 16, 1, 0})};
  for (const Bytes& wire : broken)
    EXPECT_EQ(canon::property_value(property::ImageFormat, DataType::uint16, wire),
              std::unexpected(Code::InvalidDevicePropFormat));
}

TEST(CanonRecords, ValuesComeBack) {
  EXPECT_EQ(canon::property_value(0xD10B, DataType::int32, words({0xFFFFFFF7})), Value(DataType::int32, -9));
  EXPECT_EQ(canon::property_value(0xD104, DataType::uint8, words({0xE8})), Value(DataType::uint8, 0xE8));
  EXPECT_EQ(canon::property_value(0xD115, DataType::string, Bytes{'m', 'e', 0, 'x'}), Value("me"));
  EXPECT_EQ(canon::property_value(0xD115, DataType::string, Bytes{'m', 0xFF}), Value("m\xEF\xBF\xBD"));
  EXPECT_EQ(canon::property_value(0xD1A0, DataType::array_of_uint8, Bytes{1, 2}),
            Value(DataType::array_of_uint8, std::vector<i128>{1, 2}));
  EXPECT_EQ(canon::property_value(0xD105, DataType::uint16, Bytes{1, 2, 3}),
            std::unexpected(Code::InvalidDevicePropFormat));
}

Object picture() {
  Object object;
  object.handle = 0x92740C72;
  object.storage = 0x00020001;
  object.parent = 0x92740000;
  object.format = 0x3801;
  object.size = 2217241;
  object.name = "IMG_0199.JPG";
  object.captured = ptp::DateTime::from_seconds(0x4D987C10);
  return object;
}

// Both entries are those of libgphoto2's notes from real cards.
TEST(CanonRecords, ObjectsAsGetObjectInfoExTellsThem) {
  EXPECT_EQ(canon::object_entry(picture()),
            joined({words({0x92740C72, 0x00020001, 0x3801, 0, 0x21, 2217241, 0x92740000, 0x92740C70}),
                    text("IMG_0199.JPG", 16), words({0x4D987C10})}));
  Object folder;
  folder.handle = 0xA0080000;
  folder.storage = 0x00020001;
  folder.format = emulator::association_format;
  folder.name = "MISC";
  folder.captured = ptp::DateTime::from_seconds(0x4674BC84);
  EXPECT_EQ(canon::object_entry(folder),
            joined({words({0xA0080000, 0x00020001, 0x3001, 1, 0x11, 0, 0x80000000, 0xA0080000}), text("MISC", 16),
                    words({0x4674BC84})}));
}

TEST(CanonRecords, LongNamesAndSizesAreCut) {
  Object object = picture();
  object.name = "A long name.JPG with more";
  object.size = u64{5} << 30;
  const Bytes entry = canon::object_entry(object);
  EXPECT_EQ(entry.size(), 52u);
  EXPECT_EQ(Bytes(entry.begin() + 20, entry.begin() + 24), words({0xFFFFFFFF}));
  EXPECT_EQ(Bytes(entry.begin() + 32, entry.begin() + 48), text("A long name.JPG", 16));
}

TEST(CanonRecords, RequestsForTransfers) {
  EXPECT_EQ(canon::transfer_request(picture()),
            joined({words({44, 0xC186, 0x92740C72, 0x3801, 0, 2217241, 0}), text("IMG_0199.JPG", 16)}));
}

TEST(CanonRecords, FocusIsAGroupOfOLCInfo) {
  EXPECT_EQ(canon::focus_record(1, 1), joined({words({23, 0xC1A5, 19, 0x100}), Bytes{0, 0, 0, 0, 1, 1, 0}}));
}

}  // namespace
}  // namespace stuntcam::tests
