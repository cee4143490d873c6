// The name and version in the two init packets, in every form that clients send (docs/clients.md §1).
#include <algorithm>
#include <cstring>

#include "ptp/packets.h"
#include "ptp/text.h"
#include "ptp/writer.h"

namespace stuntcam::ptp {
namespace {

constexpr std::size_t guid_size = 16;

char16_t unit(View bytes, std::size_t index) {
  return static_cast<char16_t>(bytes[2 * index] | bytes[2 * index + 1] << 8);
}

std::u16string units(View bytes, std::size_t count) {
  std::u16string text;
  for (std::size_t i = 0; i < count; ++i) text += unit(bytes, i);
  if (text.starts_with(u'\uFEFF')) text.erase(0, 1);
  return text;
}

// A PTP string (count byte first), as one JavaScript client sends: the count fits and its last unit is the terminator.
bool counted(View bytes) {
  if (bytes.size() < 3 || bytes[0] == 0 || bytes[2] != 0) return false;
  const std::size_t end = 1 + 2 * std::size_t{bytes[0]};
  return end <= bytes.size() && bytes[end - 1] == 0 && bytes[end - 2] == 0;
}

// Takes the name off the front; returns what follows it.
View take_name(View bytes, ReceivedIdentity& out) {
  if (counted(bytes)) {
    out.form.counted_name = true;
    const std::size_t count = bytes[0];
    out.identity.name = utf8_from_utf16(units(bytes.subspan(1), count - 1));
    return bytes.subspan(1 + 2 * count);
  }
  const bool byte_order_mark = bytes.size() >= 2 && bytes[0] == 0xFF && bytes[1] == 0xFE;
  if (bytes.size() >= 2 && bytes[0] != 0 && bytes[1] != 0 && !byte_order_mark &&
      (bytes.size() == 2 || bytes[1] < 0x80)) {
    out.form.ascii_name = true;
    const auto end = std::ranges::find(bytes, u8{0});
    out.identity.name = valid_utf8(std::string{bytes.begin(), end});  // some send Latin-1
    out.form.unterminated_name = end == bytes.end();
    return View(end == bytes.end() ? end : end + 1, bytes.end());
  }
  std::size_t count = 0;
  while (2 * count + 1 < bytes.size() && unit(bytes, count) != 0) ++count;
  out.identity.name = utf8_from_utf16(units(bytes, count));
  out.form.unterminated_name = 2 * count + 1 >= bytes.size();
  return bytes.subspan(std::min(bytes.size(), 2 * count + 2));
}

}  // namespace

Expected<ReceivedIdentity> decode_identity(View body) {
  if (body.size() < guid_size) return std::unexpected(Error{"GUID", 0, "cut short"});
  ReceivedIdentity out;
  std::memcpy(out.identity.guid.data(), body.data(), guid_size);
  const View rest = take_name(body.subspan(guid_size), out);
  out.identity.version = 0;
  std::memcpy(&out.identity.version, rest.data(), std::min<std::size_t>(rest.size(), 4));
  out.form.no_version = rest.empty();
  out.form.short_version = rest.size() == 2;
  out.form.odd_length = rest.size() != 0 && rest.size() != 2 && rest.size() != 4;
  return out;
}

Bytes encode_identity(const Identity& identity) {
  Bytes out(identity.guid.begin(), identity.guid.end());
  Writer writer(out);
  for (const char16_t unit : utf16_from_utf8(identity.name)) writer.integer(static_cast<u16>(unit));
  writer.integer(u16{0});
  writer.integer(identity.version);
  return out;
}

}  // namespace stuntcam::ptp
