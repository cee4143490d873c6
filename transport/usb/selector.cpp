#include <fmt/format.h>

#include <charconv>

#include "transport/usb/find.h"

namespace stuntcam::transport::usb {
namespace {

template <class T>
std::optional<T> number(std::string_view text, int base) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

}  // namespace

std::optional<Selector> parse_selector(std::string_view text) {
  Selector selector;
  if (text.empty()) return selector;
  if (const auto comma = text.find(','); comma != std::string_view::npos) {
    selector.bus = number<u8>(text.substr(0, comma), 10);
    selector.device = number<u8>(text.substr(comma + 1), 10);
    if (!selector.bus || !selector.device) return {};
    return selector;
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return {};
  selector.vendor = number<u16>(text.substr(0, colon), 16);
  selector.product = number<u16>(text.substr(colon + 1), 16);
  if (!selector.vendor || !selector.product) return {};
  return selector;
}

std::string remedy_for_busy(std::string_view holder) {
  if (holder.starts_with("gvfs"))
    return "the desktop has mounted it: gio mount -s gphoto2; for good: systemctl --user mask --now "
           "gvfs-gphoto2-volume-monitor";
  if (holder.starts_with("kiod") || holder.starts_with("kio"))
    return "the desktop has it open: close its windows, or kquitapp5 kiod5";
  if (!holder.empty()) return fmt::format("end that program: pkill {}", holder);
  return "end the program that has it; `fuser -v /dev/bus/usb/*/*` as root names it; a desktop's: gio mount -s gphoto2";
}

std::string remedy_for_permission(u8 bus, u8 device) {
  return fmt::format(
      "for now: sudo chmod a+rw /dev/bus/usb/{:03}/{:03}; for good: install 70-stuntcam.rules into "
      "/etc/udev/rules.d, sudo udevadm control --reload, and plug the camera in again",
      bus, device);
}

}  // namespace stuntcam::transport::usb
