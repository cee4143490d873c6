#include "emulator/vendors/canon_records.h"

#include <algorithm>
#include <array>

#include "emulator/vendors/canon_codes.h"
#include "ptp/text.h"
#include "ptp/writer.h"

namespace stuntcam::emulator::canon {
namespace {

using ptp::DataType;
using ptp::Reader;
using ptp::Writer;

constexpr u32 header_size = 8;
// Names are those of FAT: eight characters, a dot and three more, with a NUL in a field of 16 bytes. Longer ones, which
// only clients make, are cut.
constexpr std::size_t name_field = 16;

bool is_image_format(u16 code) {
  return code == property::ImageFormat || code == property::ImageFormatCF || code == property::ImageFormatSD;
}

// 0: as long as the text and its NUL.
std::size_t text_field(u16 code) {
  switch (code) {
    case property::Artist:
    case property::Copyright:
      return 64;
    case property::LensName:
      return 63;
    default:
      return 0;
  }
}

void write_text(Writer& writer, std::string_view text, std::size_t field) {
  if (field == 0) field = text.size() + 1;
  text = text.substr(0, field - 1);
  for (const char character : text) writer.integer(character);
  writer.bytes(Bytes(field - text.size()));
}

// The image sizes beyond the old three are 0xE, 0xF and 0x10 on the wire.
constexpr u32 first_shifted_size = 0xE;

void write_image_file(Writer& writer, ImageFormat file) {
  constexpr u32 entry_size = 16, jpeg = 1, raw = 6;
  writer.integer(entry_size);
  writer.integer(file.raw() ? raw : jpeg);
  writer.integer(file.size + u32{1} < first_shifted_size ? u32{file.size} : file.size + u32{1});
  writer.integer(file.compression & u32{7});
}

void write_image_format(Writer& writer, i64 packed) {
  const bool two = (packed & 0xFF) != 0;
  writer.integer(two ? u32{2} : u32{1});
  write_image_file(writer, first_format(packed));
  if (two) write_image_file(writer, second_format(packed));
}

u32 read_image_file(Reader& reader) {
  constexpr u32 entry_size = 16, raw = 6, largest = 0x10;
  if (reader.integer<u32>("size of the entry") != entry_size) reader.fail("size of the entry", "not 16");
  const bool is_raw = reader.integer<u32>("type") == raw;
  u32 size = reader.integer<u32>("image size");
  const u32 compression = reader.integer<u32>("compression");
  if (size > largest || compression > 7) reader.fail("image size", "unknown");
  if (size >= first_shifted_size) --size;
  return size << 4 | compression | (is_raw ? 8 : 0);
}

std::expected<Value, ResponseCode> read_image_format(DataType type, View bytes) {
  Reader reader(bytes);
  const u32 files = reader.integer<u32>("number of files");
  if (files != 1 && files != 2) return std::unexpected(ResponseCode::InvalidDevicePropFormat);
  u32 packed = read_image_file(reader) << 8;
  if (files == 2) packed |= read_image_file(reader);
  if (!reader.ok()) return std::unexpected(ResponseCode::InvalidDevicePropFormat);
  return Value(type, packed);
}

Value read_text(View bytes) {
  const auto end = std::ranges::find(bytes, u8{0});
  return Value(ptp::valid_utf8(std::string(bytes.begin(), end)));
}

void write_value(Writer& writer, u16 code, const Value& value) {
  if (is_image_format(code)) {
    write_image_format(writer, static_cast<i64>(value.integer()));
  } else if (value.type() == DataType::string) {
    write_text(writer, value.text(), text_field(code));
  } else if (ptp::is_array(value.type())) {
    for (const auto element : value.array()) writer.integer(static_cast<u8>(element));
  } else {
    writer.integer(static_cast<u32>(value.integer()));
  }
}

// The second word of AvailListChanged. What it means is not known; 3 goes with lists, 7 with text and structures.
u32 list_kind(const profiles::Property& property) {
  constexpr u32 plain = 1, list = 3, structure = 7;
  if (std::holds_alternative<ptp::EnumerationForm>(property.form)) return list;
  return property.type == DataType::string || ptp::is_array(property.type) ? structure : plain;
}

u32 size_in_32_bits(u64 size) { return static_cast<u32>(std::min<u64>(size, 0xFFFFFFFF)); }

}  // namespace

Bytes record(u32 type, View payload) {
  Bytes bytes;
  bytes.reserve(header_size + payload.size());
  Writer writer(bytes);
  writer.integer(static_cast<u32>(header_size + payload.size()));
  writer.integer(type);
  writer.bytes(payload);
  return bytes;
}

Bytes record(u32 type, u32 payload) {
  Bytes bytes;
  Writer(bytes).integer(payload);
  return record(type, bytes);
}

Bytes end_record() { return record(0, View{}); }

Bytes property_bytes(u16 code, const Value& value) {
  Bytes bytes;
  Writer writer(bytes);
  write_value(writer, code, value);
  return bytes;
}

std::expected<Value, ResponseCode> property_value(u16 code, DataType type, View bytes) {
  if (is_image_format(code)) return read_image_format(type, bytes);
  if (type == DataType::string) return read_text(bytes);
  if (ptp::is_array(type)) return Value(type, std::vector<i128>(bytes.begin(), bytes.end()));
  Reader reader(bytes);
  const u32 integer = reader.integer<u32>("value");
  if (!reader.ok()) return std::unexpected(ResponseCode::InvalidDevicePropFormat);
  return Value(type, ptp::is_signed(type) ? i128{static_cast<i32>(integer)} : i128{integer});
}

Bytes value_record(u16 code, const Value& value) {
  Bytes payload;
  Writer writer(payload);
  writer.integer(u32{code});
  write_value(writer, code, value);
  return record(event::PropValueChanged, payload);
}

Bytes list_record(u16 code, const profiles::Property& property, std::span<const Value> values) {
  Bytes payload;
  Writer writer(payload);
  writer.integer(u32{code});
  writer.integer(list_kind(property));
  writer.integer(static_cast<u32>(values.size()));
  for (const Value& value : values) write_value(writer, code, value);
  return record(event::AvailListChanged, payload);
}

ImageFormat first_format(i64 packed) {
  return {static_cast<u8>(packed >> 12 & 0xF), static_cast<u8>(packed >> 8 & 0xF)};
}
ImageFormat second_format(i64 packed) { return {static_cast<u8>(packed >> 4 & 0xF), static_cast<u8>(packed & 0xF)}; }

Bytes object_entry(const Object& object) {
  // Seen: 0x11 on folders, 0x21 on pictures.
  constexpr u32 folder_flags = 0x11, file_flags = 0x21;
  const bool folder = object.association();
  // The root of store n is (4 × n) << 28: seen as 80000000 in the records of a second store.
  const u32 root = (object.storage >> 16) << 30;
  // The files of one shot share all but the last digit of their handles.
  const u32 shot = folder ? object.handle : object.handle & ~u32{0xF};
  Bytes bytes;
  Writer writer(bytes);
  writer.integer(object.handle);
  writer.integer(object.storage);
  writer.integer(u32{object.format});
  writer.integer(folder ? u32{1} : u32{0});
  writer.integer(folder ? folder_flags : file_flags);
  writer.integer(size_in_32_bits(object.size));
  writer.integer(object.parent == 0 ? root : object.parent);
  writer.integer(shot);
  write_text(writer, object.name, name_field);
  writer.integer(static_cast<u32>(object.captured.seconds()));
  return bytes;
}

Bytes transfer_request(const Object& object) {
  Bytes payload;
  Writer writer(payload);
  writer.integer(object.handle);
  writer.integer(u32{object.format});
  writer.integer(u32{0});
  writer.integer(size_in_32_bits(object.size));
  writer.integer(u32{0});
  write_text(writer, object.name, name_field);
  return record(event::RequestObjectTransfer, payload);
}

Bytes focus_record(u8 first, u8 second) {
  constexpr u32 focus_group = 0x100;
  const std::array<u8, 7> focus{0, 0, 0, 0, first, second, 0};
  Bytes payload;
  Writer writer(payload);
  // Its own length: of what follows the record's header, and four.
  writer.integer(static_cast<u32>(2 * sizeof(u32) + focus.size() + 4));
  writer.integer(focus_group);
  writer.bytes(focus);
  return record(event::OLCInfoChanged, payload);
}

}  // namespace stuntcam::emulator::canon
