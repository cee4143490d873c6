// MTP's object properties and references: docs/protocol.md §2.9, §4.2.
#include <array>

#include "tests/emulator/play.h"

namespace stuntcam::tests {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr u32 storage_id = 0xDC01, object_format = 0xDC02, object_size = 0xDC04, association_type = 0xDC05,
              file_name = 0xDC07, date_modified = 0xDC09, parent_object = 0xDC0B, unique_id = 0xDC41, width = 0xDC87,
              sample_data = 0xDC86;
constexpr u32 every = 0xFFFFFFFF;

struct MtpStage : Stage {
  MtpStage() {
    constexpr std::array<u16, 11> operations{0x9801, 0x9802, 0x9803, 0x9804, 0x9805, 0x9806,
                                             0x9807, 0x9808, 0x9810, 0x9811, 0x9820};
    for (const u16 code : operations) profile.device.operations.push_back(code);
    profile.device.events.push_back(0xC801);
    profile.device.events.push_back(0xC803);
    profile.object_properties = {0xDC01, 0xDC02, 0xDC04, 0xDC05, 0xDC07, 0xDC09, 0xDC0B, 0xDC41, 0xDC87, 0xDC86};
  }
};

class MtpPlay : public Play {
 public:
  using Play::Play;
  Code list(u32 handle, u32 format, u32 property, u32 group, u32 depth) {
    return ask(Op::GetObjectPropList, {handle, format, property, group, depth});
  }
  std::vector<ptp::ObjectPropElement> elements() const { return decoded<ptp::ObjectPropList>().elements; }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& element : elements()) names.push_back(element.value.text());
    return names;
  }
};

TEST(Mtp, PropertiesOfAFormat) {
  MtpStage stage;
  MtpPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetObjectPropsSupported, {0x3801}), Code::OK);
  auto codes = ptp::decode_u16_array(client.data(), "codes").value();
  EXPECT_THAT(codes, Contains(width));
  EXPECT_THAT(codes, Not(Contains(association_type)));
  EXPECT_EQ(client.ask(Op::GetObjectPropsSupported, {0x3001}), Code::OK);
  codes = ptp::decode_u16_array(client.data(), "codes").value();
  EXPECT_THAT(codes, Not(Contains(width)));
  EXPECT_THAT(codes, Contains(association_type));
  EXPECT_EQ(client.ask(Op::GetObjectPropsSupported, {0x3009}), Code::InvalidObjectFormatCode);
  EXPECT_EQ(client.ask(Op::GetObjectPropsSupported, {0x13801}), Code::InvalidObjectFormatCode);
}

TEST(Mtp, WithoutAListTheMandatoryOnes) {
  MtpStage stage;
  stage.profile.object_properties.clear();
  MtpPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetObjectPropsSupported, {0x3801}), Code::OK);
  EXPECT_THAT(ptp::decode_u16_array(client.data(), "codes").value(),
              testing::IsSupersetOf({storage_id, object_format, object_size, file_name, parent_object, unique_id}));
}

TEST(Mtp, Descriptions) {
  MtpStage stage;
  MtpPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetObjectPropDesc, {object_format, 0x3801}), Code::OK);
  auto desc = client.decoded<ptp::ObjectPropDesc>();
  EXPECT_EQ(desc.code, object_format);
  EXPECT_EQ(desc.type, ptp::DataType::uint16);
  EXPECT_EQ(desc.get_set, 0);
  EXPECT_EQ(desc.factory_default.integer(), 0x3801);
  EXPECT_EQ(client.ask(Op::GetObjectPropDesc, {date_modified, 0x3801}), Code::OK);
  EXPECT_TRUE(std::holds_alternative<ptp::DateTimeForm>(client.decoded<ptp::ObjectPropDesc>().form));
  EXPECT_EQ(client.ask(Op::GetObjectPropDesc, {file_name, 0x3801}), Code::OK);
  EXPECT_EQ(client.decoded<ptp::ObjectPropDesc>().get_set, 1);
  EXPECT_EQ(client.ask(Op::GetObjectPropDesc, {0xDC99, 0x3801}), Code::Invalid_ObjectPropCode);
  EXPECT_EQ(client.ask(Op::GetObjectPropDesc, {width, 0x3009}), Code::InvalidObjectFormatCode);
  EXPECT_EQ(client.ask(Op::GetObjectPropDesc, {width, 0x3001}), Code::ObjectProp_Not_Supported);
}

TEST(Mtp, NothingCanBeSetWithoutAnOperationForIt) {
  MtpStage stage;
  std::erase(stage.profile.device.operations, 0x9804);
  std::erase(stage.profile.device.operations, 0x9806);
  MtpPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetObjectPropDesc, {file_name, 0x3801}), Code::OK);
  EXPECT_EQ(client.decoded<ptp::ObjectPropDesc>().get_set, 0);
}

TEST(Mtp, Values) {
  MtpStage stage;
  MtpPlay client(stage.camera());
  const u32 handle = client.find("FILE0001.TXT");
  const auto value = [&](u32 code) {
    EXPECT_EQ(client.ask(Op::GetObjectPropValue, {handle, code}), Code::OK);
    return client.data();
  };
  EXPECT_EQ(value(storage_id), bytes(card));
  EXPECT_EQ(value(object_size), bytes<u64>(1000));
  EXPECT_EQ(value(file_name), bytes("FILE0001.TXT"));
  EXPECT_EQ(value(parent_object), bytes(client.find("100TESTS")));
  EXPECT_EQ(value(unique_id).size(), 16u);
  EXPECT_EQ(client.ask(Op::GetObjectPropValue, {0xDEAD, file_name}), Code::InvalidObjectHandle);
  EXPECT_EQ(client.ask(Op::GetObjectPropValue, {handle, 0xDC99}), Code::Invalid_ObjectPropCode);
  EXPECT_EQ(client.ask(Op::GetObjectPropValue, {handle, width}), Code::ObjectProp_Not_Supported);
}

TEST(Mtp, ListOfOneObject) {
  MtpStage stage;
  MtpPlay client(stage.camera());
  const u32 handle = client.find("DSC_0001.JPG");
  EXPECT_EQ(client.list(handle, 0, every, 0, 0), Code::OK);
  const auto elements = client.elements();
  EXPECT_THAT(elements, SizeIs(8));  // not the folder's, not the thumbnail
  for (const auto& element : elements) {
    EXPECT_EQ(element.handle, handle);
    EXPECT_NE(element.code, sample_data);
    EXPECT_EQ(client.ask(Op::GetObjectPropValue, {handle, element.code}), Code::OK);
    EXPECT_EQ(client.data(), element.value.bytes());
  }
  EXPECT_EQ(client.list(handle, 0, sample_data, 0, 0), Code::OK);
  ASSERT_THAT(client.elements(), SizeIs(1));
  EXPECT_GT(client.elements()[0].value.array().size(), 100u);
}

TEST(Mtp, DepthSelectsTheLevel) {
  MtpStage stage;
  MtpPlay client(stage.camera());
  const u32 dcim = client.find("DCIM");
  EXPECT_EQ(client.list(dcim, 0, file_name, 0, 0), Code::OK);
  EXPECT_THAT(client.names(), ElementsAre("DCIM"));
  EXPECT_EQ(client.list(dcim, 0, file_name, 0, 1), Code::OK);
  EXPECT_THAT(client.names(), ElementsAre("100TESTS"));
  EXPECT_EQ(client.list(dcim, 0, file_name, 0, every), Code::OK);
  EXPECT_THAT(client.names(), testing::UnorderedElementsAre("100TESTS", "FILE0001.TXT", "FILE0002.TXT", "FILE0003.TXT",
                                                            "DSC_0001.JPG"));
  EXPECT_EQ(client.list(0, 0, file_name, 0, 1), Code::OK);
  EXPECT_THAT(client.names(), Contains("DCIM"));
  EXPECT_THAT(client.names(), Not(Contains("100TESTS")));
  EXPECT_EQ(client.list(0, 0, file_name, 0, every), Code::OK);
  EXPECT_THAT(client.names(), testing::IsSupersetOf({"DCIM", "100TESTS", "DSC_0001.JPG"}));
  EXPECT_EQ(client.list(every, 0, file_name, 0, 0), Code::OK);
  EXPECT_THAT(client.names(), testing::IsSupersetOf({"DCIM", "100TESTS", "DSC_0001.JPG"}));
  EXPECT_EQ(client.list(client.find("FILE0001.TXT"), 0, file_name, 0, 1), Code::OK);
  EXPECT_EQ(client.data(), (Bytes{0, 0, 0, 0}));
}

TEST(Mtp, RootItselfIsNoObject) {
  MtpStage stage;
  MtpPlay client(stage.camera());
  EXPECT_EQ(client.list(0, 0, every, 0, 0), Code::OK);
  EXPECT_EQ(client.data(), (Bytes{0, 0, 0, 0}));
}

TEST(Mtp, FormatSelects) {
  MtpStage stage;
  MtpPlay client(stage.camera());
  EXPECT_EQ(client.list(every, 0x3801, file_name, 0, 0), Code::OK);
  EXPECT_THAT(client.names(), ElementsAre("DSC_0001.JPG"));
  EXPECT_EQ(client.list(every, 0x3009, file_name, 0, 0), Code::OK);
  EXPECT_THAT(client.names(), IsEmpty());
  EXPECT_EQ(client.list(every, 0x1234, file_name, 0, 0), Code::InvalidObjectFormatCode);
}

TEST(Mtp, ListRefusesWhatItDoesNotKnow) {
  MtpStage stage;
  MtpPlay client(stage.camera());
  EXPECT_EQ(client.list(every, 0, 0, 0, 0), Code::ParameterNotSupported);
  EXPECT_EQ(client.list(every, 0, 0, 4, 0), Code::Specification_By_Group_Unsupported);
  EXPECT_EQ(client.list(every, 0, every, 0, 2), Code::Specification_By_Depth_Unsupported);
  EXPECT_EQ(client.list(every, 0, 0xDC99, 0, 0), Code::Invalid_ObjectPropCode);
  EXPECT_EQ(client.list(0xDEAD, 0, every, 0, 0), Code::InvalidObjectHandle);
}

TEST(Mtp, FileIsRenamed) {
  MtpStage stage;
  MtpPlay client(stage.camera(), 1), other(stage.camera(), 2);
  const u32 handle = client.find("FILE0001.TXT");
  EXPECT_EQ(client.send(Op::SetObjectPropValue, {handle, file_name}, bytes("NEW.TXT")), Code::OK);
  EXPECT_EQ(client.info(handle).filename, "NEW.TXT");
  EXPECT_THAT(client.events(), IsEmpty());
  EXPECT_THAT(other.events(), ElementsAre(event(Event::ObjectInfoChanged, {handle}),
                                          event(Event::ObjectPropChanged, {handle, file_name})));
}

TEST(Mtp, RenamingRefuses) {
  MtpStage stage;
  MtpPlay client(stage.camera());
  const u32 handle = client.find("FILE0001.TXT");
  const auto rename = [&](const std::string& name) {
    return client.send(Op::SetObjectPropValue, {handle, file_name}, bytes(name));
  };
  for (const auto* const name : {"", ".", "..", "a/b", "../../etc/passwd"})
    EXPECT_EQ(rename(name), Code::Invalid_ObjectProp_Value) << name;
  EXPECT_EQ(client.send(Op::SetObjectPropValue, {handle, file_name}, {9}), Code::Invalid_ObjectProp_Format);
  EXPECT_EQ(client.send(Op::SetObjectPropValue, {handle, file_name}, Bytes(5000)), Code::Invalid_ObjectProp_Format);
  EXPECT_EQ(client.send(Op::SetObjectPropValue, {handle, object_size}, bytes<u64>(1)), Code::AccessDenied);
  EXPECT_EQ(client.send(Op::SetObjectPropValue, {handle, 0xDC99}, {0}), Code::Invalid_ObjectPropCode);
  EXPECT_EQ(client.send(Op::SetObjectPropValue, {0xDEAD, file_name}, bytes("x")), Code::InvalidObjectHandle);
  EXPECT_EQ(client.ask(Op::SetObjectProtection, {handle, 1}), Code::OK);
  EXPECT_EQ(rename("fine"), Code::AccessDenied);
  EXPECT_EQ(client.info(handle).filename, "FILE0001.TXT");
}

TEST(Mtp, ListIsSetUntilOneFails) {
  MtpStage stage;
  MtpPlay client(stage.camera());
  const u32 first = client.find("FILE0001.TXT"), second = client.find("FILE0002.TXT");
  ptp::ObjectPropList list;
  list.elements = {{first, u16{file_name}, ptp::Value("A")},
                   {0xDEAD, u16{file_name}, ptp::Value("B")},
                   {second, u16{file_name}, ptp::Value("C")}};
  EXPECT_EQ(client.send(Op::SetObjectPropList, {}, ptp::encode(list)), Code::InvalidObjectHandle);
  EXPECT_THAT(client.params(), ElementsAre(1u));
  EXPECT_EQ(client.info(first).filename, "A");
  EXPECT_EQ(client.info(second).filename, "FILE0002.TXT");
  list.elements.erase(list.elements.begin(), list.elements.begin() + 2);
  EXPECT_EQ(client.send(Op::SetObjectPropList, {}, ptp::encode(list)), Code::OK);
  EXPECT_EQ(client.info(second).filename, "C");
  EXPECT_EQ(client.send(Op::SetObjectPropList, {}, {1, 0, 0}), Code::Invalid_Dataset);
}

TEST(Mtp, References) {
  MtpStage stage;
  MtpPlay client(stage.camera(), 1), other(stage.camera(), 2);
  const u32 from = client.find("FILE0001.TXT"), to = client.find("FILE0002.TXT");
  EXPECT_EQ(client.ask(Op::GetObjectReferences, {from}), Code::OK);
  EXPECT_EQ(client.data(), (Bytes{0, 0, 0, 0}));
  const std::vector<u32> references{to};
  EXPECT_EQ(client.send(Op::SetObjectReferences, {from}, ptp::encode_array(references)), Code::OK);
  EXPECT_THAT(other.events(), ElementsAre(event(Event::ObjectReferencesChanged, {from})));
  EXPECT_EQ(other.ask(Op::GetObjectReferences, {from}), Code::OK);
  EXPECT_EQ(other.handles(), references);
  const std::vector<u32> bad{to, 0xDEAD};
  EXPECT_EQ(client.send(Op::SetObjectReferences, {from}, ptp::encode_array(bad)), Code::Invalid_ObjectReference);
  EXPECT_EQ(client.send(Op::SetObjectReferences, {0xDEAD}, ptp::encode_array(references)), Code::InvalidObjectHandle);
  EXPECT_EQ(client.send(Op::SetObjectReferences, {from}, {1, 0}), Code::Invalid_Dataset);
  EXPECT_EQ(client.ask(Op::DeleteObject, {to}), Code::OK);
  EXPECT_EQ(client.ask(Op::GetObjectReferences, {from}), Code::OK);
  EXPECT_EQ(client.data(), (Bytes{0, 0, 0, 0}));
  EXPECT_EQ(client.ask(Op::GetObjectReferences, {to}), Code::InvalidObjectHandle);
}

TEST(Mtp, NothingDependsAndNothingPlays) {
  MtpStage stage;
  MtpPlay client(stage.camera());
  EXPECT_EQ(client.ask(Op::GetInterdependentPropDesc, {0x3801}), Code::OK);
  EXPECT_EQ(client.data(), (Bytes{0, 0, 0, 0}));
  EXPECT_EQ(client.ask(Op::GetInterdependentPropDesc, {0x3009}), Code::InvalidObjectFormatCode);
  EXPECT_EQ(client.ask(Op::Skip, {1}), Code::InvalidParameter);
}

}  // namespace
}  // namespace stuntcam::tests
