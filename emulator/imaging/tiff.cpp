#include "emulator/imaging/tiff.h"

#include "ptp/writer.h"

namespace stuntcam::emulator {
namespace {
enum Type : u16 {
  byte_type = 1,
  ascii_type = 2,
  short_type = 3,
  long_type = 4,
  rational_type = 5,
  undefined_type = 7,
  signed_type = 10
};
// Values of up to this size sit in the entry itself.
constexpr std::size_t inline_size = 4;
// Values begin at even offsets.
constexpr u32 even(std::size_t size) { return static_cast<u32>(size + size % 2); }

template <class T>
Bytes packed(std::initializer_list<T> values) {
  Bytes bytes;
  ptp::Writer writer(bytes);
  for (const T value : values) writer.integer(value);
  return bytes;
}
}  // namespace

void TiffDirectory::ascii(u16 tag, std::string_view text) {
  Bytes value(text.begin(), text.end());
  value.push_back(0);
  const auto count = static_cast<u32>(value.size());
  entries_[tag] = {ascii_type, count, std::move(value)};
}
void TiffDirectory::shorts(u16 tag, std::initializer_list<u16> values) {
  entries_[tag] = {short_type, static_cast<u32>(values.size()), packed(values)};
}
void TiffDirectory::longs(u16 tag, std::initializer_list<u32> values) {
  entries_[tag] = {long_type, static_cast<u32>(values.size()), packed(values)};
}
void TiffDirectory::rational(u16 tag, u32 numerator, u32 denominator) {
  entries_[tag] = {rational_type, 1, packed({numerator, denominator})};
}
void TiffDirectory::rationals(u16 tag, std::initializer_list<std::array<u32, 2>> values) {
  entries_[tag] = {rational_type, static_cast<u32>(values.size()), packed(values)};
}
void TiffDirectory::bytes(u16 tag, View values) {
  entries_[tag] = {byte_type, static_cast<u32>(values.size()), Bytes(values.begin(), values.end())};
}
void TiffDirectory::signed_rational(u16 tag, i32 numerator, i32 denominator) {
  entries_[tag] = {signed_type, 1, packed({numerator, denominator})};
}
void TiffDirectory::undefined(u16 tag, View bytes) {
  entries_[tag] = {undefined_type, static_cast<u32>(bytes.size()), Bytes(bytes.begin(), bytes.end())};
}

u32 TiffDirectory::size() const {
  u32 size = 2 + static_cast<u32>(entries_.size()) * 12 + 4;
  for (const auto& [tag, entry] : entries_)
    if (entry.value.size() > inline_size) size += even(entry.value.size());
  return size;
}

void TiffDirectory::write(Bytes& out, u32 next) const {
  ptp::Writer writer(out);
  u32 outside = static_cast<u32>(out.size()) + 2 + static_cast<u32>(entries_.size()) * 12 + 4;
  writer.integer(static_cast<u16>(entries_.size()));
  for (const auto& [tag, entry] : entries_) {
    writer.integer(tag);
    writer.integer(entry.type);
    writer.integer(entry.count);
    if (entry.value.size() <= inline_size) {
      Bytes padded = entry.value;
      padded.resize(inline_size);
      writer.bytes(padded);
    } else {
      writer.integer(outside);
      outside += even(entry.value.size());
    }
  }
  writer.integer(next);
  for (const auto& [tag, entry] : entries_)
    if (entry.value.size() > inline_size) {
      writer.bytes(entry.value);
      if (entry.value.size() % 2 != 0) out.push_back(0);
    }
}

Bytes tiff_header() { return {'I', 'I', 42, 0, 8, 0, 0, 0}; }

}  // namespace stuntcam::emulator
