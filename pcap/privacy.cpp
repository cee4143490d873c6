#include "pcap/privacy.h"

#include <algorithm>
#include <cctype>

#include "ptp/datetime.h"

namespace stuntcam::pcap {

bool named_by_camera(const std::string& name) {
  constexpr std::size_t longest = 12;
  return !name.empty() && name.size() <= longest && std::ranges::all_of(name, [](unsigned char c) {
    return std::isupper(c) != 0 || std::isdigit(c) != 0 || c == '_' || c == '.';
  });
}

bool may_be_private(const ptp::DevicePropDesc& description, const ptp::Value& value, ptp::Vendor vendor,
                    const ptp::DeviceInfo* device) {
  const auto name = ptp::name(static_cast<ptp::PropertyCode>(description.code), vendor);
  const auto named = [&](std::string_view word) { return name.find(word) != name.npos; };
  if (named("Serial") || named("GPS") || named("Latitude") || named("Longitude")) return true;
  if (!std::holds_alternative<std::monostate>(description.form)) return false;
  if (ptp::is_array(value.type())) {
    // Three letters among bytes, or units, may be a name.
    const auto letters = std::ranges::count_if(value.array(), [](i128 one) { return one >= 0x20 && one < 0x7F; });
    return ptp::size_of(ptp::element_of(value.type())) <= 2 && letters >= 3;
  }
  if (value.type() != ptp::DataType::string) return false;
  const auto& text = value.text();
  const bool blank = text.find_first_not_of(' ') == std::string::npos;
  if (blank || ptp::parse_datetime(text)) return false;
  return !device || (text != device->model && text != device->manufacturer && text != device->device_version);
}

}  // namespace stuntcam::pcap
