// [usb]: descriptors, and what a camera does on the bus in its own way.
#include <fmt/format.h>

#include "profiles/interpret.h"
#include "ptp/text.h"

namespace stuntcam::profiles {
namespace {

// A string descriptor has a length byte that counts itself and the type.
constexpr std::size_t max_usb_text = (255 - 2) / 2;

void descriptor_text(Section& section, std::string_view key, std::string& out) {
  if (section.read(key, out) && ptp::utf16_from_utf8(out).size() > max_usb_text)
    section.expected(*section.get(key), key, fmt::format("at most {} characters", max_usb_text));
}

template <class Choice>
void choose(Section& section, std::string_view key, Choice& out, std::initializer_list<Section::Choice> choices) {
  u16 number = static_cast<u16>(out);
  section.read(key, number, choices);
  out = static_cast<Choice>(number);
}

}  // namespace

Usb interpret_usb(const Node& node, Problems& problems) {
  Usb usb;
  Section section(node, "[usb]", problems);
  if (section.need("vendor_id")) section.read("vendor_id", usb.vendor_id, 1);
  if (section.need("product_id")) section.read("product_id", usb.product_id);
  section.read("release", usb.release);
  descriptor_text(section, "manufacturer", usb.manufacturer);
  descriptor_text(section, "product", usb.product);
  descriptor_text(section, "serial", usb.serial);
  choose(section, "speed", usb.speed, {{"full", 0}, {"high", 1}, {"super", 2}});
  // What the three speeds have in common, and no event is longer than 24 bytes.
  section.read("interrupt_packet", usb.interrupt_packet, 8, 64);
  section.read("zlp", usb.zlp);
  section.read("split_header", usb.split_header);
  section.read("stall_unsupported", usb.stall_unsupported);
  section.read("reset_keeps_session", usb.reset_keeps_session);
  choose(section, "status", usb.status, {{"ok", 0}, {"empty", 1}, {"stall", 2}, {"busy", 3}});
  return usb;
}

}  // namespace stuntcam::profiles
