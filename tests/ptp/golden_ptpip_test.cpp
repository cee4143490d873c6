// Two answers of a Fujifilm X-T1 as the program ptp-ip printed them: containers on a TCP stream (docs/clients.md §3).
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "bytes_testing.h"
#include "ptp/datasets.h"
#include "ptp/fuji.h"
#include "ptp/json.h"
#include "ptp/reader.h"
#include "ptp/vendor_data.h"
#include "ptp/writer.h"

namespace stuntcam::ptp {
namespace {

// Operation 0x902B: u32 count, then for each u32 length including itself, DevicePropDesc.
const Bytes capabilities =
    hex("64010000 02002B90 07000000 08000000 16000000 12500400 01000000 00020300 "
        "00000200 04001400 00000C50 04000102 00098002 02000980 0A802400 00000550 "
        "04000102 00020002 0A000200 04000680 01800280 03800600 0A800B80 0C803600 "
        "00001050 03000100 00000002 130048F4 95F5E3F6 30F87DF9 CBFA18FC 65FDB3FE "
        "00004D01 9B02E803 35058306 D0071D09 6B0AB80B 26000000 01D00400 01010002 "
        "00020B00 01000200 03000400 05000600 07000800 09000A00 0B007800 00002AD0 "
        "060001FF FFFFFF00 19008002 19009001 00802003 00804006 0080800C 00800019 "
        "00806400 0040C800 0000FA00 00004001 00009001 0000F401 00008002 00002003 "
        "0000E803 0000E204 00004006 0000D007 0000C409 0000800C 0000A00F 00008813 "
        "00000019 00000032 00400064 004000C8 00401400 000019D0 04000101 00010002 "
        "02000000 01001E00 00007CD1 06000100 00000004 04020301 00000000 07070910 "
        "01000000 ");

// GetDevicePropValue 0xD212: u16 count, then for each u16 property, u32 value.
const Bytes current_state =
    hex("74000000 02001510 06000000 11000150 03000000 41D20A00 00000550 02000000 "
        "0A500180 00000C50 0A800000 0E500200 00001050 00000000 12500000 000001D0 "
        "02000000 18D00400 000028D0 00000000 2AD00019 00807CD1 04040203 09D20000 "
        "00001BD2 00000000 29D29705 00002AD2 8F060000 ");

const Bytes ok_response = hex("0C000000 0300 0120 06000000");

Message decode_container(const Bytes& bytes) {
  const FujiFraming framing;
  const auto head = framing.head(bytes);
  EXPECT_TRUE(head);
  EXPECT_EQ(head->need, 0u);
  const auto message = framing.decode(View{bytes}.first(head->size));
  EXPECT_TRUE(message);
  return *message;
}

// A vector's bytes behind the container's head.
View payload(const Bytes& container) { return View{container}.subspan(12); }

// What operation 0x902B lists; nothing when the list is damaged.
std::optional<std::vector<Bytes>> records_in(View list) {
  Reader reader{list};
  const auto count = reader.integer<u32>("Count");
  std::vector<Bytes> out;
  while (reader.ok() && out.size() < count) {
    const auto length = reader.integer<u32>("Length");
    const auto bytes = reader.bytes("Record", length < 4 ? 0 : length - 4);
    if (reader.ok()) out.emplace_back(bytes.begin(), bytes.end());
  }
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return out;
}

std::vector<Bytes> records() {
  const auto found = records_in(payload(capabilities));
  EXPECT_TRUE(found);
  return found.value_or(std::vector<Bytes>{});
}

using State = std::vector<std::pair<u16, u32>>;

// What property 0xD212 holds; nothing when it is damaged.
std::optional<State> state_in(View list) {
  Reader reader{list};
  const auto count = reader.integer<u16>("Count");
  State out;
  while (reader.ok() && out.size() < count) {
    const auto property = reader.integer<u16>("Property");
    out.emplace_back(property, reader.integer<u32>("Value"));
  }
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return out;
}

Bytes encoded(const State& state) {
  Bytes out;
  Writer writer{out};
  writer.integer(static_cast<u16>(state.size()));
  for (const auto& [property, value] : state) {
    writer.integer(property);
    writer.integer(value);
  }
  return out;
}

Form enumeration(DataType type, std::initializer_list<i64> values) {
  EnumerationForm form;
  for (const auto value : values) form.values.emplace_back(type, i128{value});
  return form;
}

DevicePropDesc described(u16 code, DataType type, i64 factory_default, i64 current, Form form) {
  return {code, type, 1, {type, i128{factory_default}}, {type, i128{current}}, std::move(form)};
}

TEST(GoldenPtpIpTest, ContainersAroundTheData) {
  auto message = decode_container(capabilities);
  EXPECT_EQ(message.kind, Kind::data);
  EXPECT_EQ(message.code, 0x902B);
  EXPECT_EQ(message.transaction_id, 7u);
  EXPECT_EQ(message.size, 344u);
  Bytes out;
  FujiFraming{}.encode(message, out);
  EXPECT_EQ(out, Bytes(capabilities.begin(), capabilities.begin() + 12));

  message = decode_container(current_state);
  EXPECT_EQ(message.code, 0x1015);
  EXPECT_EQ(message.transaction_id, 6u);
  EXPECT_EQ(message.size, 104u);

  message = decode_container(ok_response);
  EXPECT_EQ(message.kind, Kind::operation_response);
  EXPECT_EQ(message.code, 0x2001);
  EXPECT_EQ(message.transaction_id, 6u);
  EXPECT_EQ(message.count, 0);
  out.clear();
  FujiFraming{}.encode(message, out);
  EXPECT_EQ(out, ok_response);
}

TEST(GoldenPtpIpTest, CapabilitiesSayWhatTheCameraHas) {
  using enum DataType;
  const std::vector<DevicePropDesc> expected{
      described(0x5012, uint16, 0, 0, enumeration(uint16, {0, 2, 4})),
      described(0x500C, uint16, 2, 0x8009, enumeration(uint16, {0x8009, 0x800A})),
      described(0x5005, uint16, 2, 2,
                enumeration(uint16, {2, 4, 0x8006, 0x8001, 0x8002, 0x8003, 6, 0x800A, 0x800B, 0x800C})),
      described(0x5010, int16, 0, 0,
                enumeration(int16, {-3000, -2667, -2333, -2000, -1667, -1333, -1000, -667, -333, 0, 333, 667, 1000,
                                    1333, 1667, 2000, 2333, 2667, 3000})),
      described(0xD001, uint16, 1, 2, enumeration(uint16, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})),
      described(0xD02A, uint32, 0xFFFFFFFF, 0x80001900,
                enumeration(uint32, {0x80000190, 0x80000320, 0x80000640, 0x80000C80, 0x80001900, 0x40000064, 0xC8,
                                     0xFA,       0x140,      0x190,      0x1F4,      0x280,      0x320,      0x3E8,
                                     0x4E2,      0x640,      0x7D0,      0x9C4,      0xC80,      0xFA0,      0x1388,
                                     0x1900,     0x40003200, 0x40006400, 0x4000C800})),
      described(0xD019, uint16, 1, 1, enumeration(uint16, {0, 1})),
      described(0xD17C, uint32, 0, 0x03020404,
                RangeForm{{uint32, i128{0}}, {uint32, i128{0x10090707}}, {uint32, i128{1}}}),
  };
  const auto found = records();
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto description = decode<DevicePropDesc>(found[i]);
    ASSERT_TRUE(description) << description.error().to_string();
    EXPECT_EQ(*description, expected[i]) << text(*description);
    EXPECT_EQ(encode(*description), found[i]);
  }
  Bytes list;
  Writer writer{list};
  writer.integer(static_cast<u32>(expected.size()));
  for (const auto& description : expected) {
    const auto bytes = encode(description);
    writer.integer(static_cast<u32>(bytes.size() + sizeof(u32)));
    writer.bytes(bytes);
  }
  EXPECT_EQ(list, Bytes(capabilities.begin() + 12, capabilities.end()));
}

TEST(GoldenPtpIpTest, DefaultsMayLieOutsideTheirForm) {
  const auto flash = decode<DevicePropDesc>(records().at(1));
  ASSERT_TRUE(flash);
  EXPECT_FALSE(allows(flash->form, flash->factory_default));
  EXPECT_TRUE(allows(flash->form, flash->current));
}

TEST(GoldenPtpIpTest, CurrentState) {
  const State expected{{0x5001, 3},     {0xD241, 0xA},        {0x5005, 2},          {0x500A, 0x8001}, {0x500C, 0x800A},
                       {0x500E, 2},     {0x5010, 0},          {0x5012, 0},          {0xD001, 2},      {0xD018, 4},
                       {0xD028, 0},     {0xD02A, 0x80001900}, {0xD17C, 0x03020404}, {0xD209, 0},      {0xD21B, 0},
                       {0xD229, 0x597}, {0xD22A, 0x68F}};
  EXPECT_EQ(state_in(payload(current_state)), expected);
  EXPECT_EQ(encoded(expected), Bytes(current_state.begin() + 12, current_state.end()));
}

TEST(GoldenPtpIpTest, DamagedStatesDecodeOrFail) {
  constexpr PropertyCode property{0xD212};
  const auto undamaged = vendor_value(Vendor::fuji, property, payload(current_state));
  ASSERT_TRUE(undamaged) << undamaged.error().to_string();
  EXPECT_EQ(undamaged->size(), 17u);
  for_each_damage(Bytes(current_state.begin() + 12, current_state.end()), [](const Bytes& damaged) {
    const auto state = state_in(damaged);
    const auto shown = vendor_value(Vendor::fuji, property, damaged);
    if (!state) {
      ASSERT_FALSE(shown);
      return;
    }
    ASSERT_EQ(encoded(*state), damaged);
    const bool twice = std::ranges::any_of(*state, [&](const auto& entry) {
      return std::ranges::count(*state, entry.first, &State::value_type::first) > 1;
    });
    ASSERT_EQ(shown.has_value(), !twice);
    ASSERT_TRUE(!shown || shown->size() == state->size());
  });
}

// Each description a test of its own, so that they run side by side.
class GoldenDescriptionTest : public ::testing::TestWithParam<std::size_t> {};

TEST_P(GoldenDescriptionTest, EveryDamageDecodesOrFails) {
  for_each_damage(records().at(GetParam()), [](const Bytes& damaged) {
    const auto description = decode<DevicePropDesc>(damaged);
    if (!description) return;
    const auto again = decode<DevicePropDesc>(encode(*description));
    ASSERT_TRUE(again);
    ASSERT_EQ(*again, *description);
  });
}
INSTANTIATE_TEST_SUITE_P(Capabilities, GoldenDescriptionTest, ::testing::Range(std::size_t{0}, std::size_t{8}));

// The list around the descriptions: what its lengths cut out decodes or fails too.
TEST(GoldenPtpIpTest, DamagedListsDecodeOrFail) {
  constexpr OperationCode operation{0x902B};
  const auto undamaged = vendor_data_set(Vendor::fuji, operation, payload(capabilities));
  ASSERT_TRUE(undamaged) << undamaged.error().to_string();
  EXPECT_EQ(undamaged->size(), 8u);
  const auto whole = records();
  // Json takes long under sanitizers: one damage in eight, which are some thirty of each byte.
  constexpr u32 shown_in = 8;
  u32 round = 0;
  for_each_damage(Bytes(capabilities.begin() + 12, capabilities.end()), [&](const Bytes& damaged) {
    const auto found = records_in(damaged);
    if (++round % shown_in == 0) {
      const auto shown = vendor_data_set(Vendor::fuji, operation, damaged);
      ASSERT_TRUE(!shown || (found && found->size() == shown->size()));
    }
    if (!found) return;
    for (const auto& record : *found) {
      if (std::ranges::find(whole, record) != whole.end()) continue;
      const auto description = decode<DevicePropDesc>(record);
      if (!description) continue;
      ASSERT_LE(encode(*description).size(), record.size());
    }
  });
}

TEST(GoldenPtpIpTest, DamagedContainersDecodeOrFail) {
  const FujiFraming framing;
  for (const auto* vector : {&capabilities, &current_state, &ok_response}) {
    for_each_damage(*vector, [&](const Bytes& damaged) {
      const auto head = framing.head(damaged);
      if (!head || head->need != 0 || head->size > damaged.size()) return;
      const auto message = framing.decode(View{damaged}.first(head->size));
      if (!message) return;
      Bytes out;
      framing.encode(*message, out);
      ASSERT_EQ(out.size(), message->kind == Kind::event ? 28 : head->size) << "an event has but one size";
    });
  }
}

}  // namespace
}  // namespace stuntcam::ptp
