// The data sets of ISO 15740 and MTP as plain values (docs/protocol.md §2.5 to §2.9). Each is described once, in
// datasets.cpp; decoding, encoding, JSON and printing follow from that description.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "ptp/bytes.h"
#include "ptp/error.h"
#include "ptp/value.h"

namespace stuntcam::ptp {

struct DeviceInfo {
  u16 standard_version = 100;  // hundredths
  u32 vendor_extension_id = 0;
  u16 vendor_extension_version = 0;
  std::string vendor_extension_desc{};
  u16 functional_mode = 0;
  std::vector<u16> operations_supported{}, events_supported{}, device_properties_supported{}, capture_formats{},
      image_formats{};
  std::string manufacturer{}, model{}, device_version{}, serial_number{};
  bool operator==(const DeviceInfo&) const = default;
};

struct StorageInfo {
  u16 storage_type = 0;          // 0 undefined, 1 fixed ROM, 2 removable ROM, 3 fixed RAM, 4 removable RAM
  u16 filesystem_type = 0;       // 0 undefined, 1 generic flat, 2 generic hierarchical, 3 DCF
  u16 access_capability = 0;     // 0 read-write, 1 read-only without deletion, 2 read-only with deletion
  u64 max_capacity = 0;          // bytes
  u64 free_space_in_bytes = 0;   // all ones: unknown
  u32 free_space_in_images = 0;  // all ones: unknown
  std::string storage_description{}, volume_label{};
  bool operator==(const StorageInfo&) const = default;
};

struct ObjectInfo {
  u32 storage_id = 0;
  u16 object_format = 0;
  u16 protection_status = 0;
  u32 object_compressed_size = 0;  // bytes; 0xFFFFFFFF: 4 GiB or more
  u16 thumb_format = 0;
  u32 thumb_compressed_size = 0, thumb_pix_width = 0, thumb_pix_height = 0;
  u32 image_pix_width = 0, image_pix_height = 0, image_bit_depth = 0;
  u32 parent_object = 0;  // a handle; 0: in the root
  u16 association_type = 0;
  u32 association_desc = 0, sequence_number = 0;
  std::string filename{}, capture_date{}, modification_date{}, keywords{};
  bool operator==(const ObjectInfo&) const = default;
};

struct RangeForm {
  Value minimum{}, maximum{}, step{};
  bool operator==(const RangeForm&) const = default;
};
struct EnumerationForm {
  std::vector<Value> values{};
  bool operator==(const EnumerationForm&) const = default;
};
using Form = std::variant<std::monostate, RangeForm, EnumerationForm>;

// Is the value one that the form allows? No form allows everything; a range allows minimum + n × step.
bool allows(const Form&, const Value&);

struct DevicePropDesc {
  u16 code = 0;
  DataType type = DataType::undefined;
  u8 get_set = 0;  // 0 read-only, 1 read-write
  Value factory_default{}, current{};
  Form form{};
  bool operator==(const DevicePropDesc&) const = default;
};

// MTP forms beyond the PTP ones (docs/protocol.md §2.9).
struct DateTimeForm {
  bool operator==(const DateTimeForm&) const = default;
};
struct FixedLengthForm {
  u16 length = 0;
  bool operator==(const FixedLengthForm&) const = default;
};
struct RegexForm {
  std::string pattern{};
  bool operator==(const RegexForm&) const = default;
};
struct ByteArrayForm {
  u32 maximum = 0;
  bool operator==(const ByteArrayForm&) const = default;
};
struct LongStringForm {
  u32 maximum = 0;
  bool operator==(const LongStringForm&) const = default;
};
using ObjectForm = std::variant<std::monostate, RangeForm, EnumerationForm, DateTimeForm, FixedLengthForm, RegexForm,
                                ByteArrayForm, LongStringForm>;

struct ObjectPropDesc {
  u16 code = 0;
  DataType type = DataType::undefined;
  u8 get_set = 0;
  Value factory_default{};
  u32 group_code = 0;
  ObjectForm form{};
  bool operator==(const ObjectPropDesc&) const = default;
};

struct ObjectPropElement {
  u32 handle = 0;
  u16 code = 0;
  Value value{};
  bool operator==(const ObjectPropElement&) const = default;
};
struct ObjectPropList {
  std::vector<ObjectPropElement> elements{};
  bool operator==(const ObjectPropList&) const = default;
};

struct StreamInfo {
  u64 dataset_size = 0, time_resolution = 0;  // time in ns
  u32 frame_header_size = 0, frame_max_size = 0, packet_header_size = 0, packet_max_size = 0, packet_alignment = 0;
  bool operator==(const StreamInfo&) const = default;
};

// For each data set T above: decode<T>(bytes), encode(value), also behind what is there. Surplus bytes behind a data
// set are ignored (cameras and clients send them); a data set that is cut short is an error.
template <class T>
Expected<T> decode(View bytes);
template <class T>
Bytes encode(const T& value);
template <class T>
void encode(const T& value, Bytes& behind);

// Arrays of integers as whole data sets: handles, storage ids, property codes.
Expected<std::vector<u16>> decode_u16_array(View bytes, std::string_view field);
Expected<std::vector<u32>> decode_u32_array(View bytes, std::string_view field);
Bytes encode_array(std::span<const u16> values);
Bytes encode_array(std::span<const u32> values);

}  // namespace stuntcam::ptp
