// MTP's object properties and references: docs/protocol.md §4.2.
#include <algorithm>
#include <set>

#include "initiator/conform/case.h"
#include "initiator/conform/data_sets.h"
#include "initiator/conform/trial.h"

namespace stuntcam::initiator::conform {
namespace {

using ptp::DataType;
using ptp::ObjectPropDesc;
using ptp::ObjectPropList;
using Property = ptp::ObjectPropertyCode;

constexpr u32 no_handle = 0xEEEEEEEE, no_property = 0xDCFE, every_property = 0xFFFFFFFF;

Task<std::vector<u16>> supported(Trial& t, u16 format) {
  const Bytes bytes = co_await t.fetch(Op::GetObjectPropsSupported, format);
  const auto codes = ptp::decode_u16_array(bytes, "ObjectPropCode");
  if (!codes) throw Mismatch("an array of u16", hex(bytes));
  co_return *codes;
}

Task<> props_supported(Trial& t) {
  co_await t.enter(0x641);
  const Found file = co_await t.file();
  const auto codes = co_await supported(t, file.info.object_format);
  for (const u16 code : codes)
    expect((code >> 12) == 0xD, "object property codes 0xDxxx", fmt::format("0x{:04X}", code));
}

Task<> props_bad_format(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetObjectPropsSupported, 0x1234u);
  expect_code(answer, Code::InvalidObjectFormatCode);
}

Task<> prop_desc(Trial& t) {
  co_await t.enter();
  const Found file = co_await t.file();
  const auto codes = co_await supported(t, file.info.object_format);
  if (codes.empty()) skip("no object properties of " + file.info.filename);
  for (const u16 code : codes) {
    const Bytes bytes = co_await t.fetch(Op::GetObjectPropDesc, code, file.info.object_format);
    expect_exact<ObjectPropDesc>(fmt::format("ObjectPropDesc of 0x{:04X}", code), bytes);
  }
}

Task<> prop_desc_code(Trial& t) {
  co_await t.enter(0x643);
  const Found file = co_await t.file();
  const auto codes = co_await supported(t, file.info.object_format);
  if (codes.empty()) skip("no object properties of " + file.info.filename);
  for (const u16 code : codes) {
    const auto desc = co_await t.data_set<ObjectPropDesc>(Op::GetObjectPropDesc, code, file.info.object_format);
    expect_equal("ObjectPropCode", fmt::format("0x{:04X}", code), fmt::format("0x{:04X}", desc.code));
  }
}

Task<> prop_desc_unknown(Trial& t) {
  co_await t.enter();
  const Found file = co_await t.file();
  const Answer answer = co_await t.ask(Op::GetObjectPropDesc, no_property, file.info.object_format);
  expect_code(answer, Code::Invalid_ObjectPropCode, Code::ObjectProp_Not_Supported);
}

Task<Bytes> value_of(Trial& t, const Found& file, Property property) {
  const auto codes = co_await supported(t, file.info.object_format);
  if (std::ranges::find(codes, static_cast<u16>(property)) == codes.end())
    skip("the camera has no " + ptp::to_string(property));
  Bytes bytes = co_await t.fetch(Op::GetObjectPropValue, file.handle, static_cast<u32>(property));
  co_return bytes;
}

Task<> value_size(Trial& t) {
  co_await t.enter(0x645);
  const Found file = co_await t.file();
  const Bytes bytes = co_await value_of(t, file, Property::ObjectSize);
  const auto value = ptp::decode_value(bytes, DataType::uint64);
  expect(value && value->integer() == file.info.object_compressed_size,
         fmt::format("ObjectSize {}, as ObjectInfo says", file.info.object_compressed_size),
         value ? value->to_string() : hex(bytes));
}

Task<> value_name(Trial& t) {
  co_await t.enter(0x646);
  const Found file = co_await t.file();
  const Bytes bytes = co_await value_of(t, file, Property::ObjectFileName);
  const auto value = ptp::decode_value(bytes, DataType::string);
  expect(value && value->text() == file.info.filename,
         fmt::format("ObjectFileName \"{}\", as ObjectInfo says", file.info.filename),
         value ? value->to_string() : hex(bytes));
}

Task<> value_parent(Trial& t) {
  co_await t.enter(0x647);
  const Found file = co_await t.file();
  const Bytes bytes = co_await value_of(t, file, Property::ParentObject);
  const auto value = ptp::decode_value(bytes, DataType::uint32);
  expect(value && value->integer() == file.info.parent_object,
         text("ParentObject", file.info.parent_object) + ", as ObjectInfo says",
         value ? value->to_string() : hex(bytes));
}

Task<> value_unknown_object(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetObjectPropValue, no_handle, static_cast<u32>(Property::ObjectSize));
  expect_code(answer, Code::InvalidObjectHandle);
}

Task<> value_unknown_property(Trial& t) {
  co_await t.enter();
  const Found file = co_await t.file();
  const Answer answer = co_await t.ask(Op::GetObjectPropValue, file.handle, no_property);
  expect_code(answer, Code::Invalid_ObjectPropCode, Code::ObjectProp_Not_Supported);
}

Task<> unique_ids(Trial& t) {
  co_await t.enter(0x64A);
  const auto found = co_await t.objects();
  if (found.empty()) skip("there is no object on the camera");
  std::set<Bytes> seen;
  for (const Found& each : found) {
    const Answer answer = co_await t.ask(Op::GetObjectPropValue, each.handle,
                                         static_cast<u32>(Property::PersistentUniqueObjectIdentifier));
    if (!answer.ok()) skip("the camera has no PersistentUniqueObjectIdentifier");
    expect(seen.insert(answer.bytes).second, "an identifier of its own for each object",
           fmt::format("twice {}", hex(answer.bytes)));
  }
}

Task<> list(Trial& t) {
  co_await t.enter();
  const Found file = co_await t.file();
  const Bytes bytes = co_await t.fetch(Op::GetObjectPropList, file.handle, 0u, every_property, 0u, 0u);
  expect_exact<ObjectPropList>("ObjectPropList", bytes);
}

Task<> list_values(Trial& t) {
  co_await t.enter(0x64C);
  const Found file = co_await t.file();
  const auto properties =
      co_await t.data_set<ObjectPropList>(Op::GetObjectPropList, file.handle, 0u, every_property, 0u, 0u);
  for (const auto& element : properties.elements) {
    expect(element.handle == file.handle, text("elements of the object asked for,", file.handle),
           text("handle", element.handle));
    const Bytes value = co_await t.fetch(Op::GetObjectPropValue, file.handle, element.code);
    expect(value == element.value.bytes(),
           fmt::format("of 0x{:04X} what GetObjectPropValue returns, {}", element.code, hex(value)),
           hex(element.value.bytes()));
  }
}

Task<> list_children(Trial& t) {
  co_await t.enter(0x64D);
  const Found folder = co_await t.folder();
  const auto children = co_await t.handles(all, 0, folder.handle);
  const auto properties = co_await t.data_set<ObjectPropList>(Op::GetObjectPropList, folder.handle, 0u,
                                                              static_cast<u32>(Property::ObjectFileName), 0u, 1u);
  std::set<u32> listed;
  for (const auto& element : properties.elements) listed.insert(element.handle);
  expect(listed == std::set<u32>(children.begin(), children.end()),
         fmt::format("the {} children of the folder", children.size()), fmt::format("{} objects", listed.size()));
}

Task<> list_nothing_asked(Trial& t) {
  co_await t.enter();
  const Found file = co_await t.file();
  const Answer answer = co_await t.ask(Op::GetObjectPropList, file.handle, 0u, 0u, 0u, 0u);
  expect_code(answer, Code::ParameterNotSupported);
}

Task<> list_depth(Trial& t) {
  co_await t.enter();
  const Found file = co_await t.file();
  const Answer answer = co_await t.ask(Op::GetObjectPropList, file.handle, 0u, every_property, 0u, 7u);
  expect_code(answer, Code::Specification_By_Depth_Unsupported);
}

Task<> list_group(Trial& t) {
  co_await t.enter();
  const Found file = co_await t.file();
  const Answer answer = co_await t.ask(Op::GetObjectPropList, file.handle, 0u, 0u, 0x7777u, 0u);
  expect_code(answer, Code::Specification_By_Group_Unsupported);
}

Task<> list_unknown(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetObjectPropList, no_handle, 0u, every_property, 0u, 0u);
  expect_code(answer, Code::InvalidObjectHandle);
}

Task<> references(Trial& t) {
  co_await t.enter();
  const Found file = co_await t.file();
  const Bytes bytes = co_await t.fetch(Op::GetObjectReferences, file.handle);
  const auto array = ptp::decode_u32_array(bytes, "ObjectHandle");
  expect(array && bytes.size() == 4 + 4 * array->size(), "an array of u32: a count, and so many times 4 bytes",
         hex(bytes));
}

Task<> references_unknown(Trial& t) {
  co_await t.enter();
  const Answer answer = co_await t.ask(Op::GetObjectReferences, no_handle);
  expect_code(answer, Code::InvalidObjectHandle);
}

Task<> references_invalid(Trial& t) {
  co_await t.enter();
  const Found file = co_await t.file();
  const Bytes data = ptp::encode_array(std::vector<u32>{no_handle});
  const Answer answer = co_await t.send(Op::SetObjectReferences, data, file.handle);
  expect_code(answer, Code::Invalid_ObjectReference);
}

Task<> set_read_only(Trial& t) {
  co_await t.enter();
  const Found file = co_await t.file();
  const Bytes data = ptp::Value(DataType::uint64, 5).bytes();
  const Answer answer =
      co_await t.send(Op::SetObjectPropValue, data, file.handle, static_cast<u32>(Property::ObjectSize));
  expect_code(answer, Code::AccessDenied);
}

constexpr std::array<Op, 4> described{Op::GetObjectHandles, Op::GetObjectInfo, Op::GetObjectPropsSupported,
                                      Op::GetObjectPropDesc},
    valued{Op::GetObjectHandles, Op::GetObjectInfo, Op::GetObjectPropsSupported, Op::GetObjectPropValue},
    listed{Op::GetObjectHandles, Op::GetObjectInfo, Op::GetObjectPropList},
    listed_values{Op::GetObjectHandles, Op::GetObjectInfo, Op::GetObjectPropList, Op::GetObjectPropValue};

constexpr std::array cases{
    Case{"mtp.props-supported",
         "4.2",
         "GetObjectPropsSupported returns an array of object property codes, 0xDxxx.",
         props_supported,
         {Op::GetObjectHandles, Op::GetObjectInfo, Op::GetObjectPropsSupported}},
    Case{"mtp.props-bad-format",
         "4.2",
         "GetObjectPropsSupported of what is no format is answered by InvalidObjectFormatCode.",
         props_bad_format,
         {Op::GetObjectPropsSupported}},
    Case{"mtp.prop-desc", "2.9", "GetObjectPropDesc returns an ObjectPropDesc data set, encoded as MTP says.",
         prop_desc, described},
    Case{"mtp.prop-desc-code", "2.9", "ObjectPropDesc begins with the code of the property that was asked for.",
         prop_desc_code, described},
    Case{"mtp.prop-desc-unknown",
         "4.2",
         "GetObjectPropDesc of a property that is not there is answered by Invalid_ObjectPropCode.",
         prop_desc_unknown,
         {Op::GetObjectHandles, Op::GetObjectInfo, Op::GetObjectPropDesc}},
    Case{"mtp.value-size", "5.7", "ObjectSize is an u64, the size that ObjectInfo says.", value_size, valued},
    Case{"mtp.value-name", "5.7", "ObjectFileName is a string, the name that ObjectInfo says.", value_name, valued},
    Case{"mtp.value-parent", "5.7", "ParentObject is an u32, the parent that ObjectInfo says.", value_parent, valued},
    Case{"mtp.value-unknown-object",
         "4.2",
         "GetObjectPropValue of a handle that is not there is answered by InvalidObjectHandle.",
         value_unknown_object,
         {Op::GetObjectPropValue}},
    Case{"mtp.value-unknown-property",
         "4.2",
         "GetObjectPropValue of a property that is not there is answered by Invalid_ObjectPropCode.",
         value_unknown_property,
         {Op::GetObjectHandles, Op::GetObjectInfo, Op::GetObjectPropValue}},
    Case{"mtp.unique-ids",
         "5.7",
         "PersistentUniqueObjectIdentifier is each object's own.",
         unique_ids,
         {Op::GetObjectHandles, Op::GetObjectInfo, Op::GetObjectPropValue}},
    Case{"mtp.list", "2.9", "GetObjectPropList returns an ObjectPropList data set, encoded as MTP says.", list, listed},
    Case{"mtp.list-values", "4.2", "GetObjectPropList of an object has what GetObjectPropValue returns.", list_values,
         listed_values},
    Case{"mtp.list-children", "4.2", "GetObjectPropList with depth 1 is about the children of a folder.", list_children,
         listed},
    Case{"mtp.list-nothing-asked", "4.2",
         "GetObjectPropList with property 0 and group 0 is answered by ParameterNotSupported.", list_nothing_asked,
         listed},
    Case{"mtp.list-depth", "4.2",
         "A depth that GetObjectPropList does not know is answered by Specification_By_Depth_Unsupported.", list_depth,
         listed},
    Case{"mtp.list-group", "4.2",
         "A group that GetObjectPropList does not know is answered by Specification_By_Group_Unsupported.", list_group,
         listed},
    Case{"mtp.list-unknown",
         "4.2",
         "GetObjectPropList of a handle that is not there is answered by InvalidObjectHandle.",
         list_unknown,
         {Op::GetObjectPropList}},
    Case{"mtp.references",
         "4.2",
         "GetObjectReferences returns an array of handles.",
         references,
         {Op::GetObjectHandles, Op::GetObjectInfo, Op::GetObjectReferences}},
    Case{"mtp.references-unknown",
         "4.2",
         "GetObjectReferences of a handle that is not there is answered by InvalidObjectHandle.",
         references_unknown,
         {Op::GetObjectReferences}},
    Case{"mtp.references-invalid",
         "4.2",
         "SetObjectReferences to a handle that is not there is answered by Invalid_ObjectReference.",
         references_invalid,
         {Op::GetObjectHandles, Op::GetObjectInfo, Op::SetObjectReferences}},
    Case{"mtp.set-read-only",
         "4.2",
         "SetObjectPropValue of a read-only property is answered by AccessDenied.",
         set_read_only,
         {Op::GetObjectHandles, Op::GetObjectInfo, Op::SetObjectPropValue}},
};

}  // namespace

std::span<const Case> mtp_cases() { return cases; }

}  // namespace stuntcam::initiator::conform
