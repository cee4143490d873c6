#include "emulator/operations/object_properties.h"

#include <algorithm>
#include <array>

#include "emulator/operations/filter.h"
#include "ptp/writer.h"

namespace stuntcam::emulator {
namespace {

using ptp::DataType;
using ptp::Writer;
using Code = ptp::ObjectPropertyCode;

constexpr u16 undefined_format = 0x3000;

bool any(u16) { return true; }
bool folder(u16 format) { return format == association_format; }
// Raw files of most vendors have the format "undefined".
bool picture(u16 format) { return FormatFilter::image(format) || format == undefined_format; }

// The same number for the same object for as long as it is on the card. MTP asks for one that is unique among all
// devices; the upper half makes it so as far as handles can.
void write_unique_id(Writer& out, const Object& object) {
  out.integer(u64{object.handle});
  out.integer(u64{object.storage});
}

void write_sample(Writer& out, const Object& object) {
  const auto thumbnail = object.content ? object.content->thumbnail() : std::nullopt;
  out.integer(thumbnail ? static_cast<u32>(thumbnail->bytes.size()) : u32{0});
  if (thumbnail) out.bytes(thumbnail->bytes);
}

template <auto member>
void number(Writer& out, const Object& object) {
  out.integer(object.*member);
}
template <auto member>
void text(Writer& out, const Object& object) {
  out.string(object.*member);
}
template <auto member>
void date(Writer& out, const Object& object) {
  out.string((object.*member).to_string());
}
template <class T>
void zero(Writer& out, const Object&) {
  out.integer(T{0});
}

constexpr std::array table{
    ObjectProperty{Code::StorageID, DataType::uint32, number<&Object::storage>, any},
    ObjectProperty{Code::ObjectFormat, DataType::uint16, number<&Object::format>, any},
    ObjectProperty{Code::ProtectionStatus, DataType::uint16, number<&Object::protection>, any},
    ObjectProperty{Code::ObjectSize, DataType::uint64, number<&Object::size>, any},
    ObjectProperty{Code::AssociationType, DataType::uint16, number<&Object::association_type>, folder},
    ObjectProperty{Code::AssociationDesc, DataType::uint32, number<&Object::association_desc>, folder},
    ObjectProperty{Code::ObjectFileName, DataType::string, text<&Object::name>, any},
    ObjectProperty{Code::DateCreated, DataType::string, date<&Object::captured>, any},
    ObjectProperty{Code::DateModified, DataType::string, date<&Object::modified>, any},
    ObjectProperty{Code::Keywords, DataType::string, text<&Object::keywords>, any},
    ObjectProperty{Code::ParentObject, DataType::uint32, number<&Object::parent>, any},
    ObjectProperty{Code::Hidden, DataType::uint16, zero<u16>, any},
    ObjectProperty{Code::SystemObject, DataType::uint16, zero<u16>, any},
    ObjectProperty{Code::PersistentUniqueObjectIdentifier, DataType::uint128, write_unique_id, any},
    ObjectProperty{Code::Name, DataType::string, text<&Object::name>, any},
    ObjectProperty{Code::DateAdded, DataType::string, date<&Object::modified>, any},
    ObjectProperty{Code::NonConsumable, DataType::uint8, zero<u8>, any},
    ObjectProperty{Code::RepresentativeSampleFormat, DataType::uint16, number<&Object::thumb_format>, picture},
    ObjectProperty{Code::RepresentativeSampleSize, DataType::uint32, number<&Object::thumb_size>, picture},
    ObjectProperty{Code::RepresentativeSampleHeight, DataType::uint32, number<&Object::thumb_height>, picture},
    ObjectProperty{Code::RepresentativeSampleWidth, DataType::uint32, number<&Object::thumb_width>, picture},
    ObjectProperty{Code::RepresentativeSampleData, DataType::array_of_uint8, write_sample, picture, slow_group},
    ObjectProperty{Code::Width, DataType::uint32, number<&Object::pixel_width>, picture},
    ObjectProperty{Code::Height, DataType::uint32, number<&Object::pixel_height>, picture},
    ObjectProperty{Code::ImageBitDepth, DataType::uint32, number<&Object::bit_depth>, picture},
};

constexpr std::array mandatory{Code::StorageID,
                               Code::ObjectFormat,
                               Code::ProtectionStatus,
                               Code::ObjectSize,
                               Code::ObjectFileName,
                               Code::DateModified,
                               Code::ParentObject,
                               Code::PersistentUniqueObjectIdentifier,
                               Code::Name};

bool contains(const std::vector<u16>& codes, u16 code) { return std::ranges::find(codes, code) != codes.end(); }

}  // namespace

std::vector<const ObjectProperty*> object_properties(const profiles::Profile& profile) {
  std::vector<u16> wanted = profile.object_properties;
  if (wanted.empty())
    for (const Code code : mandatory) wanted.push_back(static_cast<u16>(code));
  std::vector<const ObjectProperty*> properties;
  for (const u16 code : wanted)
    if (const auto* const found = std::ranges::find(table, code, &ObjectProperty::number); found != table.end())
      properties.push_back(found);
  return properties;
}

bool knows_format(const profiles::Profile& profile, u16 format) {
  return format == association_format || contains(profile.device.image_formats, format) ||
         contains(profile.device.capture_formats, format);
}

ptp::ObjectPropDesc describe(const ObjectProperty& property, u16 format, bool writable) {
  ptp::ObjectPropDesc desc;
  desc.code = property.number();
  desc.type = property.type;
  desc.get_set = writable ? 1 : 0;
  desc.factory_default =
      property.code == Code::ObjectFormat ? ptp::Value(property.type, format) : ptp::Value::zero(property.type);
  desc.group_code = property.group;
  if (property.code == Code::DateCreated || property.code == Code::DateModified || property.code == Code::DateAdded)
    desc.form = ptp::DateTimeForm{};
  return desc;
}

}  // namespace stuntcam::emulator
