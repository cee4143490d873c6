// How Canon's EOS cameras write things down: the records of GetEvent, the values of properties, the entries of
// GetObjectInfoEx. Learned from an EOS 60D's traffic and from what libgphoto2 makes of it (docs/clients.md).
#pragma once

#include <expected>
#include <span>

#include "emulator/properties.h"
#include "emulator/storage/object.h"
#include "ptp/bytes.h"

namespace stuntcam::emulator::canon {

// u32 size of the whole, u32 type, payload. The last one of an answer is empty and of type 0.
Bytes record(u32 type, View payload);
Bytes record(u32 type, u32 payload);
Bytes end_record();

// A property's value: integers have 32 bits whatever their type, text is ASCII with a NUL (in a field of fixed length
// for some), image formats are structures, arrays of bytes are what they are.
Bytes property_bytes(u16 code, const Value&);
// The inverse, for SetDevicePropValueEx: InvalidDevicePropFormat when the bytes are no such value.
std::expected<Value, ResponseCode> property_value(u16 code, ptp::DataType, View);

// PropValueChanged and AvailListChanged.
Bytes value_record(u16 code, const Value&);
Bytes list_record(u16 code, const profiles::Property&, std::span<const Value> values);

// The file or the two files of a shot: from the top, four bits each of the first one's size and compression, and of the
// second one's (0, 0: there is none). Compression has bit 8 set for raw files. So libgphoto2 packs it, too.
struct ImageFormat {
  u8 size = 0, compression = 0;
  bool raw() const { return (compression & 8) != 0; }
};
ImageFormat first_format(i64 packed);
ImageFormat second_format(i64 packed);

// An object as ObjectAddedEx, ObjectInfoChangedEx and GetObjectInfoEx tell it.
Bytes object_entry(const Object&);
Bytes transfer_request(const Object&);  // RequestObjectTransfer

// OLCInfoChanged with nothing but the group of the focus, as version 0x13 of that record lays it out.
Bytes focus_record(u8 first, u8 second);

}  // namespace stuntcam::emulator::canon
