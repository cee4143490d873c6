// Each data set, described once (docs/protocol.md §2.5 to §2.9): its fields in the order of the wire, under the names
// of ISO 15740. A visitor does with a field what it is for: reads, writes, prints. Internal to ptp/.
//
// A visitor has: number(name, integer), code(name, integer that people read in hex), codes(name, vector of u16),
// string(name, std::string), type(name, DataType), value(name, Value, its DataType), form(variant, flags, DataType),
// values(name, vector of Value, DataType), elements(name, vector of data sets, least bytes of one).
#pragma once

#include <array>
#include <concepts>
#include <type_traits>

#include "ptp/datasets.h"

namespace stuntcam::ptp {

// T or const T: the visitors that write take the data set as const.
template <class T, class Wanted>
concept Some = std::same_as<std::remove_const_t<T>, Wanted>;

// The FormFlag of each alternative of the form variants.
inline constexpr std::array<u8, 3> form_flags{0, 1, 2};
inline constexpr std::array<u8, 8> object_form_flags{0, 1, 2, 3, 4, 5, 6, 0xFF};

template <class Visitor, Some<DeviceInfo> T>
void describe(Visitor& v, T& d) {
  v.number("StandardVersion", d.standard_version);
  v.code("VendorExtensionID", d.vendor_extension_id);
  v.number("VendorExtensionVersion", d.vendor_extension_version);
  v.string("VendorExtensionDesc", d.vendor_extension_desc);
  v.number("FunctionalMode", d.functional_mode);
  v.codes("OperationsSupported", d.operations_supported);
  v.codes("EventsSupported", d.events_supported);
  v.codes("DevicePropertiesSupported", d.device_properties_supported);
  v.codes("CaptureFormats", d.capture_formats);
  v.codes("ImageFormats", d.image_formats);
  v.string("Manufacturer", d.manufacturer);
  v.string("Model", d.model);
  v.string("DeviceVersion", d.device_version);
  v.string("SerialNumber", d.serial_number);
}

template <class Visitor, Some<StorageInfo> T>
void describe(Visitor& v, T& d) {
  v.number("StorageType", d.storage_type);
  v.number("FilesystemType", d.filesystem_type);
  v.number("AccessCapability", d.access_capability);
  v.number("MaxCapacity", d.max_capacity);
  v.number("FreeSpaceInBytes", d.free_space_in_bytes);
  v.number("FreeSpaceInImages", d.free_space_in_images);
  v.string("StorageDescription", d.storage_description);
  v.string("VolumeLabel", d.volume_label);
}

template <class Visitor, Some<ObjectInfo> T>
void describe(Visitor& v, T& d) {
  v.code("StorageID", d.storage_id);
  v.code("ObjectFormat", d.object_format);
  v.number("ProtectionStatus", d.protection_status);
  v.number("ObjectCompressedSize", d.object_compressed_size);
  v.code("ThumbFormat", d.thumb_format);
  v.number("ThumbCompressedSize", d.thumb_compressed_size);
  v.number("ThumbPixWidth", d.thumb_pix_width);
  v.number("ThumbPixHeight", d.thumb_pix_height);
  v.number("ImagePixWidth", d.image_pix_width);
  v.number("ImagePixHeight", d.image_pix_height);
  v.number("ImageBitDepth", d.image_bit_depth);
  v.code("ParentObject", d.parent_object);
  v.number("AssociationType", d.association_type);
  v.number("AssociationDesc", d.association_desc);
  v.number("SequenceNumber", d.sequence_number);
  v.string("Filename", d.filename);
  v.string("CaptureDate", d.capture_date);
  v.string("ModificationDate", d.modification_date);
  v.string("Keywords", d.keywords);
}

template <class Visitor, Some<DevicePropDesc> T>
void describe(Visitor& v, T& d) {
  v.code("DevicePropCode", d.code);
  v.type("DataType", d.type);
  v.number("GetSet", d.get_set);
  v.value("FactoryDefaultValue", d.factory_default, d.type);
  v.value("CurrentValue", d.current, d.type);
  v.form(d.form, form_flags, d.type);
}

template <class Visitor, Some<ObjectPropDesc> T>
void describe(Visitor& v, T& d) {
  v.code("ObjectPropCode", d.code);
  v.type("DataType", d.type);
  v.number("GetSet", d.get_set);
  v.value("FactoryDefaultValue", d.factory_default, d.type);
  v.code("GroupCode", d.group_code);
  v.form(d.form, object_form_flags, d.type);
}

template <class Visitor, Some<ObjectPropElement> T>
void describe(Visitor& v, T& d) {
  v.code("ObjectHandle", d.handle);
  v.code("ObjectPropCode", d.code);
  auto type = d.value.type();
  v.type("DataType", type);
  v.value("Value", d.value, type);
}

template <class Visitor, Some<ObjectPropList> T>
void describe(Visitor& v, T& d) {
  // Handle, property, type, and the shortest value there is.
  v.elements("Elements", d.elements, 4 + 2 + 2 + 1);
}

template <class Visitor, Some<StreamInfo> T>
void describe(Visitor& v, T& d) {
  v.number("DatasetSize", d.dataset_size);
  v.number("TimeResolution", d.time_resolution);
  v.number("FrameHeaderSize", d.frame_header_size);
  v.number("FrameMaxSize", d.frame_max_size);
  v.number("PacketHeaderSize", d.packet_header_size);
  v.number("PacketMaxSize", d.packet_max_size);
  v.number("PacketAlignment", d.packet_alignment);
}

// What follows a FormFlag. The DataType is the property's.
template <class Visitor, Some<std::monostate> T>
void describe(Visitor&, T&, DataType) {}

template <class Visitor, Some<RangeForm> T>
void describe(Visitor& v, T& form, DataType type) {
  v.value("MinimumValue", form.minimum, type);
  v.value("MaximumValue", form.maximum, type);
  v.value("StepSize", form.step, type);
}

template <class Visitor, Some<EnumerationForm> T>
void describe(Visitor& v, T& form, DataType type) {
  v.values("SupportedValues", form.values, type);
}

template <class Visitor, Some<DateTimeForm> T>
void describe(Visitor&, T&, DataType) {}

template <class Visitor, Some<FixedLengthForm> T>
void describe(Visitor& v, T& form, DataType) {
  v.number("Length", form.length);
}

template <class Visitor, Some<RegexForm> T>
void describe(Visitor& v, T& form, DataType) {
  v.string("RegEx", form.pattern);
}

template <class Visitor, Some<ByteArrayForm> T>
void describe(Visitor& v, T& form, DataType) {
  v.number("MaxLength", form.maximum);
}

template <class Visitor, Some<LongStringForm> T>
void describe(Visitor& v, T& form, DataType) {
  v.number("MaxLength", form.maximum);
}

}  // namespace stuntcam::ptp
